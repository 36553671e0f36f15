"""Claims: `serve` starts from each form of configuration, serves every project, writes the file, answers only who
has the token, takes reloads and new keys without losing what is valid, and goes when told."""

import json
import os
import pathlib
import signal
import socket
import stat
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import harness  # noqa: E402


class ServeTest(harness.Case):
    accounts, projects = 2, 2

    def test_takes_every_spelling_of_the_notebooks_env(self):
        for spelling, path in self.emulator.ready["env_files"].items():
            with self.subTest(spelling=spelling):
                daemon = self.serve(env_file=path)
                served = daemon.ready()
                issued = self.emulator.issued()[-1]
                self.assertEqual([served["AccessKeyId"], served["SecretAccessKey"], served["Token"]],
                                 [issued["AccessKeyId"], issued["SecretAccessKey"], issued["SessionToken"]])
                self.assertEqual(daemon.stop(), 0)

    def test_serves_and_writes_every_project_of_every_account(self):    # R12, R13
        daemon = self.serve()
        profiles = [p["profile"] for account in self.emulator.accounts for p in account["projects"]]
        daemon.ready(*profiles)
        for issued in self.emulator.issued():
            served = daemon.credentials(issued["profile"]).json
            self.assertEqual(set(served), {"AccessKeyId", "SecretAccessKey", "Token", "Expiration"})
            self.assertEqual(served["AccessKeyId"], issued["AccessKeyId"])
            self.assertEqual(served["Expiration"], issued["Expiration"][:19] + "Z")    # floored to the second
            harness.until(lambda i=issued: self.profile(i["profile"]), 5, "the section")
            self.assert_profile_holds(issued)
        self.assertEqual(self.emulator.counters()["token"], 2)
        harness.until(lambda: daemon.ask("/readyz").status == 200, 60, "all written")
        self.assertEqual(daemon.ask("/healthz").status, 200)

    def test_gives_the_first_profile_by_default(self):
        daemon = self.serve()
        daemon.ready()
        self.assertEqual(daemon.ask("/credentials", token=daemon.token).json, daemon.credentials().json)

    def test_keeps_the_token_private_and_without_newline(self):    # R15
        daemon = self.serve()
        path = pathlib.Path(daemon.record()["token_file"])
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        self.assertRegex(path.read_text(), r"\A[A-Za-z0-9._~+/=-]{20,}\Z")
        self.assertEqual(stat.S_IMODE(self.place.state.stat().st_mode), 0o700)

    def test_keeps_its_token_over_a_restart(self):
        first = self.serve()
        token = first.token
        first.stop()
        self.assertEqual(self.serve().token, token)

    def test_refuses_who_has_no_token(self):
        daemon = self.serve()
        daemon.ready()
        self.assertEqual(daemon.ask("/credentials/mdh-lab").status, 401)
        self.assertEqual(daemon.ask("/credentials/mdh-lab", token=daemon.token + "x").status, 401)
        self.assertEqual(daemon.ask("/credentials/mdh-lab", token=f"Bearer {daemon.token}").status, 200)
        self.assertEqual(daemon.ask("/credentials/mdh-lab", token=daemon.token,
                                    headers={"Host": "rebound.example"}).status, 403)
        self.assertEqual(daemon.ask("/credentials/mdh-nowhere", token=daemon.token).status, 400)

    def test_ends_at_a_signal_though_a_connection_is_open(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            daemon = self.serve()
            daemon.ready()
            idle = socket.create_connection((daemon.url.split(":")[1].strip("/"), int(daemon.url.split(":")[2])))
            self.assertEqual(daemon.stop(number), 0)
            idle.close()
            self.assertFalse((self.place.runtime / "socket").exists())

    def test_ends_while_upstream_hangs(self):
        self.emulator.fault(action="hang")
        daemon = self.serve()
        daemon.record()
        harness.until(lambda: self.emulator.counters().get("token"), 5, "the hanging request")
        self.assertEqual(daemon.stop(), 0)

    def test_speaks_tls_under_a_given_authority(self):
        daemon = self.serve("--ca-file", self.emulator.ready["tls"]["ca_file"],
                            config=self.emulator.ready["tls_config"])
        daemon.ready()

    def test_writes_no_file_when_told_so(self):
        daemon = self.serve("--no-profile-file")
        daemon.ready()
        time.sleep(0.3)
        self.assertFalse(self.place.credentials_file.exists())

    def test_heals_its_section(self):
        daemon = self.serve()
        daemon.ready()
        harness.until(self.place.credentials_file.exists, 5, "the file")
        harness.until(lambda: self.profile(), 5, "the section")
        time.sleep(0.2)
        self.place.credentials_file.write_text("[other]\nregion = eu-west-1\n")
        harness.until(lambda: self.profile(), 8, "the section healed")
        self.assertIn("[other]\nregion = eu-west-1\n", self.place.credentials_file.read_text())

    def test_removes_its_keys_at_a_clean_stop_when_told_so(self):
        document = self.config()
        document["profile_file"] = {"on_stop": "remove"}
        daemon = self.serve(config=self.write_config(document))
        daemon.ready()
        harness.until(self.place.credentials_file.exists, 5, "the file")
        harness.until(lambda: self.profile("mdh-clinic-2"), 5, "the sections")
        self.assertEqual(daemon.stop(), 0)
        self.assertNotIn("aws_secret_access_key", self.place.credentials_file.read_text())


class ListenTest(harness.Case):
    def test_takes_the_next_port_when_the_usual_one_is_taken_and_keeps_it(self):
        with socket.socket() as blocker:
            blocker.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                blocker.bind(("127.0.0.1", 6340))
                blocker.listen()
            except OSError:
                pass    # someone else's daemon has it: as good
            daemon = self.serve(listen=False)
            port = int(daemon.url.rsplit(":", 1)[1])
            self.assertGreater(port, 6340)
            harness.until(lambda: str(port) in daemon.log, 5, "a line that names the port")
            daemon.stop()
        self.assertEqual(int(self.serve(listen=False).url.rsplit(":", 1)[1]), port)

    def test_refuses_to_listen_beyond_loopback(self):    # R1
        done = self.run_program("serve", *self.place.folders(), "--config", self.emulator.ready["config"],
                                "--listen", "0.0.0.0:0")
        self.assertIn(done.returncode, (2, 78))
        self.assertIn("0.0.0.0", done.stderr)

    def test_one_bad_address_is_no_reason_to_fail(self):
        daemon = self.serve("--listen", "169.254.170.2:0")
        daemon.ready()


class CallersTest(harness.Case):
    def test_many_callers_are_one_call_upstream(self):    # R29
        daemon = self.serve()
        first = daemon.ready()
        for _ in range(200):
            self.assertEqual(daemon.credentials().json, first)
        self.assertEqual((len(self.emulator.issued()), self.emulator.counters()["token"]), (1, 1))

    def test_is_back_at_its_port_at_once_after_a_kill(self):    # R30; without a service manager
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            address = probe.getsockname()
        where = ("--listen", f"127.0.0.1:{address[1]}")
        daemon = self.serve(*where, listen=False)
        daemon.ready()
        daemon.process.kill()
        daemon.process.wait()
        daemon = self.serve(*where, listen=False)
        harness.until(lambda: self.connects(address), 5, "a connection")
        harness.until(lambda: daemon.credentials().status == 200, 5, "credentials")

    @staticmethod
    def connects(address):
        with socket.socket() as probe:
            return probe.connect_ex(address) == 0


class ReloadTest(harness.Case):
    accounts, projects = 2, 2

    def test_reload_takes_a_new_configuration_and_keeps_what_did_not_change(self):
        document = self.config()
        clinic = document["accounts"].pop()
        path = self.write_config(document)
        daemon = self.serve(config=path)
        before = daemon.ready("mdh-lab", "mdh-lab-2")
        self.assertEqual(daemon.credentials("mdh-clinic").status, 400)
        document["accounts"].append(clinic)
        document["accounts"][0]["projects"].pop()
        self.write_config(document)
        daemon.hang_up()
        harness.until(lambda: daemon.credentials("mdh-clinic").status == 200, 10, "the new account")
        self.assertEqual(daemon.credentials().json, before)
        self.assertEqual(daemon.credentials("mdh-lab-2").status, 400)
        self.assertEqual(self.emulator.counters()["exchange:mdh-lab"], 1)

    def test_reload_refuses_a_bad_configuration_and_keeps_the_old(self):
        path = self.write_config(self.config())
        daemon = self.serve(config=path)
        before = daemon.ready()
        pathlib.Path(path).write_text('{"accounts": [{"nonsense": true}]}')
        size = len(daemon.log)
        daemon.hang_up()
        harness.until(lambda: "nonsense" in daemon.log[size:], 5, "a line that names the fault")
        self.assertEqual(daemon.credentials().json, before)
        self.assertIsNone(daemon.process.poll())

    def test_an_edit_that_was_seen_and_signalled_is_told_once(self):
        for change, told in (("good", "configuration read again"), ('{"accounts": [', "reload refused")):
            with self.subTest(told):
                document = self.config()
                daemon = self.serve(config=self.write_config(document))
                daemon.ready()
                document["accounts"].pop()
                self.place.write("config.json", document if change == "good" else change)
                time.sleep(0.1)    # the watch has seen it, and lets 300 ms pass
                daemon.hang_up()
                harness.until(lambda d=daemon, t=told: t in d.log, 5, "the reload")
                time.sleep(0.6)
                self.assertEqual(daemon.log.count(told), 1, daemon.log)
                daemon.stop()

    def test_takes_a_changed_key_file_without_a_signal(self):
        self.emulator.settings(access_token_life_seconds=1)
        daemon = self.serve()
        before = daemon.ready("mdh-lab", "mdh-clinic")
        self.emulator.control("keys", {"account": "lab", "write": True})
        time.sleep(1)
        with self.subTest("a refresh signs with the new key"):
            harness.until(lambda: daemon.ask("/refresh/mdh-lab", "POST", daemon.token).status == 202, 15, "202")
            harness.until(lambda: daemon.credentials().json != before, 10, f"a new set; {daemon.log}")
        self.assertNotIn("token:400", self.emulator.counters())

    def test_a_refused_key_heals_when_the_right_one_is_put_in_place(self):
        path = pathlib.Path(self.emulator.accounts[1]["pkcs1"])
        right = path.read_text()
        wrong = self.emulator.control("keys", {"account": "clinic", "keep_old": True})["pem"]
        self.emulator.control("keys", {"account": "clinic", "write": True})
        newest = path.read_text()
        self.replace(path, wrong)
        daemon = self.serve()
        daemon.ready()
        harness.until(lambda: daemon.status("mdh-clinic")["last_error"], 10, "the refusal")
        self.assertEqual(daemon.status("mdh-clinic")["last_error"]["class"], "refused")
        self.replace(path, newest)
        harness.until(lambda: daemon.credentials("mdh-clinic").status == 200, 15, f"healed; {daemon.log}")
        self.assertNotEqual(right, newest)

    @staticmethod
    def replace(path, text):
        fresh = path.with_suffix(".new")
        fresh.write_text(text)
        fresh.chmod(0o600)
        os.rename(fresh, path)


class StatusTest(harness.Case):
    def test_status_document_tells_everything_and_no_secret(self):
        daemon = self.serve()
        daemon.ready()
        document = daemon.ask("/status").json
        self.assertEqual(set(document), {"profiles", "accounts", "uptime_seconds", "version", "default_profile",
                                         "hidden_profiles", "endpoint_faults", "imds_profile", "reload"})
        profile = document["profiles"][0]
        self.assertEqual(set(profile), {
            "profile", "account", "region", "athena", "warning", "state", "expires_at", "expires_in_seconds",
            "expiration_assumed", "refreshed_at", "next_attempt_at", "consecutive_failures", "last_error", "file"})
        self.assertEqual((profile["state"], profile["last_error"]), ("valid", None))
        self.outputs.append(json.dumps(document) + daemon.ask("/metrics").text + daemon.ask("/").text)

    def test_metrics_and_page_answer(self):
        daemon = self.serve()
        daemon.ready()
        self.assertIn("mdh_credentials_expiry_timestamp_seconds{", daemon.ask("/metrics").text)
        page = daemon.ask("/")
        self.assertEqual((page.status, page.headers["Content-Type"]), (200, "text/html; charset=utf-8"))


if __name__ == "__main__":
    harness.main()
