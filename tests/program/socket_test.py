"""Claims: the verbs find the daemon by its socket and believe nobody else; what listens on its port gets nothing; one
daemon serves a user and runtime folder, and what something removed of it comes back."""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import harness  # noqa: E402

ASKING = (["status"], ["refresh"], ["env"], ["process", "--profile", "mdh-lab"],
          ["exec", "--isolate", "--", "true"], ["exec", "--", "true"])
# Numbers that no entry names: what is theirs is nobody else's.
VICTIM, STRANGER = 51500, 51666
root_only = unittest.skipUnless(os.geteuid() == 0, "to be two users takes root")


def become(uid):
    """become() is for a child that is to be another user."""
    def drop():
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)
    return drop


class Squatter:
    """Somebody who answers every connection as a daemon with hostile names would, and keeps what was said."""

    def __init__(self, listener):
        self.listener, self.heard = listener, []
        listener.listen(64)
        self.thread = threading.Thread(target=self.answer, daemon=True)
        self.thread.start()

    def answer(self):
        names = {"profile": "$(id >&2)", "region": "us-east-1\ncredential_process = id", "state": "valid",
                 "file": {"state": "written"}, "account": "\x1b[31m"}
        body = json.dumps({"profiles": [names], "accounts": [], "urls": ["http://127.0.0.1:9"], "token_file": "/x",
                           "AccessKeyId": "A", "SecretAccessKey": "S", "Token": "T",
                           "Expiration": "2036-01-01T00:00:00Z"})
        while True:
            try:
                connection, _ = self.listener.accept()
                self.heard.append(connection.recv(65536))
                connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}"
                                   .encode())
                connection.close()
            except OSError:
                return

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()


class SocketTest(harness.Case):
    def setUp(self):
        super().setUp()
        self.daemon = self.serve()
        self.daemon.ready()
        self.socket = self.place.runtime / "socket"

    def assert_found(self):
        self.assertIn(f"pid {self.daemon.pid}", self.settled_status().stdout)

    def test_is_private_and_answers_without_a_token(self):
        self.assertEqual(self.socket.stat().st_mode & 0o777, 0o600)
        self.assertEqual(self.place.runtime.stat().st_mode & 0o777, 0o700)
        self.assertEqual(self.daemon.ask_socket("/credentials/mdh-lab").status, 200)
        self.assertEqual(self.daemon.ask("/credentials/mdh-lab").status, 401)

    def test_tells_its_user_where_everything_is(self):
        told = self.daemon.ask_socket("/status").json
        self.assertEqual((told["pid"], told["config"]), (self.daemon.pid, self.emulator.ready["config"]))
        self.assertTrue(pathlib.Path(told["token_file"]).exists())
        self.assertNotIn("token_file", self.daemon.ask("/status").json)

    def test_comes_back_when_something_removed_it(self):
        for _ in range(3):
            self.socket.unlink()
            harness.until(self.socket.exists, 60, "the socket")
            self.assert_found()

    def test_comes_back_with_its_folder(self):
        # A logout takes the folder above along, and only the next login makes it anew.
        folder = self.place.runtime.parent
        folder.rename(folder.with_name("gone"))
        folder.write_text("where no folder can be made")
        self.assert_exit(self.run_program("status"), 4)
        folder.unlink()
        folder.mkdir(mode=0o700)
        harness.until(self.socket.exists, 60, "the socket")
        self.assert_found()
        self.assert_exit(self.second_serve(), 1)

    def test_that_another_file_took_the_place_of_is_taken_back(self):
        self.socket.unlink()
        self.socket.write_text("")
        harness.until(self.socket.is_socket, 60, "the socket")
        self.assert_found()

    def second_serve(self, *more):
        return self.run_program("serve", *self.place.folders(), "--config", self.emulator.ready["config"], *more)

    def test_a_second_daemon_names_the_first_and_touches_nothing(self):
        harness.until(lambda: self.profile("mdh-lab"), 60, "the profile file, after which nothing is written")
        harness.until(lambda: not list(self.place.folder.rglob("*.mdh-new*")), 60, "no draft left")
        before = {path: path.stat() for path in self.place.folder.rglob("*")
                  if path.is_file() and path != self.daemon.log_path}
        done = self.second_serve()
        self.assert_exit(done, 1)
        for word in (f"pid {self.daemon.pid}", self.daemon.url, f"kill {self.daemon.pid}", "--runtime-dir"):
            self.assertIn(word, done.stderr)
        after = {path: path.stat() for path in before}
        self.assertEqual([(s.st_ino, s.st_mtime_ns) for s in before.values()],
                         [(s.st_ino, s.st_mtime_ns) for s in after.values()])
        self.assert_found()

    def test_a_second_daemon_with_a_folder_of_its_own_runs(self):
        self.assertIsNone(self.daemon.process.poll())
        own = self.place.folder / "second"
        other = harness.Place()
        self.addCleanup(other.remove)
        other.runtime = own
        daemon = harness.Daemon(other, ["--config", self.emulator.ready["config"], "--listen", "127.0.0.1:0"])
        self.daemons.append(daemon)
        daemon.ready()
        self.settled_status("--socket", str(own / "socket"))
        self.assert_found()

    def test_a_unit_waits_for_the_first_and_says_for_whom(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.settimeout(harness.PATIENCE)
            path = str(self.place.folder / "notify")
            manager.bind(path)
            waiting = subprocess.Popen(
                ["sh", "-c", 'SYSTEMD_EXEC_PID=$$ exec "$@"', "sh", harness.PROGRAM, "serve", *self.place.folders(),
                 "--config", self.emulator.ready["config"], "--listen", "127.0.0.1:0"],
                env={**self.place.environment, "NOTIFY_SOCKET": path}, stdin=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL)
            try:
                self.assertIn(f"pid {self.daemon.pid}", self.notified(manager, b"STATUS="))
                self.assert_found()
                self.assertEqual(self.daemon.stop(), 0)
                self.notified(manager, b"READY=1")
                harness.until(lambda: f"pid {waiting.pid}" in self.run_program("status").stdout, 60, "the second")
            finally:
                waiting.send_signal(signal.SIGTERM)
            self.assertEqual(waiting.wait(harness.PATIENCE), 0)

    def test_a_unit_that_waits_ends_when_told(self):
        waiting = subprocess.Popen(
            ["sh", "-c", 'SYSTEMD_EXEC_PID=$$ exec "$@"', "sh", harness.PROGRAM, "serve", *self.place.folders(),
             "--config", self.emulator.ready["config"]],
            env={**self.place.environment, "NOTIFY_SOCKET": str(self.place.folder / "nobody")},
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.assertIn(f"pid {self.daemon.pid}", waiting.stderr.readline())
        waiting.send_signal(signal.SIGTERM)
        waiting.communicate()
        self.assertEqual(waiting.returncode, 0)
        self.assert_found()

    @staticmethod
    def notified(manager, word):
        while True:
            message = manager.recv(65536)
            if message.startswith(word) or b"\n" + word in message:
                return message.decode()


@unittest.skipIf(harness.SANITIZED, "a sanitizer wants to be loaded first")
class WithoutDiagnosticsTest(harness.Case):
    """A kernel without NETLINK_SOCK_DIAG (gVisor, WSL 1), played by a library that refuses that socket."""

    SHIM = """#define _GNU_SOURCE
#include <errno.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
int socket(int domain, int type, int protocol) {
  if (domain == AF_NETLINK && protocol == NETLINK_SOCK_DIAG) { errno = EPROTONOSUPPORT; return -1; }
  return syscall(SYS_socket, domain, type, protocol);
}
"""

    def test_check_says_so_and_the_socket_serves(self):
        shim = self.place.folder / "shim.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-x", "c", "-o", str(shim), "-"], input=self.SHIM.encode(),
                       check=True)
        daemon = self.serve(LD_PRELOAD=str(shim))
        daemon.record()
        harness.until(lambda: daemon.ask_socket("/credentials/mdh-lab").status == 200, 60, "the first set")
        self.assertEqual(daemon.credentials().json["code"], "UserUnknown")
        self.assert_exit(self.run_program("process", "--profile", "mdh-lab", secret_output=True), 0)
        self.settled_status()
        check = self.run_program("check", "--config", self.emulator.ready["config"])
        self.assertIn("does not say whose connection is whose", check.stdout)


class StrangerTest(harness.Case):
    """Who takes the daemon's port, or its place, when it is gone."""

    program = harness.PROGRAM

    def shaken(self, *more, uid=None, environment=None):
        """shaken() are the ends of every verb that asks, as `uid`."""
        return [(verb, subprocess.run([self.program, *verb[:1], *more, *verb[1:]], text=True, capture_output=True,
                                      stdin=subprocess.DEVNULL, timeout=harness.PATIENCE,
                                      env=environment or self.place.environment,
                                      preexec_fn=become(uid) if uid else None)) for verb in ASKING]

    def assert_nobody_believed(self, ends):
        for verb, done in ends:
            self.assertIn(done.returncode, (1, 4), f"{verb}: {done.stdout}{done.stderr}")
            self.assertEqual(done.stdout, "(exit 4);\n" if "env" in verb else "", verb)

    def test_on_the_port_of_a_dead_daemon_hears_nothing(self):
        daemon = self.serve()
        daemon.ready()
        token, port = daemon.token, int(daemon.url.rsplit(":", 1)[1])
        daemon.stop(signal.SIGKILL)
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        squatter = Squatter(listener)
        self.addCleanup(squatter.close)
        self.assert_nobody_believed(self.shaken())
        self.assertEqual(squatter.heard, [])
        with self.subTest("the daemon comes back"):
            again = self.serve()
            again.ready()
            self.assertEqual(again.token, token)
            self.settled_status()

    def test_that_is_named_gives_no_names_that_none_may_have(self):
        path = self.place.folder / "named"
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        squatter = Squatter(listener)
        self.addCleanup(squatter.close)
        self.assert_nobody_believed(self.shaken("--socket", str(path)))
        self.assertTrue(squatter.heard)
        self.assertFalse(list(self.place.folder.rglob("isolated*")))

    @root_only
    def test_in_a_folder_of_their_own_is_not_roots_daemon(self):
        """Plain `su` leaves root with a user's XDG_RUNTIME_DIR."""
        theirs = self.place.folder / "run"
        squatter = self.squatter_in(theirs / "mdh-credentials", STRANGER)
        os.chown(theirs, STRANGER, STRANGER)
        self.assert_nobody_believed(self.shaken())
        self.assertEqual(squatter.heard, [])
        done = self.run_program("status", "--verbose")
        self.assertIn(f"{theirs}/mdh-credentials/socket: {theirs} belongs to uid {STRANGER}", done.stderr)

    @root_only
    def test_that_listens_in_the_victims_folder_is_not_believed(self):
        """The folder is the victim's, the process is not."""
        self.open_to_all()
        theirs = self.place.folder / "run"
        squatter = self.squatter_in(theirs / "mdh-credentials", STRANGER)
        for folder in (theirs, theirs / "mdh-credentials"):
            os.chown(folder, VICTIM, VICTIM)
        self.assert_nobody_believed(self.shaken(uid=VICTIM))
        self.assertEqual([said for said in squatter.heard if said], [])

    @root_only
    def test_who_made_the_folder_beforehand_does_not_get_the_daemon(self):
        os.chown(self.place.runtime.parent, STRANGER, STRANGER)
        with self.subTest("a login's folder: the next place serves"):
            place = self.place
            arguments = [word for word in place.folders() if word not in ("--runtime-dir", str(place.runtime))]
            log = place.folder / "log"
            with open(log, "wb") as out:
                process = subprocess.Popen([harness.PROGRAM, "serve", *arguments, "--config",
                                            self.emulator.ready["config"], "--listen", "127.0.0.1:0"],
                                           env=place.environment, stdin=subprocess.DEVNULL, stderr=out)
            try:
                harness.until(lambda: f"pid {process.pid}" in self.run_program("status").stdout, 60, "the daemon")
                self.assertIn(f"{place.runtime.parent} is not this user's own", log.read_text())
                self.assertFalse(place.runtime.exists())
            finally:
                process.terminate()
                process.wait()
        with self.subTest("a state folder"):
            theirs = self.place.folder / "theirs"
            theirs.mkdir(mode=0o777)
            os.chown(theirs, STRANGER, STRANGER)
            done = self.run_program("serve", "--state-dir", str(theirs), "--config", self.emulator.ready["config"])
            self.assert_exit(done, 1)
            self.assertIn(f"belongs to uid {STRANGER}", done.stderr)
            self.assertEqual(list(theirs.iterdir()), [])

    @root_only
    def test_gets_no_credentials_over_a_socket_that_is_open_to_all(self):
        """As a system unit's is: the socket was made by root's systemd, and clients see root, who listens."""
        self.open_to_all()
        path = self.place.folder / "unit"
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
            os.chmod(path, 0o666)
            listener.listen(64)
            daemon = self.serve_with(listener, VICTIM)
            ask = "import socket,struct,sys; s=socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]);" \
                  "print(struct.unpack('3i', s.getsockopt(1, 17, 12))[1]);" \
                  "s.sendall(b'GET '+sys.argv[2].encode()+b' HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n');" \
                  "print(s.makefile().read())"
            for uid, path_asked, status in ((STRANGER, "/credentials", 403), (VICTIM, "/credentials", 200),
                                            (STRANGER, "/status", 200), (0, "/credentials", 200)):
                done = subprocess.run(["/usr/bin/python3", "-c", ask, str(path), path_asked], capture_output=True,
                                      text=True, check=True, preexec_fn=become(uid))
                peer, _, answer = done.stdout.partition("\n")
                self.assertEqual((peer, answer.split()[1]), ("0", str(status)), f"{uid} {path_asked}")
                self.assertEqual("token_file" in answer, False)
            daemon.terminate()
            self.assertEqual(daemon.wait(harness.PATIENCE), 0)
            self.assertTrue(path.exists())

    def serve_with(self, listener, uid):
        """serve_with() is a daemon of `uid` that was handed the listener, once it has credentials."""
        home = self.place.folder / "victim"
        home.mkdir()
        config = json.loads(pathlib.Path(self.emulator.ready["config"]).read_text())
        for number, account in enumerate(config["accounts"]):
            key = home / f"key-{number}"
            key.write_bytes(pathlib.Path(account["private_key"].removeprefix("file:")).read_bytes())
            key.chmod(0o600)
            os.chown(key, uid, uid)
            account["private_key"] = f"file:{key}"
        config_path = pathlib.Path(self.write_config(config))
        os.chown(config_path, uid, uid)
        os.chown(home, uid, uid)
        pass_on = f'exec 3<&{listener.fileno()}; LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"'
        process = subprocess.Popen(
            ["sh", "-c", pass_on, "sh", self.program, "serve", "--config", str(config_path), "--no-profile-file",
             "--state-dir", str(home / "state"), "--runtime-dir", str(home / "run"), "--listen", "127.0.0.1:0"],
            env={"HOME": str(home), "PATH": "/usr/bin:/bin"}, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            pass_fds=[listener.fileno()], preexec_fn=become(uid))
        self.addCleanup(lambda: (process.kill(), process.wait()))
        path = self.place.folder / "unit"
        harness.until(lambda: harness.exchange(harness.LocalConnection(path), "/credentials").status == 200, 60,
                      "the first set")
        return process

    def open_to_all(self):
        """open_to_all() lets other users walk through this case's folder, where they find the program."""
        self.place.folder.chmod(0o755)
        self.program = str(self.place.folder / "mdh-credentials")
        shutil.copy(shutil.which(harness.PROGRAM), self.program)

    def squatter_in(self, folder, uid):
        """squatter_in() listens in a folder, both of `uid`; whose listen() was called is what the kernel tells."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(folder / "socket"))
        os.chmod(folder / "socket", 0o666)
        for path in (folder, folder / "socket"):
            os.chown(path, uid, uid)
        child = os.fork()
        if child == 0:
            become(uid)()
            listener.listen(64)
            os._exit(0)
        os.waitpid(child, 0)
        squatter = Squatter.__new__(Squatter)
        squatter.listener, squatter.heard = listener, []
        squatter.thread = threading.Thread(target=squatter.answer, daemon=True)
        squatter.thread.start()
        self.addCleanup(squatter.close)
        return squatter


if __name__ == "__main__":
    harness.main()
