"""Clients of every kind, each in a thread of its own, and what they may be told. An answer is a whole set that has
not expired, or a 503 of a profile whose upstream is being kept down on purpose; all else is a fault of the daemon."""

import collections
import datetime
import http.client
import json
import socket
import subprocess
import sys
import textwrap
import threading
import time
import urllib.parse

import harness

NAMES = ("AccessKeyId", "SecretAccessKey", "Token", "Expiration")
WORDS = {"UpstreamUnreachable", "UpstreamRefused", "UpstreamThrottled", "UpstreamMalformed", "Expired", "NotReady"}
BOTO3 = textwrap.dedent("""
    import json, sys, boto3
    session = boto3.Session()
    credentials = session.get_credentials()
    for line in sys.stdin:
        frozen = credentials.get_frozen_credentials()
        print(json.dumps([frozen.access_key, frozen.secret_key, frozen.token]), flush=True)
""")


class Ledger:
    """What was seen, counted; thread-safe. `excused` holds the profiles that may be without credentials now."""

    def __init__(self):
        self._lock = threading.Lock()
        self.counts, self.faults, self.sets = collections.Counter(), [], set()
        self.excused = {}
        self.stopping = threading.Event()

    def count(self, kind, what):
        with self._lock:
            self.counts[kind, what] += 1

    def fault(self, kind, sentence):
        with self._lock:
            self.counts[kind, "FAULT"] += 1
            self.faults.append(f"{kind}: {sentence}")

    def excuse(self, profiles, until):
        with self._lock:
            self.excused.update((profile, until) for profile in profiles)

    def is_excused(self, profile):
        with self._lock:
            return time.monotonic() < self.excused.get(profile, 0)

    def take(self, kind, profile, keys, expiration=None):
        """take() judges one whole set."""
        if not all(keys):
            return self.fault(kind, f"an empty value for {profile}")
        if expiration is not None:
            left = datetime.datetime.fromisoformat(expiration.replace("Z", "+00:00")).timestamp() - time.time()
            if left <= 0:
                return self.fault(kind, f"{profile}'s set expired {-left:.1f} s ago")
        with self._lock:
            self.sets.add((profile, *keys))
        self.count(kind, "a set")

    def judge(self, kind, profile, status, text):
        """judge() is for an answer on a route that gives credentials."""
        document = json.loads(text) if text.startswith("{") else {}
        if status == 200:
            return self.take(kind, profile, [document.get(n) for n in NAMES[:3]], document.get("Expiration", ""))
        if status == 503 and document.get("code") in WORDS and self.is_excused(profile):
            return self.count(kind, "503 while upstream was kept down")
        self.fault(kind, f"{profile}: {status} {text[:120]!r}")


class Client(threading.Thread):
    """One client: work() over and over with a pause, until the ledger stops it."""

    pause = 0.03

    def __init__(self, soak, number):
        super().__init__(daemon=True, name=f"{type(self).__name__}-{number}")
        self.kind = self.said
        self.soak, self.ledger, self.number, self.turn = soak, soak.ledger, number, number
        address = urllib.parse.urlsplit(soak.url)
        self.address = (address.hostname, address.port)

    def next_profile(self):
        self.turn += 1
        return self.soak.profiles[self.turn % len(self.soak.profiles)]

    def connect(self):
        return http.client.HTTPConnection(*self.address, timeout=10)

    def ask(self, connection, method, path, **headers):
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        reply = connection.getresponse()
        return reply.status, reply.read().decode()

    def run(self):
        while not self.ledger.stopping.wait(self.pause):
            try:
                self.work()
            except Exception as error:  # whatever a client meets is news
                self.ledger.fault(self.kind, f"{type(error).__name__}: {error}")
        self.close()

    def close(self):
        pass


class KeepAlive(Client):
    said = "container, kept connection"

    def __init__(self, soak, number):
        super().__init__(soak, number)
        self.connection = self.connect()

    def work(self):
        profile = self.next_profile()
        answer = self.ask(self.connection, "GET", f"/credentials/{profile}", Authorization=self.soak.token)
        self.ledger.judge(self.kind, profile, *answer)

    def close(self):
        self.connection.close()


class PerRequest(Client):
    said = "container, connection a request"

    def work(self):
        connection, profile = self.connect(), self.next_profile()
        answer = self.ask(connection, "GET", f"/credentials/{profile}", Authorization="Bearer " + self.soak.token)
        connection.close()
        self.ledger.judge(self.kind, profile, *answer)


class Metadata(Client):
    said = "IMDSv2"

    def work(self):
        connection, profile = self.connect(), self.next_profile()
        base = "/latest/meta-data/iam/security-credentials/"
        status, session = self.ask(connection, "PUT", "/latest/api/token",
                                   X_aws_ec2_metadata_token_ttl_seconds="60")
        if status != 200:
            self.ledger.fault(self.kind, f"PUT: {status}")
        self.ask(connection, "GET", base, X_aws_ec2_metadata_token=session)
        answer = self.ask(connection, "GET", base + profile, X_aws_ec2_metadata_token=session)
        connection.close()
        self.ledger.judge(self.kind, profile, *answer)


class Boto3(Client):
    said, pause = "boto3, one long session", 0.3

    def __init__(self, soak, number):
        super().__init__(soak, number)
        self.profile = soak.steady[number % len(soak.steady)]
        environment = {**soak.place.environment, "AWS_EC2_METADATA_DISABLED": "true",
                       "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{soak.url}/credentials/{self.profile}",
                       "AWS_CONTAINER_AUTHORIZATION_TOKEN": soak.token}
        self.process = subprocess.Popen([sys.executable, "-B", "-c", BOTO3], env=environment, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def work(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            self.ledger.stopping.wait(5)
            raise RuntimeError("the session has died")
        self.ledger.take(self.kind, self.profile, json.loads(line))

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(10)


class Process(Client):
    said, pause = "credential_process", 0.5

    def work(self):
        profile = self.next_profile()
        done = subprocess.run([harness.PROGRAM, "process", "--profile", profile], env=self.soak.place.environment,
                              text=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=20)
        if done.returncode == 0:
            document = json.loads(done.stdout)
            keys = [document[n] for n in ("AccessKeyId", "SecretAccessKey", "SessionToken")]
            return self.ledger.take(self.kind, profile, keys, document["Expiration"])
        if done.returncode == 1 and not done.stdout and self.ledger.is_excused(profile):
            return self.ledger.count(self.kind, "503 while upstream was kept down")
        self.ledger.fault(self.kind, f"{profile}: exit {done.returncode}, {done.stderr[:200]!r}")


class FileReader(Client):
    """Reads as an SDK does: the file alone, without a lock. A profile may be missing only when it was cut out."""

    said = "profile file"

    def work(self):
        profile = self.next_profile()
        with self.soak.file_lock:
            try:
                keys = harness.parse_profile(self.soak.place.credentials_file.read_text(), profile)
            except FileNotFoundError:
                keys = None
        if keys is None:
            if time.monotonic() > self.soak.file_excused:
                self.ledger.fault(self.kind, f"no [{profile}]")
            return self.ledger.count(self.kind, "cut out a moment ago")
        wanted = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
        self.ledger.take(self.kind, profile, [keys.get(name) for name in wanted])


class Watcher(Client):
    said, pause = "status, metrics, page", 0.2

    def work(self):
        path = ("/status", "/metrics", "/", "/healthz")[self.turn % 4]
        self.turn += 1
        connection = self.connect()
        status, _ = self.ask(connection, "GET", path)
        connection.close()
        self.ledger.count(self.kind, str(status)) if status == 200 else self.ledger.fault(self.kind, f"{path} {status}")


class Stranger(Client):
    """Knows no token, a foreign Host, half a request, no HTTP at all: refused each time, and cheap."""

    said, pause = "strangers", 0.1

    def refused(self, wanted, method, path, **headers):
        connection = self.connect()
        status, _ = self.ask(connection, method, path, **headers)
        connection.close()
        self.ledger.count(self.kind, str(status)) if status == wanted else self.ledger.fault(self.kind, f"{status}")

    def break_off(self, start):
        with socket.create_connection(self.address, timeout=10) as connection:
            connection.sendall(start)
        self.ledger.count(self.kind, "hung up")

    def work(self):
        self.turn += 1
        profile = self.soak.profiles[0]
        [lambda: self.refused(401, "GET", f"/credentials/{profile}", Authorization="guessed"),
         lambda: self.refused(403, "GET", f"/credentials/{profile}", Host="example.org"),
         lambda: self.refused(405, "DELETE", "/credentials"),
         lambda: self.break_off(b"GET /credentials HTTP/1.1\r\nHost: 127"),
         lambda: self.break_off(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")][self.turn % 5]()


EVERY = {KeepAlive: 3, PerRequest: 3, Metadata: 2, Boto3: 2, Process: 1, FileReader: 1, Watcher: 1, Stranger: 1}
