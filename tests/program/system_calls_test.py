"""Claims: whichever system call of the credential path fails, and whenever, the program ends in its own words (exit
0, 1 or 78), never by a signal, within a bound, without a secret in its output, without an empty, expired or torn set
in the profile file or on the wire. strace makes the calls fail, one kind in turn, from the first occurrence on or at
the n-th alone. Prints the table of what happened."""

import calendar
import collections
import concurrent.futures
import http.client
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import harness  # noqa: E402

DRAFT = f".credentials.mdh-new-{socket.gethostname()}"

# (call, error, when): `when` is strace's (it counts in each thread alone), or "ours": each of the main thread's
# calls after the loader's, "ours+": the same and every later one; "file": on the profile file's new text alone;
# "output": on standard output alone. Not here: brk (the kernel never answers it with an error, and glibc believes
# what strace makes it answer) and sendto (with which libcurl also wakes itself); limits and the emulator stand in.
ONCE = [
    ("openat", "EMFILE", "ours"), ("openat", "EACCES", "ours"), ("openat", "ENFILE", "ours+"),
    ("read", "EIO", "ours"), ("read", "EINTR", "ours"), ("newfstatat", "EACCES", "ours"),
    ("mmap", "ENOMEM", "ours"), ("mmap", "ENOMEM", "ours+"),
    ("write", "ENOSPC", "file"), ("write", "EIO", "file"), ("write", "EDQUOT", "file"), ("write", "EPIPE", "output"),
    ("fsync", "EIO", "1+"), ("fsync", "ENOSPC", "2"), ("renameat2", "EACCES", "1+"), ("renameat2", "EBUSY", "1"),
    ("renameat2", "EXDEV", "1+"), ("renameat2", "EROFS", "1"), ("mkdir", "EACCES", "1+"), ("fchown", "EPERM", "1+"),
    ("readlink", "EIO", "ours"), ("unlink", "EACCES", "1+"), ("madvise", "EINVAL", "1+"), ("mlock2", "ENOMEM", "1+"),
    ("socket", "EMFILE", "1+"), ("socket", "EACCES", "2+"), ("connect", "ENETUNREACH", "1+"),
    ("connect", "ECONNREFUSED", "2"),
    ("recvfrom", "ECONNRESET", "1+"), ("recvfrom", "EIO", "2"), ("poll", "EINTR", "1"), ("poll", "ENOMEM", "2+"),
    ("setsockopt", "ENOPROTOOPT", "1+"), ("getsockopt", "EIO", "1+"), ("getsockname", "EIO", "1+"),
    ("getpeername", "ENOTCONN", "1+"), ("socketpair", "EMFILE", "1+"), ("eventfd2", "EMFILE", "1+"),
    ("clone3", "EAGAIN", "1+"), ("getrandom", "ENOSYS", "ours"), ("getrandom", "EINTR", "ours"),
    ("prctl", "EPERM", "1+"),
]
SERVE = [
    ("accept4", "EMFILE", "1..3"), ("accept4", "ECONNABORTED", "1"), ("epoll_ctl", "ENOSPC", "8+"),
    ("epoll_wait", "EINTR", "3"), ("timerfd_settime", "EINVAL", "2+"), ("inotify_add_watch", "ENOSPC", "1+"),
    ("inotify_init1", "EMFILE", "1+"), ("recvfrom", "ECONNRESET", "3"), ("recvfrom", "EIO", "1+"),
    ("socket", "EMFILE", "8+"), ("socket", "EAFNOSUPPORT", "1+"),
    ("bind", "EADDRINUSE", "1"), ("listen", "EADDRINUSE", "1"),
    ("flock", "ENOLCK", "1+"), ("fsync", "EIO", "1+"), ("rename", "EROFS", "1+"), ("renameat2", "EROFS", "1+"),
    ("mkdir", "EACCES", "1+"), ("prlimit64", "EPERM", "1+"), ("clone3", "EAGAIN", "1+"), ("eventfd2", "EMFILE", "2+"),
    ("timerfd_create", "EMFILE", "1+"), ("epoll_create1", "EMFILE", "2+"), ("signalfd4", "EMFILE", "1+"),
    ("recvmsg", "ENOMEM", "1+"), ("fchmod", "EPERM", "1+"),
]
BOUND = 120
LOADER = "error while loading shared libraries"
DISARMED = "PR_SET_DUMPABLE"    # main()'s first call: what comes before it is the loader's


def word(code):
    return signal.Signals(-code).name if code < 0 else f"exit {code}"


@unittest.skipUnless(shutil.which("strace"), "no strace")
@unittest.skipIf(harness.SANITIZED, "a sanitizer makes calls of its own")
class FaultsTest(harness.Case):
    def setUp(self):
        super().setUp()
        self.table = collections.defaultdict(collections.Counter)
        self.places, self.findings = [], []

    def place_for(self):
        place = harness.Place()
        self.places.append(place)
        self.addCleanup(place.remove)
        return place

    def strace(self, place, call, error, when, *arguments):
        only = {"file": place.credentials_file.parent / DRAFT, "output": place.folder / "out"}
        where = ["-P", str(only[when])] if when in only else []
        return ["strace", "-f", "-q", "-o", str(place.folder / "trace"), *where, "-e", f"trace={call}", "-e",
                f"inject={call}:error={error}:when={'1+' if where else when}", harness.PROGRAM, *arguments]

    # --- once ---

    def calls_of_a_good_run(self, calls):
        """calls_of_a_good_run() is {call: [(ordinal in the main thread, text)]} of what comes after the loader."""
        place = self.place_for()
        subprocess.run(["strace", "-f", "-q", "-y", "-o", str(place.folder / "trace"), "-e",
                        "trace=prctl," + ",".join(calls), harness.PROGRAM, "once", *place.folders(), "--config",
                        self.emulator.ready["config"]], env=place.environment, capture_output=True, check=True,
                       timeout=60)
        lines = (place.folder / "trace").read_text(errors="replace").splitlines()
        main, ours = lines[0].split()[0], False
        ordinals, found = collections.Counter(), collections.defaultdict(list)
        for line in lines:
            thread, text = line.split(maxsplit=1)
            ours = ours or DISARMED in text
            call = text.split("(")[0]
            if thread == main and "(" in text and not text.startswith("<"):
                ordinals[call] += 1
                if ours:
                    found[call].append((ordinals[call], text))
        return found

    @staticmethod
    def moments(when, calls):
        """moments() are strace's `when`s; at most eight, from the first to the last."""
        if when not in ("ours", "ours+"):
            return [when]
        chosen = [str(n) for n, _ in calls]
        chosen = chosen[::max(1, -(-len(chosen) // 8))]
        return [n + "+" for n in chosen[:3]] if when == "ours+" else chosen

    def run_once(self, call, error, when):
        place = self.place_for()
        command = self.strace(place, call, error, when, "once", *place.folders(), "--config",
                              self.emulator.ready["config"])
        self.judge_once(place, command, call, error, when)

    def judge_once(self, place, command, call, error, when):
        out = place.folder / "out"
        try:
            with open(out, "w") as written, subprocess.Popen(
                    command, env=place.environment, text=True, stdout=written, stderr=subprocess.PIPE,
                    stdin=subprocess.DEVNULL, start_new_session=True) as process:
                try:
                    errors = process.communicate(timeout=BOUND)[1]
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)    # strace alone would leave the program behind
                    raise
                done = subprocess.CompletedProcess(command, process.returncode, "", errors)
        except subprocess.TimeoutExpired:
            return self.note("once", call, error, when, "HANG", f"more than {BOUND} s")
        self.outputs.append(out.read_text() + done.stderr)
        self.check_file(place, call, error, when)
        good = done.returncode in (0, 1, 78) and (done.returncode == 0 or done.stderr) or LOADER in done.stderr
        if done.returncode == 0:
            good = place.credentials_file.exists()
        outcome = word(done.returncode) if self.struck(place) else "not reached"
        self.note("once", call, error, when, outcome, None if good else done.stderr[-300:])

    @staticmethod
    def struck(place):
        trace = place.folder / "trace"
        return not trace.exists() or "INJECTED" in trace.read_text(errors="replace")

    def note(self, verb, call, error, when, outcome, trouble):
        self.table[verb, call, error][outcome] += 1
        if trouble is not None:
            self.findings.append((verb, call, error, when, outcome, trouble))

    def check_file(self, place, call, error, when):
        """check_file() holds that the file has no section, or one with a set that was issued as a whole."""
        if not place.credentials_file.exists():
            return
        keys = harness.parse_profile(place.credentials_file.read_text(), "mdh-lab") or {}
        three = [keys.get(n) for n in ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")]
        issued = [[i["AccessKeyId"], i["SecretAccessKey"], i["SessionToken"]] for i in self.emulator.issued()]
        if keys and three not in issued:
            self.findings.append(("once", call, error, when, "TORN FILE", f"keys {sorted(keys)}"))

    def test_once(self):
        calls = self.calls_of_a_good_run({call for call, _, _ in ONCE if call != "prctl"})
        runs = [(call, error, moment) for call, error, when in ONCE for moment in self.moments(when, calls[call])]
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            list(pool.map(lambda run: self.run_once(*run), runs))
        self.finish("once")

    def run_limited(self, limit, value):
        place = self.place_for()
        command = ["prlimit", f"--{limit}={value}", harness.PROGRAM, "once", *place.folders(), "--config",
                   self.emulator.ready["config"]]
        self.judge_once(place, command, {"nofile": "descriptors", "data": "memory"}[limit], f"limit {value}", "")

    @unittest.skipIf(os.environ.get("MDH_COVERAGE") == "ON", "gcov ends badly where it finds no memory")
    def test_limits(self):
        runs = [("nofile", n) for n in range(4, 14)] + [("data", n << 10) for n in range(600, 3000, 300)]
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            list(pool.map(lambda run: self.run_limited(*run), runs))
        self.finish("once")

    def with_broken(self, paths, calls, error):
        """with_broken() is `once` when `calls` fail on these paths alone."""
        place = self.place_for()
        only = [word for path in paths for word in ("-P", path)]
        done = subprocess.run(["strace", "-f", "-q", "-o", str(place.folder / "trace"), *only, "-e", f"trace={calls}",
                               "-e", f"inject={calls}:error={error}", harness.PROGRAM, "once", *place.folders(),
                               "--config", self.emulator.ready["config"]], env=place.environment, text=True,
                              capture_output=True, timeout=BOUND, check=False)
        self.outputs.append(done.stdout + done.stderr)
        return done

    def test_the_default_users_need_no_user_database(self):
        """`root` was looked up, and a user database that could not be read ended the service for good (78)."""
        self.assert_exit(self.with_broken(["/etc/nsswitch.conf", "/etc/passwd"], "openat,read", "EIO"), 0)

    def test_a_passing_trouble_is_no_configuration_error(self):
        """systemd does not restart on 78, so that is for what only a person can mend."""
        account = self.emulator.accounts[0]
        key = self.config()["accounts"][0]["private_key"].removeprefix("file:")
        self.assertIn(key, (account["pkcs1"], account["pkcs8"]))
        for path in (self.emulator.ready["config"], key):
            for calls, error, status in (("openat", "EMFILE", 1), ("openat", "ENFILE", 1), ("read", "EIO", 1),
                                         ("openat", "EACCES", 78)):
                with self.subTest(path=path, calls=calls, error=error):
                    self.assert_exit(self.with_broken([path], calls, error), status)

    # --- serve ---

    def run_serve(self, call, error, when):
        place = self.place_for()
        log_path = place.folder / "serve.log"
        command = self.strace(place, call, error, when, "serve", *place.folders(), "--listen", "127.0.0.1:0",
                              "--config", self.emulator.ready["config"])
        with open(log_path, "wb") as log:
            tracer = subprocess.Popen(command, env=place.environment, stdout=log, stderr=log,
                                      stdin=subprocess.DEVNULL)
        try:
            answers = self.ask_for_a_while(place, tracer)
        finally:
            ended = self.end(tracer)
        text = log_path.read_text(errors="replace")
        self.outputs.append(text)
        struck = self.struck(place)
        self.check_file(place, call, error, when)
        bad = [a for a in answers if a not in (200, 503, None)]
        good = ended in ("exit 0", "exit 1", "exit 78") and text and not bad
        served = "served" if 200 in answers else "never served"
        outcome = f"{served}, {ended}" if struck else "not reached"
        self.note("serve", call, error, when, outcome, None if good else f"{bad} {text[-300:]}")

    def end(self, tracer):
        """end() is the word for how the daemon ended, asked by SIGTERM."""
        daemon = self.child_of(tracer)
        if tracer.poll() is None and daemon:
            os.kill(daemon, signal.SIGTERM)
        try:
            return word(tracer.wait(6))
        except subprocess.TimeoutExpired:
            for pid in filter(None, (daemon, tracer.pid)):
                os.kill(pid, signal.SIGKILL)
            tracer.wait()
            return "HANG"

    @staticmethod
    def child_of(tracer):
        try:
            children = pathlib.Path(f"/proc/{tracer.pid}/task/{tracer.pid}/children").read_text().split()
        except FileNotFoundError:
            return None
        return int(children[0]) if children else None

    def ask_for_a_while(self, place, tracer):
        """ask_for_a_while() is the statuses of some requests, or the word EMPTY where a set was not whole; None for
        no answer."""
        answers, end = [], time.monotonic() + 2.5
        while time.monotonic() < end and tracer.poll() is None and answers.count(200) < 5:
            time.sleep(0.1)
            try:
                record = harness.exchange(harness.LocalConnection(place.runtime / "socket", 2), "/status").json
                address = urllib.parse.urlsplit(record["urls"][0])
                connection = http.client.HTTPConnection(address.hostname, address.port, timeout=2)
                connection.request("GET", "/credentials/mdh-lab", headers={
                    "Authorization": pathlib.Path(record["token_file"]).read_text()})
                reply = connection.getresponse()
                answers.append(self.judged(reply.status, reply.read().decode()))
                connection.close()
            except (OSError, http.client.HTTPException, ValueError):
                answers.append(None)
        return answers

    @staticmethod
    def judged(status, text):
        """judged() is the status, or what is wrong with a 200."""
        if status != 200:
            return status
        document = harness.json.loads(text)
        if not all(document[name] for name in ("AccessKeyId", "SecretAccessKey", "Token")):
            return "EMPTY"
        until = time.strptime(document["Expiration"], "%Y-%m-%dT%H:%M:%SZ")
        return status if calendar.timegm(until) > time.time() else "EXPIRED"

    def test_serve(self):
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda run: self.run_serve(*run), SERVE))
        self.finish("serve")

    # --- the verdict ---

    def finish(self, verb):
        print(f"\n| {verb}: call | error | runs | outcomes |\n|---|---|---|---|")
        for (of, call, error), outcomes in sorted(self.table.items()):
            if of == verb:
                told = ", ".join(f"{what} ×{count}" for what, count in sorted(outcomes.items()))
                print(f"| {call} | {error} | {sum(outcomes.values())} | {told} |")
        for finding in self.findings:
            print(f"FINDING: {finding}")
        self.assertFalse(self.findings)


if __name__ == "__main__":
    harness.main()
