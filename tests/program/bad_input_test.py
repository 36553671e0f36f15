"""Claims: a configuration or key that cannot work ends with 78 and a sentence that names the file, the place in it
and the cure; a wrong command line ends with 2; and none of it prints a secret."""

import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import harness  # noqa: E402


class BadInputTest(harness.Case):
    def assert_told(self, done, status, *words, hint=True):
        self.assert_exit(done, status)
        self.assertTrue(done.stderr.startswith("mdh-credentials: ") or "\nmdh-credentials: " in done.stderr,
                        done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)
        if hint:
            self.assertIn("hint:", done.stderr)

    def both(self, path, *words, hint=True):
        """both() holds `once` and `serve` to the same words."""
        for verb in ("once", "serve"):
            with self.subTest(verb=verb):
                done = self.run_program(verb, *self.place.folders(), "--config", path, timeout=10)
                self.assert_told(done, 78, *words, hint=hint)

    def changed(self, **changes):
        document = self.config()
        document["accounts"][0].update(changes)
        return self.write_config({**document})

    def with_key(self, text, mode=0o600):
        return self.changed(private_key="file:" + self.place.write("key.pem", text, mode))

    def openssl(self, *arguments):
        return subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=True).stdout

    def test_names_a_missing_file(self):
        self.both("/nowhere/config.json", "/nowhere/config.json")

    def test_names_line_and_column_of_broken_json(self):
        path = self.place.write("config.json", '{\n  "accounts": [\n    oops\n  ]\n}\n')
        self.both(path, path, "line 3", hint=False)

    def test_names_an_unknown_key(self):
        path = self.changed(private_keys="x")
        self.both(path, path, "accounts[0].private_keys", hint=False)

    def test_names_a_wrong_type(self):
        path = self.changed(assertion_lifetime_seconds="900")
        self.both(path, path, "accounts[0].assertion_lifetime_seconds", hint=False)

    def test_names_a_profile_that_occurs_twice(self):
        document = self.config()
        document["accounts"][0]["projects"] *= 2
        self.both(self.write_config(document), "accounts[0].projects[1].profile", "mdh-lab", hint=False)

    def test_names_a_url_without_tls(self):
        self.both(self.changed(token_url="http://upstream.example/token"), "token_url", hint=False)

    def test_names_a_key_that_others_may_read(self):
        text = pathlib.Path(self.emulator.accounts[0]["pkcs1"]).read_text()
        self.both(self.with_key(text, 0o644), "key.pem", "0644")

    def test_names_a_missing_key(self):
        self.both(self.changed(private_key="file:/nowhere/key.pem"), "/nowhere/key.pem")

    def test_names_what_is_wrong_with_a_key(self):
        for name, text, word in [
                ("mangled", "-----BEGIN RSA PRIVATE KEY-----\nnonsense\n-----END RSA PRIVATE KEY-----\n", "key.pem"),
                ("elliptic", self.openssl("ecparam", "-genkey", "-name", "prime256v1", "-noout"), "EC"),
                ("short", self.openssl("genrsa", "-traditional", "1024"), "1024"),
                ("encrypted", self.openssl("genrsa", "-aes128", "-passout", "pass:x", "2048"), "ncrypted")]:
            with self.subTest(name=name):
                self.both(self.with_key(text), word)

    def test_names_what_the_env_file_lacks(self):
        path = self.place.write(".env", "RKS_SERVICE_ACCOUNT=MyDataHelps.1.x\n")
        done = self.run_program("once", *self.place.folders(), "--env-file", path)
        self.assert_told(done, 78, "RKS_PRIVATE_KEY")

    def test_says_what_to_do_without_any_configuration(self):
        done = self.run_program("once", *self.place.folders())
        self.assert_exit(done, 78)
        self.assertIn("hint:", done.stderr)

    def test_wrong_usage_ends_with_2(self):
        for arguments in (["nonsense"], ["serve", "--nonsense"], [], ["process"], ["exec", "--profile", "x"]):
            with self.subTest(arguments=arguments):
                self.assert_exit(self.run_program(*arguments), 2)

    def test_help_and_version(self):
        verbs = ["serve", "once", "check", "status", "wait", "refresh", "process", "env", "exec", "rotate-token"]
        for verb in verbs:
            with self.subTest(verb=verb):
                done = self.run_program(verb, "--help")
                self.assert_exit(done, 0)
                self.assertLessEqual(len(done.stdout.splitlines()), 40)
        self.assertRegex(self.run_program("--version").stdout, r"mdh-credentials \d+\.\d+\.\d+")
        self.assertRegex(self.run_program("--version").stdout.lower(), "curl")


class CheckTest(harness.Case):
    def check(self, *arguments, config=None, **environment):
        return self.run_program("check", *self.place.folders(), "--config", config or self.emulator.ready["config"],
                                *arguments, **environment)

    def test_finds_a_good_configuration_good(self):
        done = self.check()
        self.assert_exit(done, 0)
        self.assertIn("ok", done.stdout)
        self.assertEqual(self.emulator.counters(), {})

    def test_asks_upstream_when_online_and_writes_nothing(self):
        self.assert_exit(self.check("--online"), 0)
        self.assertEqual(len(self.emulator.issued()), 1)
        self.assertFalse(self.place.credentials_file.exists())

    def test_exits_1_when_upstream_refuses(self):
        self.emulator.fault(stage="token", action="status", status=400, body={"error": "invalid_client"})
        done = self.check("--online")
        self.assert_exit(done, 1)
        self.assertIn("invalid_client", done.stdout + done.stderr)

    def test_exits_78_for_a_bad_configuration(self):
        done = self.check(config=self.place.write("config.json", '{"accounts": 1}'))
        self.assert_exit(done, 78)

    def test_warns_of_environment_keys_that_shadow(self):
        done = self.check(AWS_ACCESS_KEY_ID="AKIAEXAMPLE", AWS_SECRET_ACCESS_KEY="example")
        self.assertIn("AWS_ACCESS_KEY_ID", done.stdout)


if __name__ == "__main__":
    harness.main()
