"""botocore's parser and our own read in a loop during thousands of rewrites: none is torn, and no
generation goes back."""
import pathlib
import shutil
import subprocess
import tempfile
import threading
import time

from tool import TOOL, generation

SECONDS = 8
folder = pathlib.Path(tempfile.mkdtemp(dir="/dev/shm"))
path = folder / "credentials"
path.write_text("# mine\n[other]\nregion = x\n")
writer = subprocess.Popen([TOOL, "rewrite", str(path)], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE)
own = subprocess.Popen([TOOL, "read", str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
counts = {"reads": 0, "torn": 0, "back": 0}


def read():
    last = 0
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        try:
            now = generation(path) or 0
        except Exception as error:  # whatever it is, the reader got no credentials
            print(error)
            counts["torn"] += 1
            continue
        counts["reads"] += 1
        counts["back"] += now < last
        last = now


readers = [threading.Thread(target=read) for _ in range(2)]
for reader in readers:
    reader.start()
for reader in readers:
    reader.join()
rewrites = int(writer.communicate()[0])
own_reads, own_torn = map(int, own.communicate()[0].split())
shutil.rmtree(folder)
print(f"{rewrites} rewrites; botocore: {counts['reads']} reads, torn = {counts['torn']}, "
      f"going back = {counts['back']}; own parser: {own_reads} reads, torn = {own_torn}")
assert rewrites > 2000 and counts["reads"] > 200 and own_reads > 1000
assert counts["torn"] == counts["back"] == own_torn == 0
