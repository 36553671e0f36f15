"""Goal: on a kernel that does not know the newer system calls (RHEL 8's 4.18, and older ones), or has no AF_UNIX, the
program fetches and serves credentials all the same."""

import os
import pathlib
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "emulator"))
import running  # noqa: E402


class OldKernel(unittest.TestCase):
    def test_works_without_the_calls_that_a_kernel_may_lack(self):
        with running.RunningEmulator() as emulator:
            for lacking in ("4.18", "4.18,statx", "4.18,memfd_create", "4.18,renameat2", "unix"):
                with self.subTest(lacking):
                    over = ["tcp"] if lacking == "unix" else []
                    done = subprocess.run([sys.executable, HERE / "old_kernel.py", lacking, HERE / "use.sh",
                                           os.environ["MDH_CREDENTIALS"], emulator.directory, *over], capture_output=True, text=True)
                    self.assertIn("all well", done.stdout, done.stderr)

    def test_the_filter_is_one(self):
        lacking = "import ctypes, socket\nassert ctypes.CDLL(None).syscall(436, 100, 101, 0) == -1\nsocket.socket(socket.AF_UNIX)"
        done = subprocess.run([sys.executable, HERE / "old_kernel.py", "4.18,unix", sys.executable, "-c", lacking],
                              capture_output=True, text=True)
        self.assertIn("Address family not supported", done.stderr)


if __name__ == "__main__":
    unittest.main()
