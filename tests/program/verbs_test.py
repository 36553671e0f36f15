"""Claims: the verbs that ask a running daemon print what their readers parse, and exit as the manual says."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import harness  # noqa: E402


def assignments(text):
    """assignments() reads the output of `env`: ({exported name: value}, {unset names}), as a shell would."""
    shell = subprocess.run(["sh", "-c", text + "\nenv -0"], capture_output=True, text=True, check=True,
                           env={"PATH": "/usr/bin:/bin", "AWS_ACCESS_KEY_ID": "mine", "AWS_PROFILE": "mine",
                                "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": ""})
    return dict(entry.split("=", 1) for entry in shell.stdout.split("\0") if "=" in entry)


class WithoutDaemonTest(harness.Case):
    def test_exits_4(self):
        for arguments in (["status"], ["status", "--json"], ["wait", "--timeout", "0"], ["refresh"],
                          ["env", "--profile", "mdh-lab"], ["exec", "--profile", "mdh-lab", "--", "true"]):
            with self.subTest(arguments=arguments):
                done = self.run_program(*arguments)
                self.assert_exit(done, 4)
                self.assertEqual(done.stdout, "(exit 4);\n" if arguments[0] == "env" else "")
                self.assertIn("mdh-credentials: ", done.stderr)

    def test_process_exits_1_with_one_line(self):
        done = self.run_program("process", "--profile", "mdh-lab")
        self.assert_exit(done, 1)
        self.assertEqual((done.stdout, len(done.stderr.splitlines())), ("", 1))

    def test_wait_waits_for_a_daemon_that_is_yet_to_come(self):
        waiting = subprocess.Popen([harness.PROGRAM, "wait", "--timeout", "600"], env=self.place.environment,
                                   stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            time.sleep(0.3)
            self.assertIsNone(waiting.poll())
            self.serve()
            self.assertEqual(waiting.wait(harness.PATIENCE), 0)
        finally:
            waiting.kill()
            waiting.wait()


class VerbsTest(harness.Case):
    projects = 2

    def setUp(self):
        super().setUp()
        self.daemon = self.serve()
        self.served = self.daemon.ready("mdh-lab", "mdh-lab-2")
        self.assert_exit(self.run_program("wait", "--timeout", "600"), 0)

    def test_status_is_a_table_or_json(self):
        done = self.run_program("status")
        self.assert_exit(done, 0)
        for word in ("mdh-lab", "mdh-lab-2", "valid"):
            self.assertIn(word, done.stdout)
        self.assertNotIn("\x1b", done.stdout)
        document = json.loads(self.run_program("status", "--json").stdout)
        self.assertEqual([p["state"] for p in document["profiles"]], ["valid", "valid"])

    def test_status_exits_3_when_a_profile_is_not_valid(self):
        self.daemon.stop()
        self.emulator.fault(stage="exchange", project="mdh-lab-2", action="status", status=403)
        daemon = self.serve()
        daemon.ready()
        harness.until(lambda: daemon.status("mdh-lab-2")["last_error"], 10, "the refusal")
        done = self.run_program("status")
        self.assert_exit(done, 3)
        self.assert_exit(self.run_program("wait", "--timeout", "0"), 3)
        self.assert_exit(self.run_program("wait", "--profile", "mdh-lab", "--timeout", "5"), 0)

    def test_wait_means_served_and_written(self):
        self.assert_exit(self.run_program("wait", "--timeout", "10"), 0)
        for issued in self.emulator.issued():
            self.assert_profile_holds(issued)

    def test_profiles_may_be_bare_and_a_misspelt_one_is_named_the_nearest(self):
        for verb in ("status", "wait"):
            self.assert_exit(self.run_program(verb, "mdh-lab"), 0)
            wrong = self.run_program(verb, "mdh-lb")
            self.assert_exit(wrong, 2)
            self.assertIn("did you mean mdh-lab?", wrong.stderr)
        self.assert_exit(self.run_program("process", "mdh-lab", secret_output=True), 0)
        for arguments in (["process", "mdh-lb"], ["env", "--profile", "mdh-lb"],
                          ["exec", "--profile", "mdh-lb", "--", "true"]):
            wrong = self.run_program(*arguments)
            self.assertNotEqual(wrong.returncode, 0)
            self.assertIn("did you mean mdh-lab?", wrong.stderr)
        wrong = self.once("--profile", "mdh-lb")
        self.assert_exit(wrong, 2)
        self.assertIn("did you mean mdh-lab?", wrong.stderr)

    def test_status_watch_shows_it_again_until_nobody_reads(self):
        watching = subprocess.Popen([harness.PROGRAM, "status", "--watch"], env=self.place.environment, text=True,
                                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(watching.wait)
        self.addCleanup(watching.kill)
        seen = 0
        while seen < 2:
            line = watching.stdout.readline()
            self.assertNotEqual(line, "", "it ended by itself")
            seen += line.startswith("mdh-lab")
        watching.stdout.close()
        self.assertEqual(watching.wait(harness.PATIENCE), 1)
        watching.stderr.close()

    def test_refresh_fetches_a_new_set_and_says_so(self):
        done = self.run_program("refresh", "--profile", "mdh-lab")
        self.assert_exit(done, 0)
        self.assertNotEqual(self.daemon.credentials().json, self.served)
        self.assertEqual(self.daemon.credentials().json["AccessKeyId"], self.emulator.issued()[-1]["AccessKeyId"])

    def test_process_prints_the_credential_process_document(self):    # R43, R44
        done = self.run_program("process", "--profile", "mdh-lab", secret_output=True)
        self.assert_exit(done, 0)
        document = json.loads(done.stdout)
        self.assertEqual(document, {
            "Version": 1, "AccessKeyId": self.served["AccessKeyId"], "SecretAccessKey": self.served["SecretAccessKey"],
            "SessionToken": self.served["Token"], "Expiration": self.served["Expiration"]})
        self.assertEqual(done.stderr, "")

    def test_process_of_a_profile_that_is_not_there(self):
        done = self.run_program("process", "--profile", "mdh-nowhere")
        self.assert_exit(done, 1)
        self.assertEqual((done.stdout, len(done.stderr.splitlines())), ("", 1))

    def test_env_sets_and_unsets(self):    # R1, R45, R46
        done = self.run_program("env", "--profile", "mdh-lab-2")
        self.assert_exit(done, 0)
        seen = assignments(done.stdout)
        self.assertEqual(seen["AWS_CONTAINER_CREDENTIALS_FULL_URI"], f"{self.daemon.url}/credentials/mdh-lab-2")
        self.assertEqual(pathlib.Path(seen["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]).read_text(), self.daemon.token)
        self.assertEqual((seen["AWS_REGION"], seen["AWS_DEFAULT_REGION"]), ("us-east-1", "us-east-1"))
        self.assertEqual(seen["AWS_EC2_METADATA_SERVICE_ENDPOINT"], f"{self.daemon.url}/profiles/mdh-lab-2/")
        for name in ("AWS_EC2_METADATA_DISABLED", "AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
                     "AWS_ACCESS_KEY_ID", "AWS_PROFILE"):
            self.assertNotIn(name, seen)

    def test_env_for_old_sdks_holds_the_token(self):
        done = self.run_program("env", "--profile", "mdh-lab", "--token-env", secret_output=True)
        self.assertEqual(assignments(done.stdout)["AWS_CONTAINER_AUTHORIZATION_TOKEN"], self.daemon.token)

    def test_env_for_imds(self):    # R47
        done = self.run_program("env", "--profile", "mdh-lab", "--imds")
        seen = assignments(done.stdout)
        self.assertEqual(seen["AWS_EC2_METADATA_SERVICE_ENDPOINT"], f"{self.daemon.url}/profiles/mdh-lab/")
        self.assertNotIn("AWS_CONTAINER_CREDENTIALS_FULL_URI", seen)
        self.assertNotIn("AWS_EC2_METADATA_DISABLED", seen)
        self.assertIn("127.0.0.1", seen["NO_PROXY"])

    def test_exec_passes_arguments_status_and_environment(self):
        done = self.run_program("exec", "--profile", "mdh-lab", "--", "sh", "-c",
                                'echo "$AWS_CONTAINER_CREDENTIALS_FULL_URI|$1"; exit 42', "sh", "a b",
                                AWS_ACCESS_KEY_ID="mine")
        self.assert_exit(done, 42)
        self.assertEqual(done.stdout.strip(), f"{self.daemon.url}/credentials/mdh-lab|a b")
        self.assert_exit(self.run_program("exec", "--profile", "mdh-lab", "--", "/nowhere/program"), 127)
        self.assert_exit(self.run_program("exec", "--profile", "mdh-lab", "--", self.place.write("plain", "x")), 126)

    def test_a_default_profile_that_would_win_is_warned_of_and_hidden_when_asked(self):    # R48
        folder = self.place.credentials_file.parent
        folder.mkdir(mode=0o700, exist_ok=True)
        with open(self.place.credentials_file, "a") as file:
            file.write("\n[default]\naws_access_key_id = AKIAMINE\naws_secret_access_key = mine\n")
        show = ["--profile", "mdh-lab", "--", "sh", "-c", 'cat "$AWS_SHARED_CREDENTIALS_FILE"; echo "|$AWS_CONFIG_FILE"']
        warned = self.run_program("exec", *show)
        self.assertIn("static keys in [default] of " + str(self.place.credentials_file), warned.stderr)
        self.assertIn("--isolate", warned.stderr)
        hidden = self.run_program("exec", *self.place.folders()[:2], "--isolate", *show)
        self.assert_exit(hidden, 0)
        self.assertEqual(hidden.stderr, "")
        text, _, config = hidden.stdout.rpartition("|")
        self.assertEqual(text, "[default]\nregion = us-east-1\n")
        self.assertIn("isolated-us-east-1", config)
        with self.subTest("a state folder that cannot be written"):
            refused = self.run_program("exec", "--state-dir", "/proc/nowhere", "--isolate", *show)
            self.assert_exit(refused, 1)
            self.assertIn("/proc/nowhere", refused.stderr)

    def test_exec_passes_signals(self):
        child = subprocess.Popen([harness.PROGRAM, "exec", "--profile", "mdh-lab", "--", "sleep", "30"],
                                 env=self.place.environment, stdin=subprocess.DEVNULL)
        try:
            harness.until(lambda: b"sleep" in pathlib.Path(f"/proc/{child.pid}/cmdline").read_bytes()[:6]
                          or os.path.exists(f"/proc/{child.pid}/task/{child.pid}/children"), 5, "the child")
            time.sleep(0.3)
            child.send_signal(signal.SIGTERM)
            self.assertIn(child.wait(harness.PATIENCE), (-signal.SIGTERM, 128 + signal.SIGTERM))
        finally:
            child.kill()
            child.wait()

    def test_rotate_token_keeps_the_old_one_for_a_while(self):
        old = self.daemon.token
        done = self.run_program("rotate-token")
        self.assert_exit(done, 0)
        new = self.daemon.token
        self.assertNotEqual(new, old)
        self.assertNotIn(new, done.stdout + done.stderr)
        harness.until(lambda: self.daemon.ask("/credentials/mdh-lab", token=new).status == 200, 5, "the new token")
        self.assertEqual(self.daemon.ask("/credentials/mdh-lab", token=old).status, 200)

    def test_rotate_token_without_grace_ends_the_old_one(self):
        old = self.daemon.token
        self.assert_exit(self.run_program("rotate-token", "--grace-seconds", "0"), 0)
        harness.until(lambda: self.daemon.ask("/credentials/mdh-lab", token=old).status == 401, 5, "401")
        self.assertEqual(self.daemon.credentials().status, 200)


if __name__ == "__main__":
    harness.main()
