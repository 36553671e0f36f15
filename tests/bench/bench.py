"""What the benchmarks share: a daemon beside an emulator, the kernel's own figures, and the row of the table."""

import contextlib
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import harness  # noqa: E402
import running  # noqa: E402

TOKEN = {"access_token": "t" * 1200, "token_type": "Bearer", "expires_in": 300}
SET = {"AccessKeyId": "ASIA" + "B" * 16, "SecretAccessKey": "s" * 40, "SessionToken": "S" * 700,
       "Expiration": "2099-01-01T00:00:00Z"}


def row(what, ours, yardstick, ratio):
    """row() prints one line for tests/bench/run; `ratio` is ours by the yardstick's."""
    print(f"| {what} | {ours} | {yardstick} | {ratio:.2f} |", flush=True)


@contextlib.contextmanager
def emulated(*arguments, **settings):
    """emulated() is (emulator, place), ended and removed at the end."""
    with running.RunningEmulator(*arguments) as emulator:
        emulator.settings(**settings)
        place = harness.Place()
        try:
            yield emulator, place
        finally:
            place.remove()


@contextlib.contextmanager
def served(place, *arguments, files=None):
    """served() is a ready-made Daemon; with `files` it may open so many and no more."""
    program = harness.PROGRAM
    if files:
        program = place.write("limited", f'#!/bin/sh\nulimit -n {files}\nexec "{program}" "$@"\n', 0o700)
    daemon = harness.Daemon(place, [*arguments, "--listen", "127.0.0.1:0"], program=program)
    try:
        yield daemon
    finally:
        daemon.stop()


def processor_seconds(pid):
    """processor_seconds() is what all threads have run, by the scheduler's nanoseconds."""
    tasks = pathlib.Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def wake_ups(pid):
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        for line in (task / "status").read_text().splitlines():
            if line.startswith("voluntary_ctxt_switches"):
                total += int(line.split()[1])
    return total


def memory(pid):
    """memory() is (resident, anonymous) in KiB."""
    fields = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(fields["VmRSS"].split()[0]), int(fields["RssAnon"].split()[0])
