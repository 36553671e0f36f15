"""Claims: a .env, a key, a path, a proxy variable or an answer of upstream as real people have them is taken, or refused
in words that name it and the cure; and `once`, `serve` and `check --online` agree on which: check never says ok where
serve fails, nor the other way."""

import base64
import gzip
import http.server
import json
import pathlib
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import harness  # noqa: E402

HOUR = 3600


def relabelled(pem, label):
    lines = pem.strip().splitlines()
    return "\n".join([f"-----BEGIN {label}-----", *lines[1:-1], f"-----END {label}-----"]) + "\n"


class StandIn:
    """An upstream that answers every POST with fixed bytes: the token's first, then the set's."""

    def __init__(self, token, credentials):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                status, fields, body = token if self.path == "/token" else credentials
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **fields}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def answer(document, status=200, **fields):
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return status, {name.replace("_", "-"): value for name, value in fields.items()}, body


def token(**changes):
    return answer({"access_token": "opaque", "expires_in": HOUR, **changes})


def credentials(**changes):
    expiration = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + HOUR))
    return answer({"AccessKeyId": "ASIAFILECASES", "SecretAccessKey": "not/a+secret", "SessionToken": "not-a-token",
                   "Expiration": expiration, **changes})


class FileCasesTest(harness.Case):
    def setUp(self):
        super().setUp()
        self.place.environment["PWD"] = str(self.place.folder)
        self.account = self.emulator.accounts[0]
        self.pem = pathlib.Path(self.account["pkcs1"]).read_text()
        self.project = self.account["projects"][0]

    # --- the three verbs ---

    def source(self, config=None, env_file=None):
        return ["--env-file", env_file] if env_file else ["--config", config]

    def finished(self, verb, *arguments):
        done = subprocess.run([harness.PROGRAM, verb, *self.directories(), *arguments], cwd=self.place.folder,
                              env=self.place.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=120)
        self.outputs.append(done.stdout + done.stderr)
        return done.returncode, done.stdout + done.stderr

    def directories(self):
        return ["--state-dir", str(self.place.state), "--runtime-dir", str(self.place.runtime)]

    def check(self, *source):
        online = ["--online"]
        if "--no-aws" in self.finished("check", "--help")[1]:
            online.append("--no-aws")
        status, said = self.finished("check", *source, "--listen", "127.0.0.1:0", *online)
        return status == 0, said

    def served(self, *source):
        """Whether serve comes to serve and write; what it said of why not."""
        log = self.place.folder / "serve.log"
        with open(log, "wb") as out:
            process = subprocess.Popen([harness.PROGRAM, "serve", *self.directories(), *source, "--listen",
                                        "127.0.0.1:0"], cwd=self.place.folder, env=self.place.environment,
                                       stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        try:
            def outcome():
                if process.poll() is not None:
                    return False, log.read_text()
                done = subprocess.run([harness.PROGRAM, "status", "--json"],
                                      env=self.place.environment, capture_output=True, text=True, timeout=120)
                try:
                    profile = json.loads(done.stdout)["profiles"][0]
                except (json.JSONDecodeError, KeyError, IndexError):
                    return None
                if profile["last_error"]:
                    return False, json.dumps(profile["last_error"], ensure_ascii=False).replace('\\"', '"')
                if profile["state"] != "valid" or profile["file"]["state"] == "pending":
                    return None
                return profile["file"]["state"] != "failed", json.dumps(profile)
            verdict = harness.until(outcome, 60, "an outcome of serve")
            if process.poll() is None:
                figures = pathlib.Path(f"/proc/{process.pid}/status").read_text()
                self.peak = int(figures.split("VmHWM:")[1].split()[0])
            return verdict
        finally:
            process.terminate()
            process.wait(60)
            self.outputs.append(log.read_text())

    def agree(self, good, *words, before=lambda: None, **source):
        """agree() holds the three to one verdict, and to the words where it is a refusal."""
        arguments = self.source(**source)
        for verb, run in (("once", lambda: self.finished("once", *arguments)), ("serve", lambda: self.served(*arguments)),
                          ("check", lambda: self.check(*arguments))):
            before()
            verdict, said = run()
            verdict = verdict == 0 if verb == "once" else verdict
            self.assertEqual(verdict, good, f"{verb}: {said}")
            for word in () if good else words:
                self.assertIn(word, said, verb)
        return said

    # --- what they are given ---

    def dotenv(self, key=None, front="", mode=0o600, **changes):
        lines = {"RKS_PRIVATE_KEY": key or '"' + self.pem.strip().replace("\n", "\\n") + '"',
                 "RKS_SERVICE_ACCOUNT": self.account["service_account"],
                 "RKS_PROJECT_CODE": self.project["project_code"], "AWS_PROFILE_NAME": "mdh-lab",
                 "MDH_TOKEN_URL": self.emulator.ready["token_url"],
                 "MDH_EXCHANGE_URL": self.emulator.ready["explorer_url"], **changes}
        return self.place.write(".env", front + "".join(f"{n}={v}\n" for n, v in lines.items() if v is not None), mode)

    def configured(self, mode=0o600, account=None, **changes):
        document = self.config()
        document["accounts"][0].update(account or {})
        return self.place.write("config.json", json.dumps({**document, **changes}), mode)

    def with_answers(self, token_reply, credentials_reply=None):
        stand_in = StandIn(token_reply, credentials_reply or credentials())
        self.addCleanup(stand_in.stop)
        return self.place.write("config.json", {"accounts": [{
            "service_account": "MyDataHelps.1.a", "token_url": stand_in.url + "/token",
            "private_key": "file:" + self.place.write("key.pem", self.pem),
            "projects": [{"profile": "mdh-lab", "project_code": "RK.1.L", "exchange_url": stand_in.url + "/set"}]}]})

    # --- .env ---

    def test_skips_the_lines_that_python_dotenv_skips(self):
        for line in ("my study keys", "// note", "; note", "source ../common.env", "setenv OTHER x", "OTHER: value",
                     "OTHER='it's mine'", "----- keys -----"):
            with self.subTest(line=line):
                said = self.agree(True, env_file=self.dotenv(front=line + "\n"))
                self.assertIn("line 1", said)

    def test_takes_no_break_spaces_for_blanks(self):
        name = self.account["service_account"]
        for value in (name + "\u00a0", name + "\u00a0# mine", "\u3000" + name):
            with self.subTest(value=value):
                self.agree(True, env_file=self.dotenv(RKS_SERVICE_ACCOUNT=value))
        self.agree(True, env_file=self.dotenv(RKS_SERVICE_ACCOUNT=None,
                                              front=f"\u00a0RKS_SERVICE_ACCOUNT\u00a0=\u00a0{name}\n"))

    def test_names_the_line_of_a_key_that_lost_its_quotes(self):
        encoded = base64.encodebytes(self.pem.encode()).decode()
        body = "".join(line + "\n" for line in self.pem.splitlines() if "-----" not in line)
        for key in (self.pem, encoded, body):
            with self.subTest(key=key[:8]):
                said = self.agree(False, ".env: line 2: the value of RKS_PRIVATE_KEY goes over several lines",
                                  'put " before', env_file=self.dotenv(front="# mine\n", key=key.strip()))
                self.assertNotIn(body[:20], said)

    def test_refuses_utf_16(self):
        path = self.place.folder / "utf16"
        path.write_bytes(pathlib.Path(self.dotenv()).read_text().encode("utf-16"))
        path.chmod(0o600)
        self.agree(False, "is UTF-16 text", "iconv", env_file=str(path))

    def test_reads_a_pipe(self):
        text = pathlib.Path(self.dotenv()).read_bytes()
        pipe = self.place.folder / "pipe"
        subprocess.run(["mkfifo", "-m", "600", pipe], check=True)
        self.agree(True, env_file=str(pipe),
                   before=lambda: threading.Thread(target=pipe.write_bytes, args=[text], daemon=True).start())

    def test_lets_the_files_name_of_the_project_win(self):
        self.place.environment["RKS_PROJECT_ID"] = "yesterdays"
        said = self.agree(True, env_file=self.dotenv())
        self.assertIn("RKS_PROJECT_ID of the environment is not used", said)

    def test_refuses_what_is_open_to_others(self):
        self.agree(False, "holds the private key", "chmod 600", env_file=self.dotenv(mode=0o644))
        self.agree(False, "opens it to others", "chmod go-w", config=self.configured(mode=0o666))
        self.agree(True, config=self.configured(mode=0o644))

    # --- keys ---

    def openssl(self, *arguments, text=None):
        return subprocess.run(["openssl", *arguments], input=text, capture_output=True, text=True, check=True).stdout

    def in_a_variable(self, key):
        self.place.environment["LAB_KEY"] = key
        return self.configured(account={"private_key": "env:LAB_KEY"})

    def in_a_file(self, key):
        return self.configured(account={"private_key": "file:" + self.place.write("key.pem", key)})

    def test_finds_the_key_behind_a_certificate(self):
        key = self.account["pkcs1"]
        certificate = self.openssl("req", "-x509", "-key", key, "-subj", "/CN=lab", "-days", "2")
        public = self.openssl("pkey", "-in", key, "-pubout")
        for front in (certificate, public, "Bag Attributes\n" + certificate):
            for place in (self.in_a_file, self.in_a_variable):
                self.agree(True, config=place(front + self.pem))
        self.agree(True, env_file=self.dotenv(key='"' + certificate + self.pem + '"'))

    def test_names_what_is_no_key_for_rs256(self):
        eight = self.openssl("pkcs8", "-topk8", "-nocrypt", text=self.pem)
        elliptic = self.openssl("ecparam", "-name", "prime256v1", "-genkey")
        for key, word in ((elliptic, "it is an EC key"),
                          (relabelled(self.pem, "CERTIFICATE"), "its label says CERTIFICATE"),
                          (relabelled(eight, "ENCRYPTED PRIVATE KEY"), "its label says ENCRYPTED PRIVATE KEY"),
                          (self.pem.splitlines()[0], "ends before its END line"),
                          (self.pem.replace("-----", "\u2014\u2013"), "dashes")):
            for place in (self.in_a_file, self.in_a_variable):
                with self.subTest(word=word, place=place.__name__):
                    self.agree(False, word, config=place(key))

    def test_names_the_variable_that_holds_the_path_of_no_key(self):
        for path in ("/run/secrets/lab.pem", "~/lab.pem", str(self.place.folder)):
            self.agree(False, "cannot read /", "from the variable LAB_KEY", config=self.in_a_variable(path))

    # --- paths ---

    def test_makes_no_folder_called_home(self):
        for path in ("$HOME/.aws/credentials", "${HOME}/x", "%h/x", "~root/x", " ~/x"):
            with self.subTest(path=path):
                self.agree(False, "profile_file.path must be", config=self.configured(profile_file={"path": path}))
                self.place.environment["AWS_CONFIG_FILE"] = path if path[0] in "% " else "$NOT_SET/x"
                self.agree(False, "AWS_CONFIG_FILE must be", config=self.configured())
                del self.place.environment["AWS_CONFIG_FILE"]
        made = {path.name for path in self.place.folder.iterdir()}
        self.assertFalse({name for name in made if name[0] in "$%~ "}, made)

    def test_writes_where_botocore_reads(self):
        self.place.environment["AWS_SHARED_CREDENTIALS_FILE"] = "$HOME/.aws/team"
        self.agree(True, config=self.configured(profile_file={}))
        self.assertIn("[mdh-lab]", (self.place.folder / "home" / ".aws" / "team").read_text())
        self.assertFalse((self.place.folder / "$HOME").exists())

    # --- upstream ---

    def test_reads_what_the_standards_allow(self):
        later = time.gmtime(time.time() + HOUR)
        packed = gzip.compress(token()[2])
        for name, replies in {
                "expires_in as a text": (token(expires_in="3600"), credentials()),
                "packed unasked": (answer(packed, Content_Encoding="gzip"), credentials()),
                "a blank for the T": (token(), credentials(Expiration=time.strftime("%Y-%m-%d %H:%M:%SZ", later)))}.items():
            with self.subTest(name):
                self.agree(True, config=self.with_answers(*replies))

    def test_tells_what_the_service_says(self):
        no = answer({"error": "invalid_client", "error_description": "client\r\ndisabled"})
        problem = answer({"title": "Forbidden", "detail": "the export is closed"}, status=403)
        for replies, words in (
                ((no,), ("invalid_client", 'the service says: "client disabled"')),
                ((token(), problem), ('the service says: "Forbidden: the export is closed"',)),
                ((token(), answer({"error": "access_denied"})), ("access_denied",)),
                ((answer(b"", status=302, Location="https://u:hush@login.example/Account/Login?code=hush"),),
                 ("HTTP 302 to https://login.example/Account/Login", "sign in")),
                ((answer(b"<?xml version='1.0'?><Error/>"),), ("an XML document",)),
                ((answer(b'{"access_token":' + b"[" * 400000),), ("nested too deeply",))):
            with self.subTest(words=words):
                said = self.agree(False, *words, config=self.with_answers(*replies))
                self.assertNotIn("hush", said)

    def test_spends_no_more_memory_on_a_deep_or_wide_answer_than_on_a_long_one(self):
        size = 1_000_000
        bodies = {"long": b'{"x":"' + size * b"y" + b'"}', "deep": b'{"access_token":' + size // 2 * b"[",
                  "closed": b"[" * (size // 2) + b"]" * (size // 2), "wide": b"[" + size // 3 * b"[]," + b"[]]",
                  "members": b"{" + b",".join(b'"%d":{}' % i for i in range(size // 12)) + b"}"}
        peaks = {}
        for name, body in bodies.items():
            self.served("--config", self.with_answers(answer(body)))
            peaks[name] = self.peak
        print(peaks)
        if not harness.SANITIZED:
            self.assertLess(max(peaks.values()), peaks["long"] + 8 * 1024, peaks)

    def test_tells_one_proxys_fault_from_another(self):
        plain = StandIn(answer(b"", status=501), answer(b""))
        self.addCleanup(plain.stop)
        config = self.configured(account={"token_url": "https://service.invalid/token"})
        for value, word in (('"http://127.0.0.1:1"', "HTTPS_PROXY is not the URL of a proxy"),
                            ("http://ann:hush@ss#word@127.0.0.1:1", "HTTPS_PROXY is not the URL of a proxy"),
                            (plain.url.replace("http:", "https:"), "the proxy does not speak TLS")):
            with self.subTest(value=value):
                self.place.environment["HTTPS_PROXY"] = value
                said = self.agree(False, word, config=config)
                self.assertNotIn("hush", said)


if __name__ == "__main__":
    harness.main()
