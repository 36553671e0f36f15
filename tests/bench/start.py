"""From the start of the program to the first credentials, beside a curl that makes the same two round trips to the
same emulator, whose answers are fixed so that it costs both the same."""

import http.client
import socket
import statistics
import subprocess
import time

import bench
import harness

ROUNDS = 15


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def serve(place, emulator):
    """serve() is the seconds to the first set in an answer, by a client that tries every millisecond."""
    port = free_port()
    began = time.perf_counter()
    daemon = subprocess.Popen([harness.PROGRAM, "serve", *place.folders(), "--no-profile-file", "--config",
                               emulator.ready["config"], "--listen", f"127.0.0.1:{port}"], env=place.environment,
                              stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while time.perf_counter() < began + 10:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            try:
                token = (place.state / "authorization-token").read_text()
                connection.request("GET", "/credentials/mdh-lab", headers={"Authorization": token})
                reply = connection.getresponse()
                reply.read()
                if reply.status == 200:
                    return time.perf_counter() - began
            except OSError:
                pass
            finally:
                connection.close()
            time.sleep(0.001)
        raise AssertionError("no credentials within 10 s")
    finally:
        daemon.terminate()
        daemon.wait()


def timed(command, place):
    began = time.perf_counter()
    subprocess.run(command, env=place.environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began


def main():
    with bench.emulated() as (emulator, place):
        emulator.fault(stage="token", action="status", status=200, body=bench.TOKEN)
        emulator.fault(stage="exchange", action="status", status=200, body=bench.SET)
        post = ["-s", "-o", "/dev/null", "-X", "POST"]
        curl = ["curl", *post, emulator.ready["token_url"], "--next", *post, emulator.ready["explorer_url"], "-H",
                "ProjectCode: " + emulator.accounts[0]["projects"][0]["project_code"]]
        once = [harness.PROGRAM, "once", *place.folders(), "--no-profile-file", "--config", emulator.ready["config"]]
        serve(place, emulator)
        taken = {"curl": [], "serve": [], "once": []}
        for _ in range(ROUNDS):
            taken["curl"].append(timed(curl, place))
            taken["serve"].append(serve(place, emulator))
            taken["once"].append(timed(once, place))
    middle = {name: statistics.median(times) for name, times in taken.items()}
    for verb, what in (("serve", "`serve`: start to the first credentials served"), ("once", "`once`, start to end")):
        bench.row(what, f"{middle[verb] * 1e3:.1f} ms", f"{middle['curl'] * 1e3:.1f} ms, curl's two round trips",
                  middle[verb] / middle["curl"])


if __name__ == "__main__":
    main()
