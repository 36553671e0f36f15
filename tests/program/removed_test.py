"""Claims: what something removes under a running daemon is back by itself, and is what it was; a runtime folder that
cannot be had ends nothing."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import harness  # noqa: E402

OTHER = 51717    # a number that no entry names


def content(path):
    """content() is a file's, None while there is none."""
    try:
        return path.read_text()
    except OSError:
        return None


def take_away(folder):
    """take_away() removes a folder in one step, before anybody makes something in it anew."""
    gone = folder.with_name(folder.name + "-gone")
    if folder.exists():
        folder.rename(gone)
        shutil.rmtree(gone)


class RemovedTest(harness.Case):
    def setUp(self):
        super().setUp()
        self.daemon = self.serve()
        self.daemon.ready()
        self.token_file = pathlib.Path(self.daemon.record()["token_file"])
        self.token = self.token_file.read_text()
        self.address = self.daemon.url

    def assert_served(self, *tokens):
        """assert_served() proves that each of the tokens is good where the daemon always was."""
        self.assertEqual(self.daemon.url, self.address)
        for token in tokens:
            self.assertEqual(self.daemon.ask("/credentials/mdh-lab", token=token).status, 200)

    def assert_back(self, *files):
        """assert_back() waits until each of the files holds what it held, as private as it was."""
        for path, text in files:
            harness.until(lambda: content(path) == text, 60, f"{path}; the log:\n{self.daemon.log}")
            self.assertEqual(path.stat().st_mode & 0o777, 0o600)

    def test_token_file_is_back_and_holds_the_token_that_processes_hold(self):
        for _ in range(3):
            self.token_file.unlink()
            self.assert_back((self.token_file, self.token))
            self.assert_served(self.token)

    @unittest.skipUnless(os.geteuid() == 0, "to be another user takes root")
    def test_token_of_ones_own_is_back_with_its_seal(self):
        document = self.config()
        document["endpoint"] = {"allowed_users": ["self", str(OTHER)]}
        place = harness.Place()
        self.addCleanup(place.remove)
        daemon = harness.Daemon(place, ["--config", self.write_config(document), "--listen", "127.0.0.1:0"])
        self.daemons.append(daemon)
        daemon.ready()
        for folder in (place.folder, place.runtime.parent, place.runtime):
            folder.chmod(0o711)
        (place.runtime / "socket").chmod(0o666)
        own_file = pathlib.Path(json.loads(self.as_other("--unix-socket", place.runtime / "socket",
                                                         "http://localhost/token"))["file"])
        own, seal = own_file.read_text(), place.state / "own-token-seal"
        sealed = seal.read_text()
        for _ in range(2):
            seal.unlink()
            take_away(own_file.parent)
            harness.until(lambda: (content(seal), content(own_file)) == (sealed, own), 60, "both files")
            given = self.as_other("--header", f"Authorization: {own}", f"{daemon.url}/credentials/mdh-lab")
            self.assertIn("AccessKeyId", given)

    @staticmethod
    def as_other(*arguments):
        """as_other() is what another user is answered."""
        return subprocess.run(["setpriv", f"--reuid={OTHER}", f"--regid={OTHER}", "--clear-groups", "curl", "-sS",
                               "--noproxy", "*", *arguments], capture_output=True, text=True, timeout=60).stdout

    def test_retired_token_is_good_until_its_end(self):
        self.assert_exit(self.run_program("rotate-token", "--state-dir", str(self.place.state)), 0)
        harness.until(lambda: self.daemon.ask("/credentials", token=content(self.token_file)).status == 200, 60,
                      "the new token")
        retired = self.place.state / "retired-tokens.json"
        harness.until(lambda: self.daemon.ask("/credentials", token=self.token).status == 200, 60, "the old one")
        listed = retired.read_text()
        retired.unlink()
        self.assert_back((retired, listed))
        self.assert_served(self.token, self.token_file.read_text())

    def test_state_folder_is_back_whole(self):
        files = [(path, path.read_text()) for path in sorted(self.place.state.iterdir())
                 if path.is_file() and path.suffix != ".lock"]
        self.assertGreater(len(files), 1)
        take_away(self.place.state)
        self.assert_back(*files)
        self.assertEqual(self.place.state.stat().st_mode & 0o777, 0o700)
        self.assert_served(self.token)

    def test_state_folder_whose_place_is_taken_is_back_once_it_is_free(self):
        folder = self.place.state.parent
        taken = False
        while not taken:    # the daemon makes it anew in between
            take_away(folder)
            try:
                folder.touch(exist_ok=False)
                taken = True
            except FileExistsError:
                continue
        harness.until(lambda: "the endpoint tokens stay as they were" in self.daemon.log, 60, "the line")
        self.assert_served(self.token)
        folder.unlink()
        self.assert_back((self.token_file, self.token))
        # It may have been looked at in the moment when nothing was there; each cause is told once.
        self.assertEqual(self.daemon.log.count("Not a directory"), 1, self.daemon.log)

    def test_everything_at_once_is_back(self):
        for folder in (self.place.state, self.place.runtime.parent):
            take_away(folder)
        self.place.runtime.parent.mkdir(mode=0o700)
        self.assert_back((self.token_file, self.token))
        harness.until((self.place.runtime / "socket").is_socket, 60, "the socket")
        self.assert_served(self.token)
        self.settled_status()


@unittest.skipUnless(os.geteuid() == 0, "a folder of its own for a while takes root")
class FullTest(harness.Case):
    def serve_in(self, options):
        """serve_in() is a daemon whose XDG_RUNTIME_DIR is a small file system; its folders are found, not named."""
        self.place.environment["XDG_STATE_HOME"] = str(self.place.folder / "state")
        script = self.place.write("confined", f"""#!/bin/sh
            mount -t tmpfs -o mode=0700,{options} none "$XDG_RUNTIME_DIR" || exit 99
            mkdir "$XDG_RUNTIME_DIR/mdh-credentials"
            i=0; while echo full 2>/dev/null >"$XDG_RUNTIME_DIR/$i"; do i=$((i+1)); done
            exec {harness.PROGRAM} serve --config "{self.emulator.ready['config']}" --listen 127.0.0.1:0
            """, 0o700)
        self.log = self.place.folder / "daemon-full.log"
        with open(self.log, "wb") as log:
            process = subprocess.Popen(["unshare", "--mount", script], env=self.place.environment,
                                       stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.addCleanup(lambda: (process.terminate(), process.wait()))
        return process

    def test_runtime_folder_that_takes_no_file_is_a_warning_and_the_state_folder_serves(self):
        process = self.serve_in("nr_inodes=6")
        harness.until(lambda: f"pid {process.pid}" in self.run_program("status").stdout, 60,
                      f"the daemon:\n{content(self.log)}")
        self.assertIn("No space left on device", content(self.log))
        done = self.run_program("env", "--profile", "mdh-lab", secret_output=True)
        self.assert_exit(done, 0)


if __name__ == "__main__":
    harness.main()
