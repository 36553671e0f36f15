"""Claims: the real program hands out no expired set, whatever its clocks do: a machine that was paused, a clock that
was set, one that starts in 1970, Dates that lie; before and after a crash, and with what the fd store kept."""

import calendar
import os
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import harness  # noqa: E402
from handover_test import Manager  # noqa: E402

SHIFTED_CLOCK = os.environ.get("MDH_SHIFTED_CLOCK", "")
THREE_HOURS = 10800


def seconds_of(text):
    return calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ"))


@unittest.skipIf(harness.SANITIZED or not SHIFTED_CLOCK, "a sanitizer's runtime wants to be the first library")
class ClocksCase(harness.Case):
    def setUp(self):
        super().setUp()
        self.shift = pathlib.Path(self.place.write("wall", "0"))
        self.true_shift = 0
        self.place.environment.update(LD_PRELOAD=SHIFTED_CLOCK, MDH_TEST_WALL_SHIFT=str(self.shift))

    def set_wall(self, seconds):
        self.shift.write_text(str(seconds))

    def pass_time(self, seconds):
        """pass_time() is a pause: the true time is upstream's, and no clock of the machine has counted it."""
        self.true_shift += seconds
        self.emulator.settings(clock_offset_seconds=self.true_shift)

    def true_left(self, document):
        return seconds_of(document["Expiration"]) - (time.time() + self.true_shift)

    def assert_never_expired_and_served_again(self, daemon):
        """Each answer is looked at, from the first on, until a set is there that is good for most of an hour."""
        def good():
            answer = daemon.credentials()
            if answer.status != 200:
                self.assertEqual(answer.status, 503, answer.text)
                return None
            self.assertGreater(self.true_left(answer.json), 0, f"an expired set was served; the log:\n{daemon.log}")
            return answer.json if self.true_left(answer.json) > 3000 else None
        return harness.until(good, 60, f"a good set; the log:\n{daemon.log}")

    def assert_told_truly(self, daemon, document):
        status = daemon.status()
        self.assertAlmostEqual(status["expires_in_seconds"], self.true_left(document), delta=10)
        local = time.time() + int(self.shift.read_text())
        self.assertAlmostEqual(seconds_of(status["expires_at"]) - local, self.true_left(document), delta=10)
        harness.until(lambda: (self.profile() or {}).get("x_security_token_expires") == document["Expiration"], 60,
                      "the file has the same set")

    def skew(self, daemon):
        return daemon.ask("/status").json["accounts"][0]["skew_seconds"]


class PausedTest(ClocksCase):
    def test_and_then_set_right(self):
        daemon = self.serve()
        daemon.ready()
        self.pass_time(THREE_HOURS)
        self.set_wall(THREE_HOURS)
        document = self.assert_never_expired_and_served_again(daemon)
        self.assert_told_truly(daemon, document)
        self.assertIn("the clock was set forward 10800 s, or the machine was paused\n", daemon.log)
        self.assertNotIn("this machine's clock is", daemon.log)
        self.assertAlmostEqual(self.skew(daemon), 0, delta=2)

    def test_and_no_clock_was_told_until_two_replies_do(self):
        daemon = self.serve()
        daemon.ready()
        self.pass_time(THREE_HOURS)
        answer = daemon.ask("/refresh/mdh-lab", method="POST", token=daemon.token)
        self.assertEqual(answer.status, 202, answer.text)
        harness.until(lambda: self.skew(daemon) and self.skew(daemon) > 10000, 60, "the skew is told")
        document = self.assert_never_expired_and_served_again(daemon)
        self.assert_told_truly(daemon, document)
        harness.until(lambda: "s slow by upstream's Date" in daemon.log, 60, "a line that names the clock")

    def test_and_set_right_while_the_service_was_dead(self):
        daemon = self.serve()
        before = daemon.ready()
        daemon.process.kill()
        daemon.process.wait()
        self.pass_time(THREE_HOURS)
        self.set_wall(THREE_HOURS)
        daemon = self.serve()
        document = self.assert_never_expired_and_served_again(daemon)
        self.assertNotEqual(document, before)
        self.assert_told_truly(daemon, document)


class StoredTest(ClocksCase):
    """The set rides in a manager's fd store from one process to the next."""

    def restarted(self, meanwhile):
        manager = Manager(self.place)
        self.addCleanup(manager.close)
        first = self.serve(NOTIFY_SOCKET=manager.path)
        before = first.ready()
        manager.await_stored()
        first.process.kill()
        first.process.wait()
        del self.place.environment["NOTIFY_SOCKET"]    # nobody reads there any more
        meanwhile()
        daemon = manager.start(["mdh-credentials-snapshot-a"],
                               ["--config", self.emulator.ready["config"], "--listen", "127.0.0.1:0"])
        self.daemons.append(daemon)
        return daemon, before

    def test_and_is_not_taken_over_when_the_machine_was_paused_meanwhile(self):
        def paused():
            self.pass_time(THREE_HOURS)
            self.set_wall(THREE_HOURS)
        daemon, before = self.restarted(paused)
        document = self.assert_never_expired_and_served_again(daemon)
        self.assertNotEqual(document, before)
        self.assert_told_truly(daemon, document)

    def test_and_has_lost_what_the_clock_was_set_forward(self):
        def set_forward():
            self.emulator.fault(action="hang")
            self.set_wall(1800)
        daemon, before = self.restarted(set_forward)
        self.assertEqual(daemon.ready(), before)
        self.assertLess(daemon.status()["expires_in_seconds"], 1801)
        self.assertIn("the clock was set forward 1800 s", daemon.log)

    def test_and_is_taken_over_as_it_was_when_no_clock_moved(self):
        daemon, before = self.restarted(lambda: self.emulator.fault(action="hang"))
        self.assertEqual(daemon.ready(), before)
        self.assertGreater(daemon.status()["expires_in_seconds"], 3500)


class WrongTest(ClocksCase):
    def test_in_1970_serves_by_upstreams_time_and_goes_on_when_set(self):
        self.set_wall(-int(time.time()) + 60)
        daemon = self.serve()
        document = self.assert_never_expired_and_served_again(daemon)
        self.assertFalse(daemon.status()["expiration_assumed"])
        self.set_wall(0)
        document = self.assert_never_expired_and_served_again(daemon)
        self.assert_told_truly(daemon, document)
        harness.until(lambda: self.skew(daemon) is not None and abs(self.skew(daemon)) < 3, 60, "the clock is right")

    def test_by_hours_withholds_nothing(self):
        for hours in (-5, 2):
            with self.subTest(hours=hours):
                self.set_wall(hours * 3600)
                daemon = self.serve()
                document = self.assert_never_expired_and_served_again(daemon)
                self.assert_told_truly(daemon, document)
                self.assertAlmostEqual(self.skew(daemon), -hours * 3600, delta=3)
                daemon.stop()

    def test_set_back_changes_nothing(self):
        daemon = self.serve()
        before = daemon.ready()
        self.set_wall(-THREE_HOURS)
        self.assertEqual(daemon.ready(), before)
        harness.until(lambda: "the clock was set back 10800 s" in daemon.log, 60, "the line")
        self.assertEqual(daemon.ready(), before)
        self.assertGreater(daemon.status()["expires_in_seconds"], 3500)


class DateTest(ClocksCase):
    def test_of_one_old_page_is_not_believed(self):
        self.emulator.settings(date_offset_seconds=-7200)
        self.emulator.fault(stage="token", action="status", status=503, times=1)
        daemon = self.serve()
        harness.until(lambda: self.emulator.control("log"), 60, "a first request")
        self.emulator.settings(date_offset_seconds=0)
        document = self.assert_never_expired_and_served_again(daemon)
        self.assert_told_truly(daemon, document)
        self.assertAlmostEqual(self.skew(daemon), 0, delta=2)

    def test_of_a_year_that_cannot_be_signs_nothing(self):
        self.emulator.settings(date_offset_seconds=80 * 365 * 86400)
        daemon = self.serve()
        document = self.assert_never_expired_and_served_again(daemon)
        self.assert_told_truly(daemon, document)
        self.assertIsNone(self.skew(daemon))
        for entry in self.emulator.control("log"):
            if entry["stage"] == "token":
                self.assertLess(entry["claims"]["exp"], time.time() + 1000)


if __name__ == "__main__":
    harness.main()
