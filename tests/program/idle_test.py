"""Claims: at rest the daemon is small, asleep and silent. Bounds hold for release builds; a sanitizer's run prints them
only."""

import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import harness  # noqa: E402


def memory(pid):
    """memory() is (anonymous, resident) in KiB, as the kernel counts them."""
    fields = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(fields["RssAnon"].split()[0]), int(fields["VmRSS"].split()[0])


def wake_ups(pid):
    total = 0
    for thread in pathlib.Path(f"/proc/{pid}/task").iterdir():
        for line in (thread / "status").read_text().splitlines():
            if line.startswith("voluntary_ctxt_switches"):
                total += int(line.split()[1])
    return total


def processor_ticks(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


class IdleTest(harness.Case):
    projects = 2

    def test_is_small_asleep_and_silent(self):
        daemon = self.serve()
        daemon.ready("mdh-lab", "mdh-lab-2")
        harness.until(lambda: self.profile("mdh-lab-2"), 5, "the file")
        time.sleep(1.5)
        anonymous, resident = memory(daemon.pid)
        wakes, ticks, log = wake_ups(daemon.pid), processor_ticks(daemon.pid), daemon.log
        time.sleep(10)
        wakes, ticks = wake_ups(daemon.pid) - wakes, processor_ticks(daemon.pid) - ticks
        print(f"idle: {anonymous} KiB anonymous, {resident} KiB resident, {wakes} wake-ups and {ticks} ticks in 10 s")
        self.assertEqual(daemon.log, log, "a quiet hour logs nothing")
        if not harness.RELEASE:
            self.skipTest("bounds are for release builds")
        self.assertLessEqual(wakes, 1)
        self.assertLessEqual(ticks, 1)
        self.assertLessEqual(anonymous, 3 * 1024)
        self.assertLessEqual(resident, 16 * 1024)


if __name__ == "__main__":
    harness.main()
