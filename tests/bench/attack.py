"""The endpoint under attack: what an allowed user's requests meet while other users' processes do their worst, beside
nginx under the same. Needs root (the attackers are other users), nginx, and `hostile` of the same build.

    MDH_CREDENTIALS=…/mdh-credentials tests/bench/attack.py [--seconds 10] [--only WORD] [--no-nginx]"""

import argparse
import contextlib
import http.client
import os
import pathlib
import re
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import bench
import endpoint
import harness

OTHERS = [60001, 60002, 160000, 160001, 160002, 160003, 160004, 160005]
FILES = 1024
# What it is called, the ways (uids, way, connections each), and the limit of open files, if any.
ATTACKS = [
    ("one pipelining connection", [(OTHERS[:1], "pipeline", 1)], None),
    ("four pipelining connections", [(OTHERS[:4], "pipeline", 1)], None),
    ("900 flooding connections", [(OTHERS[:1], "pipeline", 900)], None),
    ("a burst of 900, closed again", [(OTHERS[:1], "burst", 900)], None),
    ("eight users with 1,000 begun heads each", [(OTHERS, "begin", 1000)], None),
    ("1,000 that read nothing", [(OTHERS[:1], "deaf", 1000)], None),
    ("1,500 half-sent of another user, 1,024 files", [(OTHERS[:1], "begin", 1500)], FILES),
    ("1,500 half-sent of the own user, 1,024 files", [([0], "begin", 1500)], FILES),
    ("eight users flooding with 100 each", [(OTHERS, "pipeline", 100)], None),
]


def hostile(port, seconds, ways, target):
    program = pathlib.Path(harness.PROGRAM).resolve().parent.parent / "tests" / "bench" / "hostile"
    return [subprocess.Popen([program, str(port), str(seconds), way, str(count), "HEAD", target],
                             user=uid, group=uid, extra_groups=[], cwd="/")
            for uids, way, count in ways for uid in uids]


class Honest(threading.Thread):
    """Asks on one connection that it keeps and on a new one by turns; what fails was lost."""

    def __init__(self, port, headers):
        super().__init__()
        self.port, self.headers, self.times, self.lost, self.ending = port, headers, [], [], False
        self.kept = None

    def ask(self, connection, headers):
        begun = time.perf_counter()
        connection.request("GET", "/credentials/mdh-lab", headers=headers)
        reply = connection.getresponse()
        reply.read()
        if reply.status != 200:
            raise OSError(f"status {reply.status}")
        self.times.append((time.perf_counter() - begun) * 1000)

    def once(self, keep):
        try:
            if keep:
                self.kept = self.kept or http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
                self.ask(self.kept, self.headers)
            else:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
                self.ask(connection, {**self.headers, "Connection": "close"})
                connection.close()
        except (OSError, http.client.HTTPException) as failure:
            self.lost.append(f"{'kept' if keep else 'new'}: {failure!r}")
            self.kept = None if keep else self.kept

    def run(self):
        keep = False
        while not self.ending:
            self.once(keep)
            keep = not keep
            time.sleep(0.004)

    def figures(self):
        times = sorted(self.times) or [float("inf")]
        return statistics.median(times), times[int(0.99 * (len(times) - 1))], times[-1]


def under(port, headers, ways, options, target, meanwhile=lambda: None):
    honest = Honest(port, headers)
    honest.start()
    attackers = hostile(port, options.seconds, ways, target)
    try:
        time.sleep(options.seconds / 2)
        meanwhile()
        for attacker in attackers:
            attacker.wait()
        time.sleep(max(0, options.seconds / 2 if ways[0][1] == "burst" else 0.5))
    finally:
        honest.ending = True
        honest.join()
        for attacker in attackers:
            attacker.kill()
            attacker.wait()
    return honest


def refreshed(daemon):
    """refreshed() asks for a refresh in the middle of the attack; true when a new set came of it."""
    before = daemon.status()["refreshed_at"]
    daemon.ask("/refresh/mdh-lab", "POST", token=daemon.token)
    try:
        harness.until(lambda: daemon.status()["refreshed_at"] != before, 15, "a refresh")
    except AssertionError:
        return False
    return True


def peak(pid):
    return int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) / 1024


@contextlib.contextmanager
def limited(files):
    """limited() starts what it surrounds with so many open files at most."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def ours(ways, files, options):
    """ours() is (Honest, refreshed, peak MiB, longest turn in ms, the set's document) of a daemon of its own."""
    with bench.emulated("--projects", "1") as (emulator, place), contextlib.ExitStack() as stack:
        daemon = stack.enter_context(bench.served(place, "--config", emulator.ready["config"], files=files))
        daemon.ready()
        outcome = []
        body = daemon.credentials().text
        honest = under(int(daemon.url.rpartition(":")[2]), {"Authorization": daemon.token}, ways, options, "/metrics",
                       lambda: outcome.append(refreshed(daemon)))
        turn = re.search(r"longest_turn_seconds ([\d.e+-]+)", daemon.ask("/metrics").text)
        return honest, outcome[0], peak(daemon.pid), float(turn[1]) * 1000 if turn else float("nan"), body


def nginx(ways, files, options, body):
    with tempfile.TemporaryDirectory() as folder:
        with limited(files):
            server = endpoint.Nginx(pathlib.Path(folder), body)
        try:
            return under(server.port, {}, ways, options, "/credentials/mdh-lab")
        finally:
            server.stop()


def told(honest):
    median, late, last = honest.figures()
    return (f"median {median:.2f}, p99 {late:.2f}, longest {last:.0f} ms, "
            f"{len(honest.lost)} of {len(honest.lost) + len(honest.times)} lost")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--only", default="")
    parser.add_argument("--no-nginx", action="store_true")
    options = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("the attackers are other users: needs root")
    for title, ways, files in [attack for attack in ATTACKS if options.only in attack[0]]:
        honest, fresh, memory, turn, body = ours(ways, files, options)
        figures = (f"{told(honest)}; {'refreshed' if fresh else 'NOT refreshed'}, {memory:.1f} MiB, "
                   f"longest turn {turn:.0f} ms")
        for lost in sorted(set(honest.lost))[:3]:
            print(f"lost: {lost}", file=sys.stderr)
        if options.no_nginx:
            bench.row(f"endpoint beside {title}", figures, "", 0)
            continue
        theirs = nginx(ways, files, options, body)
        bench.row(f"endpoint beside {title}", figures, f"{told(theirs)}, nginx",
                  honest.figures()[1] / theirs.figures()[1])


if __name__ == "__main__":
    main()
