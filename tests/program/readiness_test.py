"""Claims: one truth of readiness. A profile file that is not written, a configuration that was refused and an account
that is refused are told with cause, since when and cure by status, wait, refresh, /readyz, /metrics, the page and
systemd's STATUS= alike, and everywhere it is over once it is mended."""

import pathlib
import re
import socket
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import harness  # noqa: E402

TWICE = "[mdh-lab]\nregion = a\n[mdh-lab]\nregion = b\n"


class Manager:
    """systemd's end of NOTIFY_SOCKET; who never reads there would keep the daemon waiting."""

    def __init__(self, path):
        self.path, self.line = str(path), ""
        self.end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.end.bind(self.path)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        while told := self.end.recv(65536).decode():
            for field in told.split("\n"):
                if field.startswith("STATUS="):
                    self.line = field.removeprefix("STATUS=")

    def close(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
            last.sendto(b"", self.path)


class ReadinessTest(harness.Case):
    def setUp(self):
        super().setUp()
        self.manager = Manager(self.place.folder / "notify")
        self.addCleanup(self.manager.close)
        self.path = self.write_config(self.config())

    def start(self, *arguments):
        self.daemon = self.serve(*arguments, config=self.path, NOTIFY_SOCKET=self.manager.path)
        self.daemon.ready()

    def credentials(self, text):
        self.place.credentials_file.parent.mkdir(mode=0o700, exist_ok=True)
        self.place.credentials_file.write_text(text)
        self.place.credentials_file.chmod(0o600)

    def metric(self, name):
        found = re.search(rf"(?m)^{name}(?:{{([^}}]*)}})? (\S+)$", self.daemon.ask("/metrics").text)
        return found and (found.group(1) or "", float(found.group(2)))

    def told(self, pattern):
        harness.until(lambda: re.search(pattern, self.manager.line), 60,
                      f"STATUS= with {pattern!r}, not {self.manager.line!r}")

    def in_order(self):
        harness.until(lambda: self.run_program("status").returncode == 0, 60, "all in order")

    def test_a_file_that_cannot_be_written_is_told_everywhere(self):
        self.credentials(TWICE)
        self.start()
        done = self.run_program("wait", "--timeout", "600")
        self.assert_exit(done, 3)
        self.assertRegex(done.stderr, r"mdh-lab is served, but its profile file is not written: .*line 3")
        done = self.run_program("status")
        self.assert_exit(done, 3)
        self.assertRegex(done.stdout, r"mdh-lab +valid .* failed\n")
        self.assertRegex(done.stdout, r"line 3.* \(since \S+ UTC\); it was never written by this daemon")
        done = self.run_program("refresh")
        self.assert_exit(done, 3)
        ready = self.daemon.ask("/readyz")
        self.assertEqual(ready.status, 503)
        self.assertRegex(ready.json["message"], r"mdh-lab is not in \S+credentials since \S+Z: .*line 3")
        self.assertEqual(self.metric("mdh_credentials_profile_file_ok"), ('profile="mdh-lab"', 0))
        page = self.daemon.ask("/").text
        self.assertIn("<h1><svg", page)
        self.assertRegex(page, r"mdh-lab is valid, but not in its profile file</h1>")
        self.assertRegex(page, r"not written since <time")
        self.told(r"mdh-lab is valid, but not in its profile file since \S+ UTC: .*line 3")
        self.credentials("[other]\nregion = a\n")
        self.in_order()
        self.assertEqual(self.metric("mdh_credentials_profile_file_ok"), ('profile="mdh-lab"', 1))
        self.assertEqual(self.daemon.ask("/readyz").status, 200)
        self.assertRegex(self.daemon.status()["file"]["written_at"], r"^\d{4}-.*Z$")
        self.assertIsNone(self.daemon.status()["file"]["since"])
        self.told("^1 profile valid")

    def test_what_was_written_last_is_told_beside_a_file_that_fails_now(self):
        self.start()
        self.in_order()
        written = self.daemon.status()["file"]["written_at"]
        self.credentials(TWICE)
        done = harness.until(lambda: (lambda seen: seen.returncode == 3 and seen)(self.run_program("status")), 60,
                             "the broken file")
        self.assertRegex(done.stdout, r"it was last written at \S+ UTC")
        self.assertEqual(self.daemon.status()["file"]["written_at"], written)

    def test_the_page_is_seen_through_a_forwarded_port(self):
        self.start()
        for path in ("/", "/status", "/metrics", "/readyz"):
            self.assertNotEqual(self.daemon.ask(path, headers={"Host": "localhost:8000"}).status, 403)
            self.assertEqual(self.daemon.ask(path, headers={"Host": "evil.example:8000"}).status, 403)
        self.assertEqual(self.daemon.ask("/credentials", token=self.daemon.token,
                                         headers={"Host": "localhost:8000"}).status, 403)

    def test_where_no_file_is_asked_for_none_is_missed(self):
        self.start("--no-profile-file")
        self.in_order()
        self.assertIsNone(self.metric("mdh_credentials_profile_file_ok"))
        self.assertEqual(self.daemon.ask("/readyz").status, 200)

    def test_a_refused_configuration_is_told_but_leaves_it_ready(self):
        self.start()
        self.in_order()
        self.assertEqual(self.metric("mdh_credentials_reload_ok"), ("", 1))
        first = self.metric("mdh_credentials_reload_timestamp_seconds")
        broken = self.config()
        broken["acounts"] = broken.pop("accounts")
        self.write_config(broken)
        self.daemon.hang_up()
        harness.until(lambda: not self.daemon.ask("/status").json["reload"]["ok"], 60, "the refusal")
        reload = self.daemon.ask("/status").json["reload"]
        self.assertRegex(reload["message"], "acounts is not a key")
        self.assertEqual(reload["hint"], 'did you mean "accounts"?')
        done = self.run_program("status")
        self.assert_exit(done, 0)
        self.assertRegex(done.stdout, r"configuration: a newer one is refused, the old one stays in force "
                                      r"\(since \S+ UTC\): .*acounts is not a key.*\n  hint: did you mean")
        self.assertEqual(self.daemon.ask("/readyz").status, 200)
        self.assertEqual(self.metric("mdh_credentials_reload_ok"), ("", 0))
        self.assertGreaterEqual(self.metric("mdh_credentials_reload_timestamp_seconds"), first)
        self.assertIn("a newer configuration is refused", self.daemon.ask("/").text)
        self.told(r"by the old configuration, a newer one is refused since \S+ UTC: .*acounts")
        self.write_config(self.config())
        self.daemon.hang_up()
        harness.until(lambda: self.daemon.ask("/status").json["reload"]["ok"], 60, "the configuration read again")
        self.assertEqual(self.metric("mdh_credentials_reload_ok"), ("", 1))
        self.assertNotIn("is refused", self.run_program("status").stdout)
        self.told("^1 profile valid, next refresh")

    def test_a_refused_account_is_told_everywhere(self):
        self.start()
        self.in_order()
        self.emulator.fault(stage="exchange", action="status", status=403)
        done = self.run_program("refresh")
        self.assert_exit(done, 3)
        self.assertRegex(done.stdout, r"mdh-lab: .*HTTP 403.* \(since \S+ UTC\)\n  hint: ")
        labels, since = self.metric("mdh_credentials_failing_since_timestamp_seconds")
        self.assertEqual((sorted(labels.split(",")), since > 0), (['class="refused"', 'profile="mdh-lab"'], True))
        self.assertRegex(self.daemon.status()["last_error"]["since"], r"^\d{4}-.*Z$")
        self.assertRegex(self.daemon.ask("/").text, r"in a row, since <time")
        self.told(r"mdh-lab cannot be refreshed since \S+ UTC, .*HTTP 403")


if __name__ == "__main__":
    harness.main()
