"""Over 10,000 random texts with Unicode's blanks: a .env holds what python-dotenv finds in it, name
for name and value for value, and the lines that one skips the other skips."""
import io
import logging
import os
import random
import subprocess
import sys

from dotenv.main import DotEnv
from dotenv.parser import parse_stream

TEXTS = 10_000
PIECES = ["A", "B", "KEY", "=", "=", "=", " ", " ", "\t", "\n", "\n", "\r\n", "\r", "#", '"', '"', "'", "'",
          "\\", "\\n", '\\"', "\\'", "\\\\", "${A}", "${OUT}", "${B:-d}", "${", "}", "$", "export ", "export",
          "x y", "value", ":", "-----BEGIN X-----", "`", ";", "# c", " # c", "\x0b", "\x0c", "${A:-}", "${A:",
          ":-", "\\u", "\\x41", "\\N", "\u00a0", "\u2003", "\u3000", "\x85", "\x1c", "\u2028", "\u202f",
          "\u1680", "\u200b", "é", "\U0001f511", "MMMMMMMMMMMMMMMMMMMM"]
rng = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 7)
logging.disable(logging.CRITICAL)
os.environ.clear()
os.environ["OUT"] = "outside"


def pieces(most):
    return "".join(rng.choice(PIECES) for _ in range(rng.randint(0, most)))


def assignment():
    gap = rng.choice(["", "", " ", "\u00a0", "\t", "\u3000"])
    quote = rng.choice(["", "", "'", '"'])
    value = rng.choice(["value", pieces(4), pieces(8)])
    tail = rng.choice(["", "", gap + "# c", "\u00a0", pieces(2)])
    return f"{rng.choice(['', gap, 'export '])}{rng.choice('ABC')}{gap}={gap}{quote}{value}{quote}{tail}\n"


def generated():
    return "".join(assignment() if rng.random() < .7 else pieces(12) for _ in range(rng.randint(1, 4)))


def python(text):
    """What python-dotenv finds, and how many lines it skips."""
    values = DotEnv(None, stream=io.StringIO(text, newline=""), interpolate=True, override=True).dict()
    skipped = sum(one.error for one in parse_stream(io.StringIO(text, newline="")))
    return {name: value for name, value in values.items() if value is not None}, skipped


class Answers:
    def __init__(self, output):
        self.output, self.at = output, 0

    def line(self):
        end = self.output.index(b"\n", self.at)
        line, self.at = self.output[self.at:end], end + 1
        return line

    def text(self):
        size = int(self.line())
        text, self.at = self.output[self.at:self.at + size], self.at + size
        return text.decode()

    def one(self):
        count, skipped, refused = map(int, self.line().split())
        assert not refused
        return {self.text(): self.text() for _ in range(count)}, skipped


texts = [generated() for _ in range(TEXTS)]
frames = b"".join(b"%d\n%s" % (len(text.encode()), text.encode()) for text in texts)
run = subprocess.run([sys.argv[1], "dotenv"], input=frames, stdout=subprocess.PIPE, check=True)
answers = Answers(run.stdout)
different = values = skipped = 0
for text in texts:
    ours, theirs = answers.one(), python(text)
    values += len(theirs[0])
    skipped += theirs[1]
    if ours != theirs:
        different += 1
        if different < 10:
            print(repr(text), "python-dotenv:", theirs, "here:", ours, sep="\n  ")
print(f"{TEXTS} texts, {values} values, {skipped} lines skipped, {different} different")
assert values > TEXTS / 2 and skipped > TEXTS / 4, "the texts say too little"
sys.exit(different > 0)
