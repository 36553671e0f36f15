"""Claims: for each of these faults, made for real, `check` names the cause and the cure in one line each. Prints the
table."""

import http.server
import json
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


def tearDownModule():
    print("\n\n" + "-" * 100)
    for number, (fault, cause, cure) in enumerate(sorted(TABLE), 1):
        print(f"{number:2}  {fault}\n      cause: {cause}\n      cure:  {cure}")
    print(f"{len(TABLE)} faults made, each with its cause and its cure")


class FaultCase(harness.Case):
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
        aws = ["--no-aws"] if "--online" in arguments else []
        words = [*before, harness.PROGRAM, "check", "--config", config, *self.place.folders(), *arguments, *aws]
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

    def cured(self, fault, done, cause, status, check_again):
        """cured() takes the hint for a line of the shell, runs it, and finds the fault gone."""
        self.expect(fault, done, cause, ".", status)
        line = next(hint for text, hint in re.findall(r"(?m)^(?:warning|error  )  (.*)\n {9}hint: (.*)$", done.stdout)
                    if re.search(cause, text))
        subprocess.run(["sh", "-c", line.split(";")[0]], check=True, env=self.place.environment)
        self.assertNotRegex(check_again().stdout, rf"(?m)^(warning|error  )  .*{cause}")


class DiagnosisTest(FaultCase):
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


class ConfigurationFaultsTest(FaultCase):
    """What people write into a configuration."""

    def broken(self, fault, text, cause, cure=".", status=78):
        with self.subTest(fault=fault):
            path = self.place.write("broken.json", text)
            done = subprocess.run([harness.PROGRAM, "check", "--config", path, *self.place.folders()],
                                  env=self.place.environment, text=True, capture_output=True,
                                  stdin=subprocess.DEVNULL, timeout=harness.PATIENCE)
            self.outputs.append(done.stdout)
            self.expect(fault, done, cause, cure, status)

    def test_text_that_is_no_json(self):
        good = json.dumps(self.config(), indent=1)
        for fault, text, cause in (
                ("config: comma missing", good.replace('",', '"', 1), r"is not JSON at line \d+, column \d+"),
                ("config: comma at the end", good[:-2].rstrip() + ",\n}", r"is not JSON at line \d+, column \d+"),
                ("config: single quotes", good.replace('"', "'"), "is not JSON at line 2, column 2"),
                ("config: empty", "", "is not JSON at line 1, column 1"),
                ("config: YAML", "accounts:\n  - name: lab\n", "is not JSON at line 1, column 1")):
            self.broken(fault, text, cause, "comma, quote or bracket")

    def test_keys_and_values(self):
        for fault, change, cause, cure in (
                ("config: project for projects", lambda a, p, d: a.update(project=a.pop("projects")),
                 r"accounts\[0\].project is not a key", 'did you mean "projects"'),
                ("config: camelCase", lambda a, p, d: a.update(serviceAccount=a.pop("service_account")),
                 r"accounts\[0\].serviceAccount is not a key", 'did you mean "service_account"'),
                ("config: code and id", lambda a, p, d: p.update(project_id="x", project_code="RK.1.X",
                                                                exchange_url=None) or p.pop("exchange_url"),
                 "must have project_code or project_id, not both", "exchange_url"),
                ("config: no accounts", lambda a, p, d: d.update(accounts=[]), "accounts must be an array", "."),
                ("config: profile twice", lambda a, p, d: a["projects"].append(dict(p)),
                 "is another project's too", "a profile of its own"),
                ("config: the key itself", lambda a, p, d: a.update(private_key=self.good_key()),
                 "private_key must be", "file of its own"),
                ("config: token_url without https", lambda a, p, d: a.update(token_url="http://example.org/t"),
                 "must be an https URL", "."),
                ("config: form keyes", lambda a, p, d: d.update(profile_file={"form": "keyes"}),
                 "profile_file.form must be one of keys, process", "."),
                ("config: listen 0.0.0.0", lambda a, p, d: d.update(endpoint={"listen": ["0.0.0.0:1"]}),
                 r"endpoint.listen\[0\] must be", ".")):
            document = self.config()
            first = document["accounts"][0]
            change(first, first["projects"][0], document)
            self.broken(fault, json.dumps(document), cause, cure)

    def test_a_file_that_is_not_there(self):
        done = self.run_program("check", "--config", str(self.place.folder / "nosuch.json"), *self.place.folders())
        self.expect("config: not there", done, "nosuch.json: No such file", "--config", 78)

    def test_open_to_others_is_cured_by_its_hint(self):
        path = self.write_config(self.config())
        os.chmod(path, 0o666)
        self.cured("config: writable by others", self.check_file(path), "opens it to others", 78,
                   lambda: self.check_file(path))

    def check_file(self, path):
        return self.run_program("check", "--config", path, "--listen", "127.0.0.1:0", *self.place.folders())

    def test_a_port_below_1024(self):
        if int(pathlib.Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text()) <= 80:
            self.skipTest("anybody may listen on port 80 here")
        before = ["setpriv", "--bounding-set=-net_bind_service"] if os.geteuid() == 0 else []
        self.expect("listen on port 80", self.check(None, "--listen", "127.0.0.1:80", before=before),
                    "127.0.0.1:80 may not be listened on: Permission denied", "1024", 1)


class KeyFaultsTest(FaultCase):
    """What becomes of a key on its way."""

    def test_what_is_no_private_key(self):
        good = self.good_key()
        body = "".join(good.splitlines(True)[1:-1])
        public = subprocess.run(["openssl", "pkey", "-pubout"], input=good, text=True, check=True,
                                capture_output=True).stdout
        for fault, text, cause, cure in (
                ("key: not a key", "hello\n", "holds no PEM text", "BEGIN line to the END line"),
                ("key: without BEGIN and END", body, ".", "BEGIN"),
                ("key: cut off", good[:len(good) // 2], ".", "the whole key"),
                ("key: literal \\n", good.replace("\n", "\\n"), r"written as \\n", "real line break"),
                ("key: em dashes", good.replace("-----", "\u2014\u2014"), "PEM|dash", "."),
                ("key: the public half", public, "public key", "BEGIN RSA PRIVATE KEY"),
                ("key: OpenSSH", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
                 "OpenSSH", ".")):
            with self.subTest(fault=fault):
                path = self.place.write("given.pem", text)
                done = self.check(self.config_with({"private_key": "file:" + path}))
                self.expect(fault, done, cause, cure, 78)

    def test_a_mode_is_cured_by_its_hint(self):
        key = self.key("open.pem", "genrsa", "-out", "OUT", "2048", mode=0o644)
        self.cured("key readable by others, cured", self.check(self.config_with(key)), "opens it to others", 78,
                   lambda: self.check(self.config_with(key)))

    def test_a_key_that_is_not_there(self):
        done = self.check(self.config_with({"private_key": "file:" + str(self.place.folder / "nosuch.pem")}))
        self.expect("key: not there", done, "nosuch.pem: No such file", "mode 0600", 78)


class ServiceFaultsTest(FaultCase):
    """What the services answer, and what stands between."""

    def online(self, fault, scripted, cause, cure=".", status=1):
        with self.subTest(fault=fault):
            self.emulator.clear_faults()
            self.emulator.fault(**scripted)
            self.expect(fault, self.check(None, "--online"), cause, cure, status)
            self.emulator.clear_faults()

    def test_answers_of_the_token_service(self):
        for status, cause, cure in ((401, "HTTP 401", "token_url"), (403, "HTTP 403", "token_url"),
                                    (404, "HTTP 404", "token_url"), (500, "HTTP 500", "fault of its own")):
            self.online(f"token: {status}", {"stage": "token", "action": "status", "status": status}, cause, cure)
        self.online("token: sign-in page", {"stage": "token", "action": "html", "status": 200},
                    "HTML page where a JSON object", "proxy|sign-in")
        self.online("token: garbage", {"stage": "token", "action": "garbage"}, "no JSON", "token_url")
        self.online("token: redirect", {"stage": "token", "action": "redirect", "location": "https://x.example/"},
                    "HTTP 30[0-9]", ".")

    def test_answers_of_the_exchange(self):
        for status, cause, cure in ((400, "HTTP 400", "project_code"), (401, "HTTP 401", "project_code"),
                                    (403, "HTTP 403", "project_code"), (404, "HTTP 404", "project"),
                                    (429, "HTTP 429", "."), (500, "HTTP 500", "fault of its own"),
                                    (503, "HTTP 503", "fault of its own")):
            self.online(f"exchange: {status}", {"stage": "exchange", "action": "status", "status": status}, cause, cure)
        self.online("exchange: empty", {"stage": "exchange", "action": "empty"}, "no body", ".")
        self.online("exchange: cut off", {"stage": "exchange", "action": "truncated"}, "broke before", "network")
        self.online("exchange: reset", {"stage": "exchange", "action": "reset"}, "broke before|reset", "network")
        self.online("exchange: redirect", {"stage": "exchange", "action": "redirect",
                                           "location": "https://x.example/"}, "HTTP 30[0-9]", ".")

    def test_odd_lives(self):
        for fault, settings, cause in (
                ("exchange: expiry in 30 days", {"expiration_form": "far"}, "cannot be believed: 15 min are assumed"),
                ("exchange: expiry unreadable", {"expiration_form": "garbage"}, "cannot be believed"),
                ("exchange: for 60 s", {"credentials_life_seconds": 60}, "credentials for (59 s|1 min) .* too short")):
            with self.subTest(fault=fault):
                self.emulator.control("reset", {})
                self.emulator.settings(**settings)
                self.expect(fault, self.check(None, "--online"), cause, ".", 0)

    def test_clocks(self):
        for fault, offset, cause in (("clock a day slow", 90000, "1 d 1 h slow"),
                                     ("clock 2 h fast", -7200, "2 h fast")):
            with self.subTest(fault=fault):
                self.emulator.control("reset", {})
                self.emulator.settings(clock_offset_seconds=offset)
                self.expect(fault, self.check(None, "--online"), cause, "set-ntp true", 1)

    def test_nobody_listens(self):
        document = self.config_with({"token_url": "http://127.0.0.1:9/token"})
        self.expect("token: refused", self.check(document, "--online"), "Connection refused", "firewall", 1)


class MachineFaultsTest(FaultCase):
    """Files, folders and variables of this machine."""

    def credentials(self, text, mode=0o600):
        self.place.credentials_file.parent.mkdir(mode=0o700, exist_ok=True)
        self.place.credentials_file.write_text(text)
        self.place.credentials_file.chmod(mode)

    def test_garbage_in_the_credentials_file(self):
        self.credentials("hello\n[a]\n")
        self.expect("garbage in credentials", self.check(), "line 1 comes before the first section", "by hand", 1)

    def test_credentials_is_a_folder(self):
        self.place.credentials_file.mkdir(parents=True)
        done = self.check()
        self.expect("credentials is a folder", done, "credentials.*(directory|folder)", ".", 1)
        self.assertNotIn("correct that line", done.stdout)

    def test_credentials_open_to_others_is_cured_by_its_hint(self):
        self.credentials("[other]\nregion = a\n", 0o644)
        self.cured("credentials readable by others", self.check(), "can be read by others", 0, self.check)

    def test_long_term_keys_in_our_section(self):
        self.credentials("[mdh-lab]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = x\n")
        self.expect("long-term keys in our section", self.check(), "long-term|AKIA",
                    "--replace-keys|another profile", 1)

    def test_the_config_file_outranks(self):
        for line in ("role_arn = arn:aws:iam::1:role/x", "sso_session = x"):
            with self.subTest(line=line):
                aws = self.place.credentials_file.parent
                aws.mkdir(mode=0o700, exist_ok=True)
                config = pathlib.Path(self.place.environment["HOME"]) / ".aws" / "config"
                config.write_text(f"[profile mdh-lab]\n{line}\n")
                self.expect(f"config has {line.split()[0]}", self.check(), line.split()[0], ".", 0)

    def test_a_state_folder_that_cannot_be_made(self):
        blocked = self.place.write("blocked", "")
        done = self.run_program("check", "--config", self.write_config(self.config()), "--listen", "127.0.0.1:0",
                                "--no-profile-file", "--state-dir", blocked + "/state")
        self.expect("state folder cannot be made", done, "blocked", "--state-dir", 1)

    def test_variables_are_cured_by_their_hint(self):
        for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE"):
            with self.subTest(name=name):
                done = self.check(**{name: "other"})
                self.expect(f"{name} set", done, f"before the daemon: {name}", f"unset {name}", 0)
                hint = re.search(rf"hint: (unset {name})", done.stdout).group(1)
                script = hint + ' && exec "$@"'
                self.assertNotIn("before the daemon", self.check(before=["sh", "-c", script, "sh"],
                                                                 **{name: "other"}).stdout)

    def test_our_own_profile_in_aws_profile_is_no_fault(self):
        self.assertNotIn("AWS_PROFILE", self.check(AWS_PROFILE="mdh-lab").stdout)


class DotenvFaultsTest(FaultCase):
    """The notebook's .env."""

    def env(self, fault, cause, cure=".", mode=0o600, **change):
        with self.subTest(fault=fault):
            account, project = self.emulator.accounts[0], self.config()["accounts"][0]["projects"][0]
            lines = {"RKS_PRIVATE_KEY": account["pkcs1"], "RKS_SERVICE_ACCOUNT": "MyDataHelps.1234.lab",
                     "RKS_PROJECT_CODE": project.get("project_code", "RK.1234.Lab"), "AWS_PROFILE_NAME": "mdh-lab"}
            lines.update(change)
            text = "".join(f"{name}={value}\n" for name, value in lines.items() if value is not None)
            path = self.place.write(".env", text, mode)
            done = self.run_program("check", "--env-file", path, *self.place.folders())
            self.expect(fault, done, cause, cure, 78)

    def test_what_is_missing_or_wrong(self):
        for name in ("RKS_SERVICE_ACCOUNT", "AWS_PROFILE_NAME", "RKS_PRIVATE_KEY"):
            self.env(f".env: {name} missing", f"{name} is not set", **{name: None})
        self.env(".env: project missing", "RKS_PROJECT_CODE or RKS_PROJECT_ID must be set", RKS_PROJECT_CODE=None)
        self.env(".env: profile with a blank", "AWS_PROFILE_NAME", AWS_PROFILE_NAME="'my lab'")
        self.env(".env: key that is not there", "No such file", RKS_PRIVATE_KEY="/nosuch/key.pem")
        self.env(".env: quote that does not end", "quote", RKS_SERVICE_ACCOUNT="'MyDataHelps.1234.lab")

    def test_a_key_in_an_open_file_is_cured_by_its_hint(self):
        key = self.good_key().replace("\n", "\\n")
        self.env(".env: open to others", "opens it to others", "chmod 600", 0o644, RKS_PRIVATE_KEY=f'"{key}"')


if __name__ == "__main__":
    harness.main()
