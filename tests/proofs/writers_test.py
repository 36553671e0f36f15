"""`aws configure set` in a loop beside us (Debian's awscli: its own ConfigFileWriter, which
truncates in place; where it is not installed, a writer with the same steps): no update of either
side is lost."""
import pathlib
import random
import shutil
import tempfile
import threading
import time

try:
    from awscli.customizations.configure.writer import ConfigFileWriter
    WRITER = "awscli's ConfigFileWriter"
except ImportError:
    WRITER = "a truncating writer of our own"

    class ConfigFileWriter:
        def update_config(self, values, path):
            name = values.pop("__section__")
            text = pathlib.Path(path).read_text()
            lines = "".join(f"{key} = {value}\n" for key, value in values.items())
            head, found, rest = text.partition(f"[{name}]\n")
            rest = "".join(line for line in rest.splitlines(True)
                           if line.split(" = ")[0] not in values)
            with open(path, "w") as file:
                file.write(head + (found or f"[{name}]\n") + lines + rest)

from tool import Keeper, generation, parsed, until  # noqa: E402, awscli brings its own botocore

SECONDS = 14
rng = random.Random(11)
folder = pathlib.Path(tempfile.mkdtemp())
path = folder / "credentials"
path.write_text("[other]\nfirst = 0\n")
theirs = []
reports = []
stop = threading.Event()


def configure():
    number = 0
    while not stop.wait(rng.uniform(0.0, 0.25)):
        number += 1
        key, value = f"k{number % 40}", f"v{number}"
        ConfigFileWriter().update_config({"__section__": "other", key: value}, str(path))
        theirs.append((key, value))


def lost():
    """Their updates that are not in the file."""
    last = dict(theirs)
    here = parsed(path)["other"]
    return {key for key, value in last.items() if here.get(key) != value}


with Keeper(path) as keeper:
    beside = threading.Thread(target=configure)
    beside.start()
    ours, seen, slowest = 0, 0, 0.0
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        ours += 1
        keeper.sync(ours)

        def ours_is_there():
            try:
                return generation(path) == ours
            except Exception:
                return False  # theirs is half written
        took = until(ours_is_there)
        if took is None:
            break
        seen, slowest = seen + 1, max(slowest, took)
        time.sleep(rng.uniform(0, 0.1))
    stop.set()
    beside.join()
    while (report := keeper.report(0.1)) is not None:
        reports.append(report)
    assert took is not None, f"our update {ours} never came: {reports[-4:]}"
    assert until(lambda: generation(path) == ours) is not None, "ours was lost at the end"
    time.sleep(0.5)
    missing = lost()
assert generation(path) == ours
shutil.rmtree(folder)
print(f"{WRITER}: {len(theirs)} updates of theirs, lost = {len(missing)}; {seen} of ours, lost = "
      f"{ours - seen}; slowest {slowest:.2f} s")
assert not missing, missing
assert len(theirs) > 30 and ours > 15
