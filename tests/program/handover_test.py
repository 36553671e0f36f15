"""Claims: what a manager's fd store kept of the last process is taken over, and told once and truly."""

import os
import pathlib
import socket
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import harness  # noqa: E402


class Manager:
    """A service manager's fd store: takes what a daemon stores, and hands it to the next one by sd_listen_fds(3)."""

    def __init__(self, place):
        self.place = place
        self.path = str(place.folder / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(harness.PATIENCE)
        self.stored = None

    def await_stored(self, sets=1):
        """await_stored() is back when a snapshot that holds so many sets was stored, and keeps it; one set has a session
        token of hundreds of bytes, what stands around it far fewer."""
        while self.stored is None or os.fstat(self.stored).st_size < 600 * sets:
            words, descriptors, _, _ = socket.recv_fds(self.socket, 4096, 4)
            fields = dict(line.split("=", 1) for line in words.decode().splitlines())
            if "FDSTORE" in fields:
                self.keep(descriptors[0])

    def keep(self, descriptor):
        if self.stored is not None:
            os.close(self.stored)
        self.stored = descriptor

    def start(self, names, arguments):
        """start() is a daemon that is given a copy of the stored snapshot under each of `names`."""
        copies = [os.dup(self.stored) for _ in names]
        places = " ".join(f"{3 + i}<&{fd}" for i, fd in enumerate(copies))
        program = self.place.write("handed", f"#!/bin/bash\nexec {places}\n"
                                   f"LISTEN_PID=$$ LISTEN_FDS={len(names)} LISTEN_FDNAMES={':'.join(names)} "
                                   f"exec {harness.PROGRAM} \"$@\"\n", 0o700)
        daemon = harness.Daemon(self.place, arguments, program, copies)
        for fd in copies:
            os.close(fd)
        return daemon

    def close(self):
        self.socket.close()
        self.keep(None)


class HandoverTest(harness.Case):
    def test_is_told_once_though_an_untimely_death_left_two_snapshots(self):
        manager = Manager(self.place)
        self.addCleanup(manager.close)
        first = self.serve(NOTIFY_SOCKET=manager.path)
        before = first.ready()
        manager.await_stored()
        first.process.kill()
        first.process.wait()
        del self.place.environment["NOTIFY_SOCKET"]    # nobody reads there any more
        self.emulator.fault(action="hang")
        daemon = manager.start(["mdh-credentials-snapshot-a", "mdh-credentials-snapshot-b"],
                               ["--config", self.emulator.ready["config"], "--listen", "127.0.0.1:0"])
        self.daemons.append(daemon)
        self.assertEqual(daemon.ready(), before)
        told = [line for line in daemon.log.splitlines() if "took over" in line]
        self.assertEqual(len(told), 1, told)
        self.assertIn("took over 1 of 1 credential sets", told[0])


if __name__ == "__main__":
    harness.main()
