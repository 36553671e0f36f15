"""Runs the real program against the emulator in temporary folders. Nothing leaves loopback, no port is fixed, and
every process started here is ended here, by its own handle. After each case every output, log and folder of the
program is searched for every secret that the emulator made or issued."""

import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "emulator"))
import running  # noqa: E402

PROGRAM = os.environ.get("MDH_CREDENTIALS", "mdh-credentials")
SANITIZED = bool(os.environ.get("MDH_SANITIZE"))
RELEASE = os.environ.get("MDH_BUILD_TYPE", "") not in ("", "Debug") and not SANITIZED
PATIENCE = 120  # seconds; only a hang lasts as long, on however slow a machine


def until(condition, seconds, what):
    """until() is the first true value of condition(), asked every 20 ms; fails naming `what` after `seconds`, and not
    before PATIENCE."""
    seconds = max(seconds, PATIENCE)
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.02)


def parse_profile(text, profile):
    """parse_profile() is the section's keys in a credentials file, read by hand; None where there is no section."""
    keys, inside = None, False
    for line in text.splitlines():
        if line.startswith("["):
            inside = line.strip() == f"[{profile}]"
            keys = {} if inside and keys is None else keys
        elif inside and "=" in line and not line.startswith(("#", ";")):
            name, _, value = line.partition("=")
            keys[name.strip()] = value.strip()
    return keys


class Answer:
    def __init__(self, reply, text):
        self.status, self.headers, self.text = reply.status, reply.headers, text

    @property
    def json(self):
        return json.loads(self.text)


def exchange(connection, path, method="GET", headers=None):
    """exchange() is the Answer to one request on a connection, which is closed then."""
    try:
        connection.request(method, path, headers=headers or {})
        reply = connection.getresponse()
        return Answer(reply, reply.read().decode())
    finally:
        connection.close()


class LocalConnection(http.client.HTTPConnection):
    """HTTP over the AF_UNIX socket at `path`."""

    def __init__(self, path, timeout=PATIENCE):
        super().__init__("localhost", timeout=timeout)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Daemon:
    """`serve` as a child, found by its socket."""

    def __init__(self, place, arguments, program=PROGRAM, descriptors=()):
        self.place = place
        self.log_path = place.folder / f"daemon-{time.monotonic_ns()}.log"
        self.started = time.time()
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen([program, "serve", *place.folders(), *arguments], env=place.environment,
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=descriptors)

    @property
    def pid(self):
        return self.process.pid

    @property
    def log(self):
        return self.log_path.read_text(errors="replace")

    def record(self):
        """record() is what this daemon tells its own user over the socket, once it does."""
        def read():
            if self.process.poll() is not None:
                raise AssertionError(f"serve ended with {self.process.returncode}:\n{self.log}")
            try:
                document = self.ask_socket("/status").json
            except (OSError, http.client.HTTPException, json.JSONDecodeError):
                return None
            return document if document["pid"] == self.pid else None
        return until(read, 60, "an answer over the socket")

    def ask_socket(self, path, method="GET"):
        """ask_socket() is the Answer over the socket, where no token is wanted."""
        return exchange(LocalConnection(self.place.runtime / "socket"), path, method)

    @property
    def url(self):
        return self.record()["urls"][0]

    @property
    def token(self):
        return pathlib.Path(self.record()["token_file"]).read_text()

    def ask(self, path, method="GET", token=None, headers=None):
        address = urllib.parse.urlsplit(self.url)
        everything = dict(headers or {})
        if token:
            everything["Authorization"] = token
        return exchange(http.client.HTTPConnection(address.hostname, address.port, timeout=PATIENCE), path, method,
                        everything)

    def credentials(self, profile="mdh-lab"):
        """credentials() is the Answer of the container form, with the token."""
        return self.ask(f"/credentials/{profile}", token=self.token)

    def ready(self, *profiles):
        """ready() waits until the profiles are served and returns the first one's document."""
        profiles = profiles or ("mdh-lab",)
        return until(lambda: all(self.credentials(p).status == 200 for p in profiles), 15,
                     f"{profiles} served; the log:\n{self.log}") and self.credentials(profiles[0]).json

    def status(self, profile="mdh-lab"):
        return next(p for p in self.ask("/status").json["profiles"] if p["profile"] == profile)

    def hang_up(self):
        self.process.send_signal(signal.SIGHUP)

    def stop(self, by=signal.SIGTERM):
        """stop() is the exit status; the daemon has 2 s to go."""
        if self.process.poll() is None:
            self.process.send_signal(by)
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise AssertionError("the daemon did not end") from None
        return self.process.returncode


class Place:
    """Temporary folders for one case, and an environment that holds nothing of the user's."""

    def __init__(self):
        self._temporary = tempfile.TemporaryDirectory(prefix="mdh-end-to-end-")
        self.folder = pathlib.Path(self._temporary.name)
        self.state = self.folder / "state" / "mdh-credentials"
        self.runtime = self.folder / "run" / "mdh-credentials"
        self.runtime.parent.mkdir(mode=0o700)
        self.credentials_file = self.folder / "home" / ".aws" / "credentials"
        (self.folder / "home").mkdir()
        self.environment = {
            "HOME": str(self.folder / "home"), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8",
            "XDG_STATE_HOME": str(self.folder / "state"), "XDG_RUNTIME_DIR": str(self.folder / "run"),
        }
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS", "GCOV_PREFIX"):
            if name in os.environ:
                self.environment[name] = os.environ[name]

    def folders(self):
        return ["--state-dir", str(self.state), "--runtime-dir", str(self.runtime),
                "--credentials-file", str(self.credentials_file)]

    def write(self, name, content, mode=0o600):
        path = self.folder / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        path.chmod(mode)
        return str(path)

    def remove(self):
        self._temporary.cleanup()


class Case(unittest.TestCase):
    """One emulator for a class, one Place for each case."""

    accounts, projects = 1, 1

    @classmethod
    def setUpClass(cls):
        cls.emulator = running.RunningEmulator("--accounts", str(cls.accounts), "--projects", str(cls.projects))

    @classmethod
    def tearDownClass(cls):
        cls.emulator.stop()

    def setUp(self):
        self.emulator.control("reset", {})
        self.place = Place()
        self.daemons, self.outputs = [], []
        self.addCleanup(self.place.remove)
        self.addCleanup(self.end_daemons)

    def tearDown(self):
        self.end_daemons()
        self.assert_no_secret_anywhere()

    def end_daemons(self):
        for daemon in self.daemons:
            if daemon.process.poll() is None:
                daemon.stop()

    # --- starting ---

    def serve(self, *arguments, config=None, env_file=None, listen=True, **environment):
        self.place.environment.update(environment)
        source = ["--env-file", env_file] if env_file else ["--config", config or self.emulator.ready["config"]]
        where = ["--listen", "127.0.0.1:0"] if listen else []
        daemon = Daemon(self.place, [*source, *where, *arguments])
        self.daemons.append(daemon)
        return daemon

    def run_program(self, *arguments, secret_output=False, timeout=30, **environment):
        """run_program() is the finished process; its output is searched for secrets unless it is meant to hold
        some."""
        done = subprocess.run([PROGRAM, *arguments], env={**self.place.environment, **environment}, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=max(timeout, PATIENCE))
        self.outputs.append(("" if secret_output else done.stdout) + done.stderr)
        return done

    def once(self, *arguments, env_file=None, config=None, **environment):
        source = ["--env-file", env_file] if env_file else ["--config", config or self.emulator.ready["config"]]
        return self.run_program("once", *self.place.folders(), *source, *arguments, **environment)

    def config(self):
        """config() is the emulator's configuration as a document, to be changed and written by write_config()."""
        return json.loads(pathlib.Path(self.emulator.ready["config"]).read_text())

    def write_config(self, document, name="config.json"):
        return self.place.write(name, document)

    # --- looking ---

    def profile(self, name="mdh-lab"):
        """profile() is the section's keys in the credentials file; None without file or section."""
        try:
            return parse_profile(self.place.credentials_file.read_text(), name)
        except FileNotFoundError:
            return None

    def assert_profile_holds(self, issued):
        keys = self.profile(issued["profile"])
        self.assertIsNotNone(keys, f"no [{issued['profile']}]")
        self.assertEqual([keys["aws_access_key_id"], keys["aws_secret_access_key"], keys["aws_session_token"]],
                         [issued["AccessKeyId"], issued["SecretAccessKey"], issued["SessionToken"]])

    def settled_status(self, *options):
        """settled_status() is `status` once every set is served and every file written."""
        return until(lambda: (lambda done: done.returncode == 0 and done)(self.run_program("status", *options)), 60,
                     "status ends with 0")

    def assert_exit(self, done, status):
        self.assertEqual(done.returncode, status, f"{done.args}\n{done.stdout}\n{done.stderr}")

    def assert_no_secret_anywhere(self):
        held = self.emulator.control("secrets")
        secrets = held["issued"] + held["access_tokens"] + held["assertions"] + [
            line for line in held["key_lines"] if len(line) > 40]
        texts = {"a verb's output": "\n".join(self.outputs)}
        for daemon in self.daemons:
            texts[daemon.log_path.name] = daemon.log
        for folder in (self.place.state, self.place.runtime):
            for path in folder.rglob("*"):
                if path.is_file():
                    texts[str(path)] = path.read_bytes().decode("latin-1")
        for where, text in texts.items():
            for secret in secrets:
                self.assertNotIn(secret, text, f"a secret in {where}")


def main():
    unittest.main(verbosity=2)
