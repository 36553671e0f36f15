"""What the proofs share: botocore's parser, and the program that they speak to."""
import os
import select
import subprocess
import sys
import time

from botocore.configloader import build_profile_map, raw_config_parse
from botocore.exceptions import ConfigParseError  # noqa: F401

TOOL = sys.argv[1]


def parsed(path):
    return raw_config_parse(str(path))


def generation(path):
    """The generation that [mdh] holds whole, or None."""
    section = parsed(path).get("mdh")
    if not section or "aws_access_key_id" not in section:
        return None
    number = section["aws_access_key_id"].removeprefix("AKID")
    assert section["aws_secret_access_key"] == "secret" + number, section
    assert section["aws_session_token"] == 1200 * "t" + number, section
    return int(number)


PATIENCE = 120  # seconds; only a hang lasts as long


def until(condition, most=PATIENCE, step=0.02):
    """How long it took for the condition to hold; None when it did not."""
    start = time.monotonic()
    while time.monotonic() - start < most:
        if condition():
            return time.monotonic() - start
        time.sleep(step)
    return None


class Keeper:
    """A profile sink in a process of its own."""

    def __init__(self, path, form="keys", config=None, program="/usr/bin/mdh-credentials",
                 on_stop="keep", prefix=(), preexec_fn=None):
        config = config or str(path) + "-config"
        self.process = subprocess.Popen(
            [*prefix, TOOL, "keep", form, str(path), str(config), program, on_stop],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, preexec_fn=preexec_fn)
        os.set_blocking(self.process.stdout.fileno(), False)
        self.said = ""

    def sync(self, number):
        self.process.stdin.write(f"{number}\n".encode())
        self.process.stdin.flush()

    def report(self, most=PATIENCE):
        """The next report, or None."""
        end = time.monotonic() + most
        while "\n" not in self.said:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                return None
            piece = os.read(self.process.stdout.fileno(), 65536).decode()
            if not piece:
                return None
            self.said += piece
        line, self.said = self.said.split("\n", 1)
        return line

    def reports_until(self, wanted, most=PATIENCE):
        end = time.monotonic() + most
        while (line := self.report(end - time.monotonic())) is not None:
            if line.startswith(wanted):
                return line
        return None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        self.process.stdout.close()
