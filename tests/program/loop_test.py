"""Claims: nothing keeps the loop waiting. A lock that another holds, more connections than the limit
of open files allows: requests are answered, reloads are taken, the daemon ends."""

import contextlib
import fcntl
import os
import pathlib
import socket
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import harness  # noqa: E402


class LoopTest(harness.Case):
    def started(self, **changes):
        """started() is a ready daemon and its configuration, which changes may be made in."""
        document = self.config()
        document.update(changes)
        path = self.write_config(document)
        daemon = self.serve(config=path)
        daemon.ready()
        harness.until(lambda: self.profile(), 60, "the section")
        return daemon, document

    def reload(self, daemon, document):
        before = daemon.log.count("configuration read again")
        self.write_config(document)
        daemon.hang_up()
        harness.until(lambda: daemon.log.count("configuration read again") > before, 60, "the reload")

    def test_ends_while_another_holds_the_profile_files_lock(self):
        daemon, _ = self.started(profile_file={"on_stop": "remove"})
        with open(self.place.credentials_file.parent / ".credentials.mdh-lock", "r+b") as held:
            fcntl.lockf(held, fcntl.LOCK_EX)
            self.assertEqual(daemon.stop(), 0)
        self.assertIn("still being written", daemon.log, "it waited for the lock")

    def test_answers_and_reloads_while_another_holds_the_profile_files_lock(self):
        daemon, document = self.started(profile_file={"on_stop": "keep"})
        lock = self.place.credentials_file.parent / ".credentials.mdh-lock"
        with open(lock, "r+b") as held:
            fcntl.lockf(held, fcntl.LOCK_EX)
            self.place.credentials_file.unlink()
            document["profile_file"]["write_region"] = False
            self.reload(daemon, document)
            self.assertEqual(daemon.ask("/healthz").status, 200)
        harness.until(self.written_without_region, 60, "the section, as the new configuration wants it")

    def written_without_region(self):
        keys = self.profile()
        if keys and "region" in keys:
            self.place.credentials_file.unlink()    # a region that stands there stays
        return keys and "region" not in keys

    def test_starts_reloads_and_ends_while_another_holds_the_token_files_folder(self):
        folder = self.place.folder / "open"
        folder.mkdir(mode=0o755)
        holder = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        self.addCleanup(os.close, holder)
        fcntl.flock(holder, fcntl.LOCK_EX)
        document = self.config()
        document.setdefault("endpoint", {})["token_file"] = str(folder / "authorization-token")
        daemon = self.serve(config=self.write_config(document))
        daemon.ready()
        self.reload(daemon, document)
        self.assertEqual(daemon.credentials().status, 200)
        self.assertEqual(daemon.stop(), 0)

    def test_takes_a_rotated_token_while_the_folder_is_held(self):
        daemon, _ = self.started()
        before = daemon.token
        holder = os.open(self.place.state, os.O_RDONLY | os.O_DIRECTORY)
        self.addCleanup(os.close, holder)
        fcntl.flock(holder, fcntl.LOCK_EX)
        self.assert_exit(self.run_program("rotate-token", *self.place.folders()[:2], "--config",
                                          self.emulator.ready["config"]), 0)
        self.assertNotEqual(daemon.token, before)
        harness.until(lambda: daemon.ask("/credentials/mdh-lab", token=daemon.token).status == 200, 60, "the new token")

    def test_takes_as_many_connections_as_the_limit_of_open_files_allows_and_works_on(self):
        wrapped = self.place.write("limited", f'#!/bin/sh\nulimit -n 160\nexec "{harness.PROGRAM}" "$@"\n', 0o700)
        daemon = harness.Daemon(self.place, ["--config", self.emulator.ready["config"], "--listen", "127.0.0.1:0"],
                                program=wrapped)
        self.daemons.append(daemon)
        daemon.ready()
        self.assertIn("does not fit the limit of open files: 96 are taken", daemon.log)
        address = ("127.0.0.1", int(daemon.url.rpartition(":")[2]))
        begun = [socket.create_connection(address) for _ in range(300)]
        for connection in begun:
            with contextlib.suppress(OSError):    # the oldest have given way
                connection.sendall(b"GET ")
        calls = self.emulator.counters()["exchange"]
        for _ in range(20):
            self.assertEqual(daemon.credentials().status, 200)
        self.assertEqual(daemon.ask("/refresh/mdh-lab", "POST", token=daemon.token).status, 202)
        harness.until(lambda: self.emulator.counters()["exchange"] > calls, 60, "a refresh")
        self.assertEqual(daemon.status()["consecutive_failures"], 0)
        for connection in begun:
            connection.close()


if __name__ == "__main__":
    harness.main()
