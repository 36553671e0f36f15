"""Claims: for each of these faults, made for real, `check` names the cause and the cure in one line each. Prints the
table."""

import http.server
import os
import pathlib
import re
import socket
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import harness  # noqa: E402

TABLE = []


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class RefusingProxy(http.server.BaseHTTPRequestHandler):
    def do_CONNECT(self):
        self.send_error(403)

    def log_message(self, *_):
        pass


class DiagnosisTest(harness.Case):
    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        print("\n\n" + "-" * 100)
        for number, (fault, cause, cure) in enumerate(sorted(TABLE), 1):
            print(f"{number:2}  {fault}\n      cause: {cause}\n      cure:  {cure}")
        print(f"{len(TABLE)} faults made, each with its cause and its cure")

    # --- what is changed ---

    def config_with(self, account=None, project=None, **top):
        document = self.config()
        document["accounts"][0].update(account or {})
        document["accounts"][0]["projects"][0].update(project or {})
        document.update(top)
        return document

    def key(self, name, *command, mode=0o600):
        path = str(self.place.folder / name)
        openssl(*[path if word == "OUT" else word for word in command])
        os.chmod(path, mode)
        return {"private_key": "file:" + path}

    def good_key(self):
        return pathlib.Path(self.emulator.accounts[0]["pkcs1"]).read_text()

    # --- what is seen ---

    def check(self, document=None, *arguments, before=(), **environment):
        config = self.write_config(document or self.config())
        words = [*before, harness.PROGRAM, "check", "--config", config, *self.place.folders(), *arguments]
        done = subprocess.run(words, env={**self.place.environment, **environment}, text=True, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=harness.PATIENCE)
        self.outputs.append(done.stdout + done.stderr)
        self.assertEqual(done.stderr, "")
        return done

    def expect(self, fault, done, cause, cure, status):
        """expect() finds one finding that is no ok and matches, and its hint."""
        self.assert_exit(done, status)
        for found in re.finditer(r"(?m)^(warning|error  )  (.*)\n {9}hint: (.*)$", done.stdout):
            if re.search(cause, found.group(2)) and re.search(cure, found.group(3)):
                TABLE.append((fault, found.group(2), found.group(3)))
                return
        self.fail(f"{fault}: neither cause {cause!r} nor cure {cure!r} in\n{done.stdout}")

    # --- nothing ---

    def test_00_nothing_wrong(self):
        done = self.check(None, "--online", "--listen", "127.0.0.1:0")
        self.assert_exit(done, 0)
        self.assertNotRegex(done.stdout, "(?m)^(warning|error)")
        self.assertIn("credentials for ", done.stdout)
        self.assertFalse(self.place.credentials_file.exists(), "check writes nothing")

    # --- keys ---

    def test_01_wrong_key_for_the_account(self):
        key = self.key("other.pem", "genrsa", "-traditional", "-out", "OUT", "2048")
        self.expect("wrong key for the account", self.check(self.config_with(key), "--online"),
                    "other.pem is not a key of service account MyDataHelps", "Designer", 1)

    def test_02_ec_key(self):
        key = self.key("ec.pem", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "OUT")
        self.expect("EC key", self.check(self.config_with(key)), "EC key; RS256 needs RSA", "create an RSA key", 78)

    def test_03_1024_bit_key(self):
        key = self.key("weak.pem", "genrsa", "-out", "OUT", "1024")
        self.expect("1024-bit key", self.check(self.config_with(key)), "1024 bits is too weak", "2048 bits or more", 78)

    def test_04_encrypted_key(self):
        key = self.key("locked.pem", "genrsa", "-aes256", "-passout", "pass:x", "-out", "OUT", "2048")
        self.expect("encrypted key", self.check(self.config_with(key)), "encrypted with a passphrase",
                    "openssl pkey -in", 78)

    def test_05_key_readable_by_others(self):
        key = self.key("open.pem", "genrsa", "-out", "OUT", "2048", mode=0o644)
        self.expect("key readable by others", self.check(self.config_with(key)), "mode 0644 opens it to others",
                    "chmod 600 ", 78)

    def test_06_key_with_mangled_line_breaks(self):
        lines = self.good_key().splitlines()
        path = self.place.write("mangled.pem", "\n".join(lines[:3]) + "".join(lines[3:-4]) + "\n" + lines[-1] + "\n")
        done = self.check(self.config_with({"private_key": "file:" + path}))
        self.expect("key with mangled line breaks", done, "damaged.*line breaks", "copy the key again", 78)

    # --- the account ---

    def test_07_account_name_misspelt(self):
        done = self.check(self.config_with({"service_account": "MyDataHelp.1234.lab"}), "--online")
        self.expect("account name misspelt", done, "MyDataHelp.1234.lab is refused.*misspelt", "copy it from", 1)

    def test_08_clock_slow(self):
        self.emulator.settings(clock_offset_seconds=420)
        self.expect("clock 7 minutes slow", self.check(None, "--online"), "clock is 7 min slow", "set-ntp true", 1)

    def test_09_clock_fast(self):
        self.emulator.settings(clock_offset_seconds=-420)
        self.expect("clock 7 minutes fast", self.check(None, "--online"), "clock is 7 min fast", "set-ntp true", 1)

    # --- the way there ---

    def test_10_dns_failure(self):
        document = self.config_with({"token_url": "https://designer.mydatahelps.invalid/connect/token"})
        self.expect("DNS failure", self.check(document, "--online"), r"mydatahelps.invalid.*not known \(DNS\)", "DNS", 1)

    def test_11_proxy_refusing(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), RefusingProxy)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        document = self.config_with({"token_url": "https://designer.mydatahelps.invalid/connect/token"})
        proxy = f"http://127.0.0.1:{server.server_address[1]}"
        done = self.check(document, "--online", HTTPS_PROXY=proxy, https_proxy=proxy)
        self.expect("proxy refusing", done, r"proxy refused the connection \(HTTP 403\)", "https_proxy", 1)

    def test_12_tls_certificate_untrusted(self):
        document = self.config_with({"token_url": self.emulator.ready["tls"]["token_url"]})
        document.pop("ca_file", None)
        self.expect("TLS certificate untrusted", self.check(document, "--online"), "certificate is not trusted",
                    "ca_file or --ca-file", 1)

    def test_13_explorer_host_gone(self):
        for status in (404, 410):
            self.emulator.clear_faults()
            self.emulator.fault(stage="exchange", action="status", status=status)
            self.expect(f"explorer host gone, {status}", self.check(None, "--online"), f"HTTP {status}",
                        "project_id", 1)
        self.emulator.clear_faults()
        gone = self.config_with(project={"exchange_url": "https://api.explorer.mydatahelps.invalid/token"})
        self.expect("explorer host gone, DNS", self.check(gone, "--online"), "not known", "project_id", 1)

    # --- what the service says ---

    def test_14_project_code_refused(self):
        done = self.check(self.config_with(project={"project_code": "RK.1234.Other"}), "--online")
        self.expect("project code refused", done, "HTTP 403.*denied", "project_code RK.1234.Other", 1)

    def test_15_throttled(self):
        self.emulator.fault(stage="token", action="status", status=429, headers={"Retry-After": "120"})
        self.expect("throttled", self.check(None, "--online"), "HTTP 429", ".", 1)

    def test_16_html_error_page(self):
        for status in (200, 502):
            self.emulator.clear_faults()
            self.emulator.fault(stage="exchange", action="html", status=status)
            self.expect(f"upstream HTML error page, {status}", self.check(None, "--online"), "HTML|HTTP 502", ".", 1)

    # --- this machine ---

    def test_17_shadowed_by_environment_keys(self):
        done = self.check(None, AWS_ACCESS_KEY_ID="AKIAEXAMPLE", AWS_SECRET_ACCESS_KEY="x")
        self.expect("profile shadowed by environment keys", done, "before the daemon: AWS_ACCESS_KEY_ID",
                    "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY", 0)

    def credentials(self, text):
        self.place.credentials_file.parent.mkdir(mode=0o700)
        self.place.credentials_file.write_text(text)
        self.place.credentials_file.chmod(0o600)

    def test_18_static_default_keys(self):
        self.credentials("[default]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = x\n")
        self.expect("static [default] keys", self.check(), r"static keys in \[default\] of .*outrank", "--isolate", 0)

    def test_19_duplicate_section(self):
        self.credentials("[a]\nregion = x\n[b]\nregion = y\n[a]\nregion = z\n")
        self.expect("duplicate section in the credentials file", self.check(), "credentials.*(line 5|:5)", ".", 1)

    def test_20_port_taken(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            done = self.check(None, "--listen", address)
            self.expect("port taken by another program", done,
                        rf"{address} is taken by \S+ \(pid {os.getpid()}\)", "end that program", 1)

    def test_21_credentials_file_on_a_read_only_file_system(self):
        aws = self.place.credentials_file.parent
        aws.mkdir(mode=0o700)
        script = 'mount -t tmpfs -o ro none "$0" && exec "$@"'
        before = ["unshare", *([] if os.geteuid() == 0 else ["-Ur"]), "-m", "sh", "-c", script, str(aws)]
        if subprocess.run([*before, "true"], stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("this machine lets nobody make a mount namespace")
        self.expect("credentials file on a read-only file system", self.check(before=before),
                    "Read-only file system", "--no-profile-file", 1)

    def test_22_relative_uri_set_to_nothing(self):
        done = self.check(AWS_CONTAINER_CREDENTIALS_RELATIVE_URI="")
        self.expect('AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=""', done, "RELATIVE_URI is set to nothing",
                    "unset AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", 0)


if __name__ == "__main__":
    harness.main()
