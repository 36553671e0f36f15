"""The system unit at work."""

import calendar
import contextlib
import json
import os
import pathlib
import subprocess
import time

from cases import CONFIG, TOKEN, UNIT, Case

LOAD = pathlib.Path(__file__).resolve().parent / "load.py"


class Start(Case):
    def test_is_ready_with_the_first_credentials(self):
        self.site.times["start to ready"] = self.start()
        self.assertIsNotNone(self.credentials())
        self.assertIn("1", self.machine.property(UNIT, "StatusText"))

    def test_runs_a_dependant_only_after_the_first_credentials(self):
        self.upstream.control("faults", {"stage": "exchange", "times": 1, "delay_seconds": 1})
        self.machine.write("/etc/systemd/system/job.service",
                           "[Unit]\nRequires=mdh-credentials-wait.service\nAfter=mdh-credentials-wait.service\n"
                           "[Service]\nType=oneshot\nExecStart=/usr/bin/curl -sS -o /run/job.json "
                           "http://127.0.0.1:6340/status\n")
        self.machine.run("systemctl daemon-reload; systemctl start job.service")
        self.assertEqual(json.loads(self.machine.read("/run/job.json"))["profiles"][0]["state"], "valid")

    def test_waits_for_the_first_credentials_even_when_the_first_attempt_failed(self):
        self.upstream.control("faults", {"stage": "exchange", "times": 1, "action": "status", "status": 503})
        self.machine.run("systemctl start mdh-credentials-wait.service")
        self.assertIsNotNone(self.credentials())

    def test_needs_no_home_and_no_user_of_its_own(self):
        self.start()
        pid = self.main_pid()
        uid = int(self.machine.run(f"stat -c %u /proc/{pid}"))
        # Not dumpable: /proc shows root. The state folder tells the dynamic user.
        owner = int(self.machine.run("stat -c %u /var/lib/private/mdh-credentials"))
        self.assertIn(uid, (0, owner))
        self.assertGreaterEqual(owner, 61184)
        self.assertEqual(self.machine.run("stat -c %a /var/lib/private/mdh-credentials").strip(), "700")
        self.assertEqual(self.machine.status(f"runuser -u nobody -- cat {TOKEN}"), 1)

    def test_takes_a_key_that_is_sealed_to_the_machine(self):
        self.machine.run("systemd-creds setup >/dev/null 2>&1; systemd-creds encrypt --with-key=host --name=sealed "
                         "/etc/mdh-credentials/keys/lab.pem /etc/mdh-credentials/sealed.cred && "
                         "rm /etc/mdh-credentials/keys/lab.pem")
        self.drop_in("[Service]\nLoadCredentialEncrypted=sealed:/etc/mdh-credentials/sealed.cred\n")
        self.machine.write(CONFIG, self.upstream.configuration("credential:sealed"))
        self.start()
        self.assertIsNotNone(self.credentials())

    def test_is_not_restarted_on_exit_78(self):
        self.machine.write(CONFIG, '{"accounts": [], "typo": 1}')
        self.assertEqual(self.machine.status(f"systemctl start {UNIT}"), 1)
        self.assertEqual(self.machine.property(UNIT, "ExecMainStatus"), "78")
        self.assertEqual(self.machine.property(UNIT, "NRestarts"), "0")
        self.assertEqual(self.machine.property(UNIT, "ActiveState"), "failed")

    def test_refuses_other_users_and_says_so_in_the_journal(self):
        self.start()
        self.assertEqual(self.foreign_status(self.machine.read(TOKEN)), "403")
        self.assertTrue(any("65534" in line["MESSAGE"] for line in self.journal(_SYSTEMD_UNIT=UNIT)))

    def test_gives_the_journal_fields(self):
        self.upstream.control("faults", {"stage": "exchange", "action": "status", "status": 403})
        self.start()
        lines = self.machine.await_true(lambda: self.journal(MDH_PROFILE=self.upstream.profile), what="a line")
        self.assertEqual(lines[0]["MDH_STAGE"], "exchange")
        self.assertEqual({line["SYSLOG_IDENTIFIER"] for line in lines}, {"mdh-credentials"})


class Reload(Case):
    def reload(self):
        self.machine.run("systemctl reload " + UNIT)

    def test_of_a_good_configuration_serves_the_new_profile_and_keeps_the_old_ones_credentials(self):
        self.start()
        before = self.credentials()
        self.configure(profiles=[self.upstream.profile, "another"])
        self.reload()
        self.machine.await_true(lambda: self.credentials("another"), what="the new profile's first set")
        self.assertEqual(self.credentials(), before)
        self.assertEqual(self.machine.property(UNIT, "SubState"), "running")

    def test_of_a_bad_configuration_leaves_the_old_one_in_force_and_says_why(self):
        self.start()
        before = self.credentials()
        self.machine.write(CONFIG, '{"accounts": [}')
        self.reload()
        self.machine.await_true(lambda: [line for line in self.journal(_SYSTEMD_UNIT=UNIT)
                                         if line["PRIORITY"] in "34" and CONFIG in line["MESSAGE"]],
                                what="the line that refuses the configuration")
        self.assertEqual(self.credentials(), before)
        self.assertEqual(self.machine.property(UNIT, "SubState"), "running")


class Restart(Case):
    def restarted(self, old):
        self.machine.await_true(lambda: self.main_pid() not in (0, old)
                                and self.machine.property(UNIT, "SubState") == "running", 20, "the restart")

    def test_after_kill_9_serves_the_same_credentials_while_upstream_is_down(self):    # R30
        self.start()
        before, pid = self.credentials(), self.main_pid()
        self.upstream.control("down")
        for _ in range(6):
            pid = self.main_pid()
            self.machine.run(f"kill -9 {pid}")
            self.assertEqual(self.credentials(), before, "the first request waits and gets them")
            self.restarted(pid)
        self.assertLessEqual(int(self.machine.property(UNIT, "NFileDescriptorStore")), 3)

    # Field bug 12: a watchdog fed by a thread that knows nothing.
    def test_comes_from_the_watchdog_when_the_daemon_stands_still(self):
        self.drop_in("[Service]\nWatchdogSec=2\n")
        self.start()
        before, pid = self.credentials(), self.main_pid()
        self.machine.run(f"kill -STOP {pid}")
        self.assertEqual(self.credentials(), before, "a request during it is answered, not refused")
        self.restarted(pid)
        self.assertEqual(self.machine.property(UNIT, "NRestarts"), "1")

    def test_the_watchdog_is_content_with_an_idle_daemon(self):
        self.drop_in("[Service]\nWatchdogSec=1\n")
        self.start()
        pid = self.main_pid()
        time.sleep(3)
        self.assertEqual(self.main_pid(), pid)

    def test_under_load_refuses_nobody(self):    # R30
        self.start()
        network = ["nsenter", "-t", str(self.machine.pid), "-n"]
        with subprocess.Popen([*network, "/usr/bin/python3", str(LOAD), "6340"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as load:
            for _ in range(3):
                time.sleep(0.2)
                self.machine.run("systemctl restart " + UNIT)
            pid = self.main_pid()
            self.machine.run(f"kill -9 {pid}")
            self.restarted(pid)
            time.sleep(0.2)
            seen = json.loads(load.communicate()[0])
        print("restart under load:", seen)
        self.site.times["restart gap"] = seen["longest_gap_ms"] / 1000
        self.assertNotIn("ConnectionRefusedError", seen["outcomes"])
        self.assertGreater(seen["outcomes"]["200"], 100)


class Clocks(Case):
    """The wall clock is moved under the daemon; the true time is upstream's."""

    GAP = 10800

    def setUp(self):
        super().setUp()
        if not os.environ.get("MDH_SHIFTED_CLOCK"):
            self.skipTest("nothing moves a clock here")
        with open(os.environ["MDH_SHIFTED_CLOCK"], "rb") as library:
            subprocess.run(self.machine.command("cat > /opt/shifted_clock.so"), stdin=library, check=True)
        self.ahead = 0
        self.set_wall(0)
        self.drop_in("[Service]\nEnvironment=LD_PRELOAD=/opt/shifted_clock.so MDH_TEST_WALL_SHIFT=/opt/wall\n")

    def set_wall(self, seconds):
        self.machine.write("/opt/wall", str(seconds))

    def paused(self):
        """paused() is a machine that stood still for three hours and whose wall clock was set right."""
        self.ahead += self.GAP
        self.upstream.control("settings", {"clock_offset_seconds": self.ahead})
        self.set_wall(self.ahead)

    def assert_good(self, before):
        def good():
            found = self.credentials()
            if not found:
                return False
            end = calendar.timegm(time.strptime(found["Expiration"], "%Y-%m-%dT%H:%M:%SZ"))
            self.assertGreater(end, time.time() + self.ahead, "an expired set was served")
            return found != before and end > time.time() + self.ahead + 3000
        self.machine.await_true(good, 60, "a good set")

    def test_of_a_paused_machine_end_its_sets_at_once(self):
        self.start()
        before = self.credentials()
        self.paused()
        self.assert_good(before)
        told = [entry["MESSAGE"] for entry in self.journal()
                if "the clock was set forward 10800 s" in str(entry.get("MESSAGE"))]
        self.assertEqual(len(told), 1, told)

    def test_of_a_machine_paused_while_the_service_restarts(self):
        for how in ("systemctl restart", "systemctl kill -s KILL"):
            with self.subTest(how=how):
                self.machine.run(f"systemctl restart {UNIT}")
                before, pid = self.credentials(), self.main_pid()
                self.paused()
                self.machine.run(f"{how} {UNIT}")
                self.machine.await_true(lambda: self.main_pid() not in (0, pid), 60, "the restart")
                self.assert_good(before)


class Stop(Case):
    def test_ends_well_and_quickly(self):
        self.start()
        self.machine.run(f"systemctl stop mdh-credentials.socket {UNIT}")
        self.assertEqual(self.machine.property(UNIT, "Result"), "success")
        self.assertEqual(self.machine.property(UNIT, "ExecMainStatus"), "0")


class Flood(Case):
    def test_is_served_and_fed_while_another_user_floods_it(self):
        """For as long as --flood-seconds, and until the watchdog was fed three times."""
        self.drop_in("[Service]\nWatchdogSec=20\n")
        self.start()
        pid, fed, begun = self.main_pid(), set(), time.monotonic()
        with self.flood():
            while len(fed) < 4 or time.monotonic() - begun < self.site.flood_seconds:
                self.assertIsNotNone(self.credentials())
                fed.add(self.machine.property(UNIT, "WatchdogTimestampMonotonic"))
                time.sleep(0.5)
        self.assertEqual(self.main_pid(), pid)
        self.assertEqual(self.machine.property(UNIT, "NRestarts"), "0")

    @contextlib.contextmanager
    def flood(self):
        """flood() is 900 connections of nobody's that ask for the metrics without pause."""
        inside = "/usr/local/bin/hostile"
        with open(self.site.hostile, "rb") as program:
            subprocess.run(self.machine.command(f"cat > {inside} && chmod 755 {inside}"), stdin=program, check=True)
        flood = subprocess.Popen(self.machine.command(
            f"exec runuser -u nobody -- {inside} 6340 36000 pipeline 900 HEAD /metrics"))
        try:
            yield
        finally:
            self.machine.run("kill $(pidof hostile)", check=False)
            flood.wait()
