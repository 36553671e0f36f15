"""The daemon at rest with credentials of an hour: memory beside a Python that has imported boto3 (what a notebook
spends on the same), and wake-ups in thirty seconds beside a loop that looks once a second."""

import subprocess
import sys
import time

import bench

SECONDS = 30
LOOP = "import time\nwhile True: time.sleep(1)"
NOTEBOOK = "import boto3, jwt, sys, time; boto3.Session(); print(flush=True); time.sleep(600)"


def main():
    with bench.emulated("--projects", "2") as (emulator, place), bench.served(
            place, "--config", emulator.ready["config"]) as daemon:
        daemon.ready("mdh-lab", "mdh-lab-2")
        with subprocess.Popen([sys.executable, "-c", LOOP]) as loop, subprocess.Popen(
                [sys.executable, "-c", NOTEBOOK], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as notebook:
            notebook.stdout.readline()
            time.sleep(3)
            before = {process.pid: bench.wake_ups(process.pid) for process in (daemon, loop)}
            time.sleep(SECONDS)
            wakes = {pid: bench.wake_ups(pid) - count for pid, count in before.items()}
            ours, theirs = bench.memory(daemon.pid), bench.memory(notebook.pid)
            for process in (loop, notebook):
                process.kill()
    for at, kind in enumerate(("resident", "anonymous")):
        bench.row(f"{kind} memory at rest", f"{ours[at] / 1024:.1f} MiB",
                  f"{theirs[at] / 1024:.1f} MiB, Python with boto3", ours[at] / theirs[at])
    bench.row(f"wake-ups in {SECONDS} idle seconds", wakes[daemon.pid],
              f"{wakes[loop.pid]}, a look each second", wakes[daemon.pid] / max(1, wakes[loop.pid]))


if __name__ == "__main__":
    main()
