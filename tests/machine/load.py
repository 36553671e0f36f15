#!/usr/bin/python3
"""Asks the daemon without pause, a new connection each time, until its standard input ends; then prints, as JSON, what
the answers were and the longest time between two good ones. Runs in the machine's network."""

import collections
import json
import select
import socket
import sys
import time

ADDRESS = ("127.0.0.1", int(sys.argv[1]))


def ask():
    with socket.create_connection(ADDRESS, timeout=10) as connection:
        connection.sendall(b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        return connection.recv(4096).split(b" ", 2)[1].decode()


outcomes, answered, longest = collections.Counter(), time.monotonic(), 0.0
while not select.select([sys.stdin], [], [], 0)[0]:
    try:
        outcome = ask()
    except (OSError, IndexError) as error:
        outcome = type(error).__name__
    now = time.monotonic()
    outcomes[outcome] += 1
    if outcome == "200":
        longest, answered = max(longest, now - answered), now
print(json.dumps({"outcomes": outcomes, "longest_gap_ms": round(longest * 1000, 1)}))
