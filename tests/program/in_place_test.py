"""Claims: a daemon whose program is replaced on disk becomes the new one in place: the same process, nobody refused, the
same credentials, tokens and record; a new one that is broken is left alone."""

import http.client
import os
import pathlib
import shutil
import signal
import sys
import threading
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import harness  # noqa: E402


class Asking:
    """A client that never rests: a request after the other by TCP and by the socket, on new connections."""

    def __init__(self, daemon):
        self.daemon, self.address, self.token = daemon, urllib.parse.urlsplit(daemon.url), daemon.token
        self.done, self.faults, self.keys, self.resting = 0, [], set(), threading.Event()
        self.threads = [threading.Thread(target=self.go_on, args=(way,)) for way in (self.by_tcp, self.by_socket)]
        for thread in self.threads:
            thread.start()

    def by_tcp(self):
        connection = http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=harness.PATIENCE)
        return harness.exchange(connection, "/credentials/mdh-lab", headers={"Authorization": self.token})

    def by_socket(self):
        return self.daemon.ask_socket("/credentials/mdh-lab")

    def go_on(self, way):
        while not self.resting.is_set():
            try:
                answer = way()
                if answer.status != 200:
                    self.faults.append(f"{answer.status} {answer.text}")
                else:
                    self.keys.add(answer.json["AccessKeyId"])
                self.done += 1
            except OSError as error:
                self.faults.append(f"{way.__name__}: {error!r}")

    def rest(self):
        self.resting.set()
        for thread in self.threads:
            thread.join()


class InPlaceTest(harness.Case):
    def setUp(self):
        super().setUp()
        self.program = self.place.folder / "bin" / "mdh-credentials"
        self.program.parent.mkdir()
        shutil.copy(shutil.which(harness.PROGRAM), self.program)
        self.daemon = self.start("--config", self.emulator.ready["config"])

    def start(self, *arguments):
        daemon = harness.Daemon(self.place, [*arguments, "--listen", "127.0.0.1:0"], str(self.program))
        self.daemons.append(daemon)
        daemon.ready()
        return daemon

    def runs(self):
        """runs() is whether the process is what its program's file holds now."""
        try:
            running, there = os.stat(f"/proc/{self.daemon.pid}/exe"), self.program.stat()
        except OSError:
            return False
        return (running.st_dev, running.st_ino) == (there.st_dev, there.st_ino)

    def by_rename(self):
        new = self.program.with_name("new")
        shutil.copy(shutil.which(harness.PROGRAM), new)
        new.rename(self.program)

    def by_copy(self):
        self.program.unlink()
        shutil.copy(shutil.which(harness.PROGRAM), self.program)

    def broken(self, content, told=1):
        new = self.program.with_name("new")
        new.write_bytes(content)
        new.chmod(0o755)
        new.rename(self.program)
        harness.until(lambda: self.daemon.log.count("is left alone") == told, 60, f"the line:\n{self.daemon.log}")

    def assert_taken_up(self):
        harness.until(self.runs, 60, f"the new program:\n{self.daemon.log}")
        self.assertEqual(self.daemon.record()["pid"], self.daemon.process.pid)

    def test_ten_times_with_nobody_refused(self):
        self.emulator.fault(action="hang")    # good credentials are carried, not fetched anew
        before, url = self.daemon.ready(), self.daemon.url
        asking = Asking(self.daemon)
        try:
            for number in range(10):
                if number == 3:
                    self.broken(b"no program at all", 1)
                if number == 7:
                    self.broken(b"#!/bin/sh\nexit 1\n", 2)
                (self.by_copy if number % 2 else self.by_rename)()
                self.assert_taken_up()
                harness.until(lambda: asking.done > 20 * (number + 1), 60, "requests")
        finally:
            asking.rest()
        self.assertEqual(asking.faults, [])
        self.assertEqual(asking.keys, {before["AccessKeyId"]})
        self.assertEqual((self.daemon.url, self.daemon.process.poll()), (url, None))
        self.assertEqual(self.daemon.log.count("took over 1 of 1 credential sets"), 10)
        self.settled_status()
        self.assertEqual(self.daemon.stop(), 0)
        self.assertFalse((self.place.runtime / "socket").exists())

    def test_carries_the_record_of_who_had_what(self):
        self.daemon.credentials()
        first = self.record()
        self.by_rename()
        self.assert_taken_up()
        harness.until(lambda: self.record() == first, 60, "the record")

    def record(self):
        return [(row["uid"], row["profile"], row["first"]) for row in self.daemon.ask_socket("/users").json["users"]]

    def test_keeps_a_second_one_away_all_the_while(self):
        self.by_rename()
        self.assert_taken_up()
        done = self.run_program("serve", *self.place.folders(), "--config", self.emulator.ready["config"])
        self.assert_exit(done, 1)
        self.assertIn(f"pid {self.daemon.pid}", done.stderr)

    def test_waits_for_a_configuration_that_can_be_read(self):
        self.daemon.stop()
        config = pathlib.Path(self.write_config(self.config(), "own.json"))
        good = config.read_text()
        self.daemon = self.start("--config", str(config))
        config.write_text("{")
        self.by_rename()
        harness.until(lambda: "is left alone" in self.daemon.log, 60, "the line")
        self.assertFalse(self.runs())
        self.assertEqual(self.daemon.credentials().status, 200)
        config.write_text(good)
        self.assert_taken_up()

    def test_ends_when_told_in_the_midst_of_it(self):
        self.by_rename()
        harness.until(lambda: "goes on as the new one" in self.daemon.log, 60, "the line")
        self.daemon.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.daemon.stop(), 0)

    def test_process_form_names_the_program_that_is_there(self):
        document = self.config()
        document["profile_file"] = {**document.get("profile_file", {}), "form": "process"}
        self.daemon.stop()
        aws_config = self.place.folder / "home" / ".aws" / "config"
        self.daemon = self.start("--config", self.write_config(document, "process.json"))
        self.broken(b"")
        self.daemon.hang_up()
        aws_config.unlink()
        harness.until(lambda: aws_config.exists() and "credential_process" in aws_config.read_text(), 60, "the line")
        self.assertIn(f"credential_process = {self.program} process", aws_config.read_text())


if __name__ == "__main__":
    harness.main()
