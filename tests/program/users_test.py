"""Claims: each user of a server has the profiles that name them, by name, number or group, and nothing else; sees
what is theirs; has a token of their own that serves nobody else and outlives rotations and restarts; and the record
tells who had what. Two real users ask a real daemon. Needs root."""

import json
import os
import pathlib
import shlex
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import harness  # noqa: E402

FIRST, SECOND, STRANGER = 71001, 71002, 71003
LAB = 71300
USERS = f"""first:x:{FIRST}:{FIRST}::/:/bin/sh
second:x:{SECOND}:{SECOND}::/:/bin/sh
"""


@unittest.skipUnless(os.geteuid() == 0, "needs root to become others")
class UsersTest(harness.Case):
    projects = 2

    def setUp(self):
        super().setUp()
        self.own, self.other = [p["profile"] for p in self.emulator.accounts[0]["projects"]]
        # The names are the daemon's alone: a mount namespace of its own, with files that a case may edit.
        self.passwd = self.place.write("passwd", pathlib.Path("/etc/passwd").read_text() + USERS, 0o644)
        self.group = self.place.write("group", pathlib.Path("/etc/group").read_text(), 0o644)
        self.program = self.place.write(
            "serve-among-users",
            "#!/bin/sh\nexec unshare -m --propagation private -- sh -c "
            f"'mount --bind {self.passwd} /etc/passwd && mount --bind {self.group} /etc/group && "
            f"exec {shlex.quote(harness.PROGRAM)} \"$@\"' -- \"$@\"\n", 0o755)

    def start(self, first, second, **endpoint):
        """start() is a daemon whose two profiles have those lists."""
        document = self.config()
        for project, users in zip(document["accounts"][0]["projects"], (first, second)):
            project["allowed_users"] = users
        document["endpoint"] = {**document.get("endpoint", {}), **endpoint}
        self.written = self.write_config(document, "lists.json")
        daemon = harness.Daemon(self.place, ["--config", self.written, "--listen", "127.0.0.1:0"], self.program)
        self.daemons.append(daemon)
        daemon.record()
        for folder in (self.place.folder, self.place.runtime.parent, self.place.runtime):
            folder.chmod(0o711)
        (self.place.runtime / "socket").chmod(0o666)
        harness.until(lambda: all(p["state"] == "valid" for p in daemon.ask_socket("/status").json["profiles"]), 60,
                      f"every profile valid; the log:\n{daemon.log}")
        return daemon

    def ask_as(self, user, daemon, path, token=None, by_socket=False):
        """ask_as() is (status, body) of what that user is answered."""
        way = ["--unix-socket", str(self.place.runtime / "socket")] if by_socket else []
        header = ["--header", f"Authorization: {token}"] if token else []
        url = ("http://localhost" if by_socket else daemon.url) + path
        done = subprocess.run(["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "curl", "-sS",
                               "--noproxy", "*", "--write-out", "\n%{http_code}", *way, *header, url],
                              capture_output=True, text=True, timeout=60)
        body, _, status = done.stdout.rpartition("\n")
        return int(status), body

    def have(self, user, daemon, profile, **more):
        return self.ask_as(user, daemon, f"/credentials/{profile}", token=daemon.token, **more)[0]

    def test_each_user_has_their_own_profile_and_no_other(self):
        daemon = self.start(["first"], [SECOND])
        # A request that comes before the name service has answered waits for it.
        self.assertEqual(self.have(FIRST, daemon, self.own), 200)
        self.assertEqual(self.have(SECOND, daemon, self.other), 200)
        status, body = self.ask_as(FIRST, daemon, f"/credentials/{self.other}", token=daemon.token)
        self.assertEqual(status, 403)
        self.assertIn("allowed_users", json.loads(body)["message"])
        for by_socket in (False, True):
            self.assertEqual(self.have(STRANGER, daemon, self.own, by_socket=by_socket), 403)
            self.assertEqual(self.have(SECOND, daemon, self.own, by_socket=by_socket), 403)
        self.assertIn(f"refused /credentials/{{profile}} to uid {STRANGER}", daemon.log)

    def test_no_name_means_the_callers_first_profile(self):
        daemon = self.start(["first"], ["first", "second"])
        for user, profile in ((FIRST, self.own), (SECOND, self.other)):
            wanted = json.loads(self.ask_as(user, daemon, f"/credentials/{profile}", token=daemon.token)[1])
            status, body = self.ask_as(user, daemon, "/credentials", token=daemon.token)
            self.assertEqual((status, json.loads(body)), (200, wanted))
            self.assertEqual(json.loads(self.ask_as(user, daemon, "/status")[1])["default_profile"], profile)

    def test_the_lists_show_a_user_what_is_theirs_and_a_watcher_everything(self):
        daemon = self.start(["first"], ["second"], watchers=[STRANGER])
        for path in ("/status", "/", "/metrics"):
            for by_socket in (False, True):
                _, mine = self.ask_as(FIRST, daemon, path, by_socket=by_socket)
                self.assertIn(self.own, mine, path)
                self.assertNotIn(f"{self.other}\"", mine, path)
                _, everything = self.ask_as(STRANGER, daemon, path, by_socket=by_socket)
                self.assertIn(self.other, everything, path)
        self.assertEqual(json.loads(self.ask_as(FIRST, daemon, "/status")[1])["hidden_profiles"],
                         {"count": 1, "valid": 1})
        self.assertEqual(self.have(STRANGER, daemon, self.own), 403)

    def test_a_group_counts_by_who_is_in_it_now(self):
        daemon = self.start(["@lab"], ["root"])
        self.assertEqual(self.have(FIRST, daemon, self.own), 403)
        self.assertIn("nobody is called @lab", daemon.log)
        with open(self.group, "a") as group:
            group.write(f"lab:x:{LAB}:first\n")
        daemon.hang_up()
        harness.until(lambda: self.have(FIRST, daemon, self.own) == 200, 60, "the group is known")
        self.assertEqual(self.have(SECOND, daemon, self.own), 403)
        text = pathlib.Path(self.group).read_text().replace(f"lab:x:{LAB}:first", f"lab:x:{LAB}:second")
        pathlib.Path(self.group).write_text(text)
        daemon.hang_up()
        harness.until(lambda: self.have(FIRST, daemon, self.own) == 403, 60, "the removal")
        self.assertEqual(self.have(SECOND, daemon, self.own), 200)

    def test_a_primary_group_counts_too(self):
        with open(self.group, "a") as group:
            group.write(f"lab:x:{SECOND}:\n")    # nobody is listed in it
        daemon = self.start(["@lab"], ["root"])
        # The very first question of a caller waits for the name service, a list as well.
        self.assertEqual(json.loads(self.ask_as(SECOND, daemon, "/status", by_socket=True)[1])["default_profile"],
                         self.own)
        self.assertEqual(self.have(SECOND, daemon, self.own), 200)
        self.assertEqual(self.have(FIRST, daemon, self.own), 403)

    # --- a token of one's own ---

    def token_of(self, user, daemon):
        """token_of() is (path, content) of the user's own token, read as that user."""
        status, body = self.ask_as(user, daemon, "/token", by_socket=True)
        self.assertEqual(status, 200, body)
        path = json.loads(body)["file"]
        done = subprocess.run(["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "cat", path],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return path, done.stdout

    def test_a_token_of_ones_own_serves_its_user_alone(self):
        daemon = self.start(["first"], ["second", "first"])
        path, token = self.token_of(FIRST, daemon)
        self.assertEqual(self.token_of(FIRST, daemon), (path, token))
        self.assertEqual(self.ask_as(FIRST, daemon, "/credentials", token=token)[0], 200)
        self.assertEqual(self.ask_as(SECOND, daemon, "/credentials", token=token)[0], 401)
        self.assertIn(f"to uid {SECOND}: the token is another user's own", daemon.log)
        stolen = subprocess.run(["setpriv", f"--reuid={SECOND}", f"--regid={SECOND}", "--clear-groups", "cat", path],
                                capture_output=True, timeout=60)
        self.assertNotEqual(stolen.returncode, 0)
        self.assertEqual(self.ask_as(STRANGER, daemon, "/token", by_socket=True)[0], 403)
        self.assertEqual(self.ask_as(FIRST, daemon, "/token")[0], 404)    # not by TCP

    def test_a_token_of_ones_own_is_written_anew_by_rotations_and_restarts(self):
        daemon = self.start(["first"], ["root"])
        path, token = self.token_of(FIRST, daemon)

        def reads_another():
            now = pathlib.Path(path).read_text() if pathlib.Path(path).exists() else token
            return now if now != token else None
        rotated = self.run_program("rotate-token", *self.place.folders()[:4], "--config", self.written,
                                   "--grace-seconds", "0")
        self.assert_exit(rotated, 0)
        fresh = harness.until(reads_another, 60, "the file is another")
        self.assertEqual(self.ask_as(FIRST, daemon, "/credentials", token=fresh)[0], 200)
        self.assertEqual(self.ask_as(FIRST, daemon, "/credentials", token=token)[0], 401)
        daemon.stop()
        subprocess.run(["rm", "-rf", str(self.place.runtime / "tokens")], check=True)    # as a stop of the unit does
        daemon = self.start(["first"], ["root"])
        self.assertEqual(pathlib.Path(path).read_text(), fresh)
        self.assertEqual(self.ask_as(FIRST, daemon, "/credentials", token=fresh)[0], 200)

    def test_a_rotation_that_would_change_nothing_in_use_fails(self):
        done = self.run_program("rotate-token", "--state-dir", self.place.folder / "another")
        self.assert_exit(done, 1)
        self.assertIn("there is no token to rotate", done.stderr)
        daemon = self.start(["root"], ["root"])
        before = daemon.token
        # Nothing is named: the daemon that is found is meant, whatever the caller's own state folder is.
        done = self.run_program("rotate-token", XDG_STATE_HOME=str(self.place.folder / "another"))
        self.assert_exit(done, 0)
        self.assertNotEqual(daemon.token, before)

    # --- the record ---

    def test_the_record_tells_who_had_what(self):
        daemon = self.start(["first", "second"], ["second"])
        for _ in range(3):
            self.have(FIRST, daemon, self.own)
        self.have(SECOND, daemon, self.other, by_socket=True)
        rows = {(row["user"], row["profile"], row["form"]): row["count"]
                for row in daemon.ask_socket("/users").json["users"]}
        self.assertEqual(rows, {("first", self.own, "container"): 3, ("second", self.other, "socket"): 1})
        self.assertEqual(daemon.log.count(f"given to first (uid {FIRST}) for the first time today"), 1)
        self.assertEqual(self.ask_as(FIRST, daemon, "/users", by_socket=True)[0], 403)
        self.assertEqual(daemon.ask("/users").status, 404)
        metrics = daemon.ask_socket("/metrics").text
        self.assertIn(f'mdh_credentials_served_total{{profile="{self.own}"}} 3', metrics)

    # --- who answers ---

    def test_an_address_that_a_stranger_holds_is_an_error_everywhere(self):
        squatter = subprocess.Popen(
            ["setpriv", f"--reuid={STRANGER}", f"--regid={STRANGER}", "--clear-groups", sys.executable, "-c",
             "import socket, sys; s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1], flush=True); "
             "sys.stdin.read()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(squatter.communicate)
        held = f"127.0.0.1:{squatter.stdout.readline().strip()}"
        document = self.config()
        document["endpoint"] = {"listen": [held, "127.0.0.1:0"]}
        daemon = self.serve(config=self.write_config(document, "held.json"), listen=False)
        daemon.record()
        harness.until(lambda: daemon.ask_socket("/status").json["profiles"][0]["state"] == "valid", 60, "valid")
        self.assertNotIn(f"http://{held}", daemon.record()["urls"])
        self.assertIn(f"error: address {held} is held by user {STRANGER}", daemon.log.lower())
        socket = str(self.place.runtime / "socket")
        status = self.run_program("status", "--socket", socket)
        self.assert_exit(status, 3)
        self.assertIn(f"held by user {STRANGER}", status.stdout)
        printed = self.run_program("env", "--socket", socket)
        self.assert_exit(printed, 0)
        self.assertNotIn(held, printed.stdout)
        self.assertIn(f"held by user {STRANGER}", printed.stderr)
        check = self.run_program("check", "--config", self.place.folder / "held.json", *self.place.folders()[:4])
        self.assert_exit(check, 1)
        self.assertRegex(check.stdout, rf"error +address {held} is (taken|held) by")


if __name__ == "__main__":
    harness.main()
