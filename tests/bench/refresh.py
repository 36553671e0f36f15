"""The daemon's own processor time for one exchange (key read and parsed, assertion signed, token and credentials
fetched), beside the bare RSA-2048 signature that it contains (`openssl speed` in the same run)."""

import re
import subprocess
import time

import bench
import harness

SECONDS = 12


def signature():
    """signature() is the processor seconds of one RSA-2048 signature."""
    done = subprocess.run(["openssl", "speed", "-mr", "-seconds", "2", "rsa2048"], capture_output=True, text=True,
                          check=True)
    return 1 / float(re.search(r"^\+F2:\d+:2048:([0-9.]+)", done.stdout, re.MULTILINE).group(1))


def exchange(kind, *arguments):
    """exchange() is (processor seconds of one exchange, how many). Credentials of 20 s are due after some five; an
    access token of 30 s is within its margin at once, so that each exchange signs anew."""
    settings = {"credentials_life_seconds": 20, "access_token_life_seconds": 30}
    with bench.emulated("--accounts", "16", **settings) as (emulator, place):
        extra = [emulator.ready["tls"]["ca_file"] if a == "CA" else a for a in arguments]
        with bench.served(place, "--no-profile-file", "--config", emulator.ready[kind], *extra) as daemon:
            harness.until(lambda: emulator.counters().get("exchange:200", 0) > 20, 20, "exchanges")
            counted = {stage: -emulator.counters()[stage] for stage in ("token:200", "exchange:200")}
            used = -bench.processor_seconds(daemon.pid)
            time.sleep(SECONDS)
            used += bench.processor_seconds(daemon.pid)
            for stage in counted:
                counted[stage] += emulator.counters()[stage]
    return used / counted["exchange:200"], counted


def main():
    yardstick = min(signature() for _ in range(2))
    for name, case in {"plain loopback": ["config"], "TLS": ["tls_config", "--ca-file", "CA"]}.items():
        ours, counted = exchange(*case)
        bench.row(f"processor time of one exchange, {name} ({counted['exchange:200']} exchanges, "
                  f"{counted['token:200']} signatures)", f"{ours * 1e3:.2f} ms",
                  f"{yardstick * 1e3:.2f} ms, a bare RSA-2048 signature", ours / yardstick)


if __name__ == "__main__":
    main()
