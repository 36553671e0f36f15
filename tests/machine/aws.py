"""AWS inside a machine's network, as far as a signature goes (tests/clients/aws_stand_in.py): prints its URL and answers
until its standard input ends. Argument: the URL of the emulator's control listener."""

import json
import pathlib
import sys
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "clients"))
import aws_stand_in  # noqa: E402


def issued():
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{sys.argv[1]}/issued", timeout=60) as reply:
        return json.load(reply)


if __name__ == "__main__":
    stand_in = aws_stand_in.StandIn(issued)
    print(stand_in.url, flush=True)
    sys.stdin.read()
