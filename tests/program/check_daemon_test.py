"""Claims: beside a running daemon of its configuration `check` asks the daemon, and has no false finding: for the
daemon's own user, for root beside a system service or a user's daemon, in a pod, with the notebook's variables. What is
really wrong there is found all the same, by name."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "clients"))
import aws_stand_in  # noqa: E402
import harness  # noqa: E402

OTHER = 71002


class CheckBesideADaemonTest(harness.Case):
    def setUp(self):
        super().setUp()
        self.path = self.write_config(self.config())
        self.aws = aws_stand_in.StandIn(self.emulator.issued)
        self.addCleanup(self.aws.stop)
        self.place.environment["AWS_ENDPOINT_URL_STS"] = self.aws.url
        # Where `check` looks without options; the same file.
        self.place.environment["MDH_CREDENTIALS_CONFIG"] = self.path

    def start(self, *arguments, **more):
        daemon = self.serve(*arguments, **{"config": self.path, **more})
        daemon.ready()
        return daemon

    def check(self, *arguments, without=(), **more):
        environment = {name: value for name, value in {**self.place.environment, **more}.items()
                       if name not in without}
        done = subprocess.run([harness.PROGRAM, "check", *arguments], env=environment, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=harness.PATIENCE)
        self.outputs.append(done.stdout + done.stderr)
        return done

    def assert_well(self, done, daemon):
        self.assert_exit(done, 0)
        self.assertNotRegex(done.stdout, "(?m)^(warning|error)")
        self.assertRegex(done.stdout, rf"daemon: pid {daemon.pid} at \S+ serves this configuration, and was asked")
        self.assertRegex(done.stdout, r"key of account lab: .*; it signs")
        self.assertRegex(done.stdout, r"(?m)^nothing is wrong$")

    def found(self, done):
        return {one["id"]: one for one in json.loads(done.stdout)["findings"]}

    def test_its_own_user_finds_nothing_wrong(self):
        daemon = self.start()
        self.assert_exit(self.run_program("wait", "--timeout", "600"), 0)
        for arguments in ([], ["--online"], ["--config", self.path], self.place.folders()):
            with self.subTest(arguments=arguments):
                done = self.check(*arguments)
                self.assert_well(done, daemon)
                self.assertRegex(done.stdout, r"profile file: \S+credentials, written by the daemon, 1 profile")
                self.assertRegex(done.stdout, r"address http://127.0.0.1:\d+: served by the daemon")
        done = self.check("--online")
        self.assertRegex(done.stdout, "credentials for .* were issued")
        self.assertRegex(done.stdout, "AWS takes the credentials: account 123456789012, arn:aws:sts::123456789012:assumed-role/explorer/session")

    def test_a_pod_has_no_home_and_no_file(self):
        self.place.environment["MDH_CREDENTIALS_SOCKET"] = str(self.place.runtime / "socket")
        daemon = self.start("--no-profile-file")
        done = self.check("--online", without=("HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"))
        self.assert_well(done, daemon)
        self.assertIn("profile file: the daemon writes none", done.stdout)

    def test_a_system_services_key_is_only_the_daemons(self):
        folder = self.place.folder / "credentials"
        folder.mkdir(mode=0o700)
        shutil.copy(self.emulator.accounts[0]["pkcs1"], folder / "key_lab.pem")
        (folder / "key_lab.pem").chmod(0o600)
        document = self.config()
        document["accounts"][0]["private_key"] = "credential:key_lab.pem"
        self.write_config(document)
        daemon = self.start("--no-profile-file", CREDENTIALS_DIRECTORY=str(folder))
        for arguments in ([], ["--online"]):
            done = self.check(*arguments, without=("CREDENTIALS_DIRECTORY",))
            self.assert_well(done, daemon)
            self.assertRegex(done.stdout, r"profile mdh-lab: served, .* left")
        self.assertIn(("sts", self.emulator.issued()[0]["AccessKeyId"]), self.aws.accepted)
        self.assertEqual(len(self.emulator.issued()), 1, "no exchange of check's own")
        daemon.stop()
        done = self.check("--no-profile-file", without=("CREDENTIALS_DIRECTORY",))
        self.assert_exit(done, 78)
        self.assertRegex(done.stdout, "hint: it is there for a unit with LoadCredential=key_lab.pem:PATH alone")

    def test_the_notebooks_variables_are_only_the_daemons(self):
        key = pathlib.Path(self.emulator.accounts[0]["pkcs1"]).read_text()
        ready, project = self.emulator.ready, self.emulator.accounts[0]["projects"][0]
        document = self.config()["accounts"][0]
        variables = {"RKS_PRIVATE_KEY": key, "RKS_SERVICE_ACCOUNT": document["service_account"],
                     "RKS_PROJECT_CODE": document["projects"][0].get("project_code", ""),
                     "AWS_PROFILE_NAME": project["profile"], "MDH_TOKEN_URL": document["token_url"],
                     "MDH_EXCHANGE_URL": document["projects"][0].get("exchange_url", ready.get("explorer_url", ""))}
        del self.place.environment["MDH_CREDENTIALS_CONFIG"]
        self.place.environment.update(variables)
        daemon = harness.Daemon(self.place, ["--listen", "127.0.0.1:0"])
        self.daemons.append(daemon)
        daemon.ready(project["profile"])
        self.assert_exit(self.run_program("wait", "--timeout", "600"), 0)
        done = self.check(without=tuple(variables))
        self.assert_exit(done, 0)
        self.assertRegex(done.stdout, "configuration from the environment of the daemon")

    @unittest.skipUnless(os.geteuid() == 0, "needs root to become another")
    def test_root_beside_a_users_daemon(self):
        for folder in (self.place.folder, self.place.folder / "run", self.place.folder / "home"):
            os.chown(folder, OTHER, OTHER)
        key = self.place.write("lab.pem", pathlib.Path(self.emulator.accounts[0]["pkcs1"]).read_text())
        os.chown(key, OTHER, OTHER)
        document = self.config()
        document["accounts"][0]["private_key"] = "file:" + key
        os.chown(self.write_config(document), OTHER, OTHER)
        wrapper = self.place.write("as-other", f"#!/bin/sh\nexec setpriv --reuid={OTHER} --regid={OTHER} "
                                   f"--clear-groups {harness.PROGRAM} \"$@\"\n", 0o755)
        daemon = harness.Daemon(self.place, ["--config", self.path, "--listen", "127.0.0.1:0"], wrapper)
        self.daemons.append(daemon)
        harness.until(lambda: daemon.record()["profiles"][0]["file"]["state"] == "written", 60, "the file")
        named = {"MDH_CREDENTIALS_SOCKET": str(self.place.runtime / "socket")}
        for arguments in ([], ["--online"]):
            self.assert_well(self.check(*arguments, **named), daemon)
        daemon.stop()
        done = self.check(*self.place.folders(), **named)
        self.assertRegex(done.stdout, rf"hint: run this as that user: sudo -u '?#{OTHER}'? mdh-credentials")

    def test_what_is_wrong_is_found_by_name(self):
        daemon = self.start()
        self.assert_exit(self.run_program("wait", "--timeout", "600"), 0)
        self.place.credentials_file.write_text("[a]\n[a]\n")
        harness.until(lambda: daemon.status()["file"]["state"] == "failed", 60, "a file that fails")
        found = self.found(self.check("--json"))
        self.assertEqual(found["file.not_written"]["level"], "error")
        self.assertIn("line 2", found["file.not_written"]["message"])
        self.assertIn("(since ", found["file.not_written"]["message"])
        self.assertEqual(self.check().returncode, 1)
        pathlib.Path(self.path).write_text("{")
        daemon.hang_up()
        harness.until(lambda: not daemon.ask("/status").json["reload"]["ok"], 60, "the refusal")
        self.assert_exit(self.check(), 78)
        self.write_config(self.config())
        harness.until(lambda: daemon.ask("/status").json["reload"]["ok"], 60, "the configuration read again")

    def test_a_key_that_went_is_found(self):
        document = self.config()
        key = self.place.write("lab.pem", pathlib.Path(self.emulator.accounts[0]["pkcs1"]).read_text())
        document["accounts"][0]["private_key"] = "file:" + key
        self.write_config(document)
        self.start()
        self.assert_exit(self.check(), 0)
        os.unlink(key)
        done = harness.until(lambda: (lambda seen: seen.returncode == 78 and seen)(self.check("--json")), 60,
                             "the key missed")
        self.assertEqual(self.found(done)["key.unusable"]["level"], "error")

    def test_a_daemon_of_another_configuration_is_named(self):
        self.start()
        other = self.write_config(self.config(), "other.json")
        done = self.check("--json", "--listen", "127.0.0.1:0", MDH_CREDENTIALS_CONFIG=other)
        self.assert_exit(done, 0)
        self.assertIn(self.path, self.found(done)["daemon.other"]["message"])
        self.assertIn(f"--config {self.path}", self.found(done)["daemon.other"]["hint"])

    def test_aws_proves_the_set_or_says_why_not(self):
        found = self.found(self.check("--online", "--json", *self.place.folders()))
        self.assertEqual(found["identity.proven"]["level"], "ok")
        self.assertEqual(self.aws.denied, [])
        self.aws.answer = lambda request: self.aws._send(request, 403, aws_stand_in.STS_ERROR.format(
            code="InvalidClientTokenId").encode())
        done = self.check("--online", "--json", *self.place.folders())
        self.assert_exit(done, 1)
        self.assertIn("InvalidClientTokenId", self.found(done)["identity.refused"]["message"])
        self.aws.answer = lambda request: self.aws._send(request, 200, b"<html>sign in</html>")
        done = self.check("--online", "--json", *self.place.folders())
        self.assert_exit(done, 0)
        self.assertIn("is not it", self.found(done)["identity.unproven"]["message"])
        done = self.check("--online", "--json", *self.place.folders(), AWS_ENDPOINT_URL_STS="http://127.0.0.1:9")
        self.assert_exit(done, 0)
        self.assertEqual(self.found(done)["identity.unproven"]["level"], "warning")
        self.assertIn("--no-aws", self.found(done)["identity.unproven"]["hint"])
        done = self.check("--online", "--no-aws", "--json", *self.place.folders())
        self.assertFalse([name for name in self.found(done) if name.startswith("identity.")])

    def test_the_route_is_for_the_socket_alone(self):
        daemon = self.start()
        self.assertEqual(daemon.ask("/check").status, 404)
        self.assertEqual(daemon.ask("/check", token=daemon.token).status, 404)
        harness.until(lambda: daemon.ask_socket("/check").json["check"]["keys"], 60, "the keys examined")
        self.assertEqual(daemon.ask_socket("/check").json["check"]["config_file"], self.path)


if __name__ == "__main__":
    harness.main()
