"""Claims: `once` is the notebook done right: every spelling of its .env works unchanged, every project is written, a
failed one spoils no other, and the exit status tells."""

import os
import pathlib
import stat
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import harness  # noqa: E402


class OnceTest(harness.Case):
    accounts, projects = 2, 2

    def test_takes_every_spelling_of_the_notebooks_env(self):
        for spelling, path in self.emulator.ready["env_files"].items():
            with self.subTest(spelling=spelling):
                # A section as late as ours would be another host's, and these come in one second.
                self.place.credentials_file.unlink(missing_ok=True)
                done = self.once(env_file=path)
                self.assert_exit(done, 0)
                self.assert_profile_holds(self.emulator.issued()[-1])

    def test_takes_the_notebooks_variables_from_the_environment(self):
        project = self.emulator.accounts[0]["projects"][0]
        done = self.run_program(
            "once", *self.place.folders(), RKS_PRIVATE_KEY=pathlib.Path(self.emulator.accounts[0]["pkcs1"]).read_text(),
            RKS_SERVICE_ACCOUNT=self.emulator.accounts[0]["service_account"],
            RKS_PROJECT_CODE=project["project_code"], AWS_PROFILE_NAME=project["profile"],
            MDH_TOKEN_URL=self.emulator.ready["token_url"], MDH_EXCHANGE_URL=self.emulator.ready["explorer_url"])
        self.assert_exit(done, 0)
        self.assert_profile_holds(self.emulator.issued()[-1])

    def test_writes_every_project_of_every_account(self):
        self.assert_exit(self.once(), 0)
        self.assertEqual(len(self.emulator.issued()), 4)
        for issued in self.emulator.issued():
            self.assert_profile_holds(issued)
        self.assertEqual(self.emulator.counters()["token"], 2)    # one access token serves an account's projects

    def test_writes_one_profile_when_asked(self):
        self.assert_exit(self.once("--profile", "mdh-clinic"), 0)
        self.assertEqual([i["profile"] for i in self.emulator.issued()], ["mdh-clinic"])

    def test_refuses_a_profile_that_is_not_configured(self):
        done = self.once("--profile", "mdh-nowhere")
        self.assertIn(done.returncode, (2, 78))
        self.assertIn("mdh-nowhere", done.stderr)

    def test_makes_a_private_file_and_folder(self):
        os.umask(0o022)
        self.assert_exit(self.once(), 0)
        self.assertEqual(stat.S_IMODE(self.place.credentials_file.stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(self.place.credentials_file.parent.stat().st_mode), 0o700)

    def test_keeps_every_other_byte(self):
        before = "# mine [mdh-lab]\r\n[other]\r\naws_access_key_id = AKIAOTHER\r\n\r\n[mdh-lab]\r\noutput = json\r\n"
        self.place.credentials_file.parent.mkdir(mode=0o700)
        self.place.credentials_file.write_bytes(before.encode())
        self.assert_exit(self.once("--profile", "mdh-lab"), 0)
        after = self.place.credentials_file.read_bytes().decode()
        self.assertTrue(after.startswith(before.removesuffix("\r\n")))
        self.assertEqual(after.count("[mdh-lab]"), 2)
        self.assertNotIn("\n", after.replace("\r\n", ""))

    def test_honours_the_shared_credentials_variable(self):
        elsewhere = self.place.folder / "elsewhere"
        done = self.run_program("once", "--config", self.emulator.ready["config"], "--profile", "mdh-lab",
                                AWS_SHARED_CREDENTIALS_FILE=str(elsewhere))
        self.assert_exit(done, 0)
        self.assertIn("[mdh-lab]", elsewhere.read_text())
        self.assertFalse(self.place.credentials_file.exists())

    def test_exits_1_when_one_project_fails_and_writes_the_others(self):
        self.emulator.fault(stage="exchange", project="mdh-lab-2", action="status", status=403)
        done = self.once()
        self.assert_exit(done, 1)
        self.assertIn("mdh-lab-2", done.stdout + done.stderr)
        self.assertIsNone(self.profile("mdh-lab-2"))
        for issued in self.emulator.issued():
            self.assert_profile_holds(issued)
        self.assertEqual(len(self.emulator.issued()), 3)

    def test_dry_run_shows_the_change_masked_and_writes_nothing(self):
        self.place.credentials_file.parent.mkdir(mode=0o700)
        self.place.credentials_file.write_text("[other]\naws_secret_access_key = another-secret-of-mine\n")
        done = self.once("--dry-run", "--profile", "mdh-lab")
        self.assert_exit(done, 0)
        self.assertIn("+[mdh-lab]", done.stdout.replace("\x1b", ""))
        self.assertNotIn("another-secret-of-mine", done.stdout)
        self.assertNotIn("mdh-lab", self.place.credentials_file.read_text())

    def test_speaks_tls_only_to_a_server_it_can_verify(self):
        config, ca_file = self.emulator.ready["tls_config"], self.emulator.ready["tls"]["ca_file"]
        self.assert_exit(self.once("--ca-file", ca_file, config=config), 0)
        untrusted = self.once(config=config)
        self.assert_exit(untrusted, 1)
        self.assertRegex(untrusted.stderr.lower(), "certificate|tls|ssl")

    def test_refuses_each_bad_certificate_with_its_own_words(self):
        config, ca_file = self.emulator.ready["tls_config"], self.emulator.ready["tls"]["ca_file"]
        self.addCleanup(self.emulator.control, "tls", {"certificate": "good"})
        for kind, words in [("expired", "expired"), ("wrong_host", "name|host|127.0.0.1"),
                            ("self_signed", "self.signed")]:
            with self.subTest(kind=kind):
                self.emulator.control("tls", {"certificate": kind})
                done = self.once("--ca-file", ca_file, config=config)
                self.assert_exit(done, 1)
                self.assertRegex(done.stdout + done.stderr, words)
                self.assertEqual(self.emulator.counters(), {})


if __name__ == "__main__":
    harness.main()
