"""Everything the emulator makes at run time and leaves in its folder: RSA keys of the service accounts in both
PEM forms, a certificate authority and its TLS certificates, the notebook's .env in every spelling seen in the
wild, and a ready configuration. Nothing here outlives the folder; no key is ever committed."""

import base64
import datetime
import ipaddress
import json
import os
import pathlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

PEM = serialization.Encoding.PEM
PKCS1 = serialization.PrivateFormat.TraditionalOpenSSL
PKCS8 = serialization.PrivateFormat.PKCS8
PLAIN = serialization.NoEncryption()


def write_private(path, text):
    """Writes a file that nobody else may read, whatever the umask."""
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    return str(path)


def new_key(bits=2048):
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def pem(key, form=PKCS1):
    return key.private_bytes(PEM, form, PLAIN).decode()


class Authority:
    """A certificate authority of one run. EC keys, because they are made in a millisecond."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Emulator CA")])
        certificate = self._build(self.name, self.name, self.key.public_key(), self.key).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True).add_extension(
            self._certifies(), critical=True).sign(self.key, hashes.SHA256())
        self.ca_file = write_private(self.directory / "ca.pem", certificate.public_bytes(PEM).decode())

    @staticmethod
    def _certifies():
        others = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
                  "encipher_only", "decipher_only")
        return x509.KeyUsage(key_cert_sign=True, crl_sign=True, **dict.fromkeys(others, False))

    @staticmethod
    def _build(subject, issuer, public_key, signer, age_days=0):
        now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
        return (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public_key)
                .serial_number(x509.random_serial_number())
                # Python 3.13 verifies strictly by RFC 5280: no certificate without the two.
                .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
                .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
                .not_valid_before(now - datetime.timedelta(days=age_days + 1))
                .not_valid_after(now + datetime.timedelta(days=2 - age_days)))

    def certificate(self, kind="good"):
        """certificate() is the path of a file with a server's key and certificate: good, expired, wrong_host or
        self_signed."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "emulator")])
        issuer, signer = (name, key) if kind == "self_signed" else (self.name, self.key)
        hosts = [x509.DNSName("elsewhere.example")] if kind == "wrong_host" else [
            x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        certificate = (self._build(name, issuer, key.public_key(), signer, 10 if kind == "expired" else 0)
                       .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
                       .sign(signer, hashes.SHA256()))
        text = pem(key, PKCS8) + certificate.public_bytes(PEM).decode()
        return write_private(self.directory / f"server-{kind}.pem", text)


def env_spellings(key_pem, key_file):
    """env_spellings() maps a name to the text after `RKS_PRIVATE_KEY=`, one for each spelling found in the wild."""
    key_pem = key_pem.strip()
    return {
        "escaped": '"' + key_pem.replace("\n", "\\n") + '"',
        "lines": '"' + key_pem + '"',
        "single_quotes": "'" + key_pem + "'",
        "base64": base64.b64encode(key_pem.encode()).decode(),
        "path": key_file,
    }


def write_env_files(directory, account, urls):
    """write_env_files() leaves the account's first project as .env files and returns {spelling: path}."""
    project = account["projects"][0]
    key_pem = pathlib.Path(account["pkcs1"]).read_text()
    paths = {}

    def write(name, key, project_line, exchange_url):
        paths[name] = write_private(pathlib.Path(directory) / "env" / f"{name}.env", "\n".join([
            "# as beside the notebook",
            f"RKS_PRIVATE_KEY={key}",
            f"RKS_SERVICE_ACCOUNT={account['service_account']}",
            project_line,
            f"AWS_PROFILE_NAME={project['profile']}",
            f"MDH_TOKEN_URL={urls['token_url']}",
            f"MDH_EXCHANGE_URL={exchange_url}", ""]))

    spellings = env_spellings(key_pem, account["pkcs1"])
    for name, key in spellings.items():
        write(name, key, f"RKS_PROJECT_CODE={project['project_code']}", urls["explorer_url"])
    write("pkcs8", '"' + pathlib.Path(account["pkcs8"]).read_text().strip() + '"',
          f"RKS_PROJECT_CODE={project['project_code']}", urls["explorer_url"])
    write("designer", spellings["escaped"], f"RKS_PROJECT_ID={project['project_id']}", urls["designer_url"])
    return paths


def configuration(accounts, urls):
    """configuration() is a config.json for the daemon: an account's projects take the explorer and the designer
    shape in turn."""
    def project(number, entry):
        shape = ({"project_code": entry["project_code"], "exchange_url": urls["explorer_url"]} if number % 2 == 0 else
                 {"project_id": entry["project_id"], "exchange_url": urls["designer_url"]})
        return {"profile": entry["profile"], **shape}

    return {"accounts": [{
        "name": account["name"],
        "service_account": account["service_account"],
        "private_key": f"file:{account['pkcs1']}",
        "token_url": urls["token_url"],
        "projects": [project(*pair) for pair in enumerate(account["projects"])],
    } for account in accounts]}


def write_configuration(path, accounts, urls):
    return write_private(path, json.dumps(configuration(accounts, urls), indent=2) + "\n")
