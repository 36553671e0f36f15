"""The endpoint's speed beside nginx serving the same bytes, interleaved in one run, as ratios; its memory with 1,000
connections; callgrind's instructions per request. Figures of a shared machine move: the ratios are what to trust.

    MDH_CREDENTIALS=…/mdh-credentials tests/bench/endpoint.py [--seconds 3] [--rounds 3] [--callgrind]

Needs wrk, nginx, and for --callgrind valgrind."""

import argparse
import http.client
import pathlib
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import harness  # noqa: E402

NGINX = """daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 4096; multi_accept on; }}
http {{ access_log off; sendfile on; tcp_nodelay on; open_file_cache max=16; keepalive_requests 1000000000;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s; default_type application/json; server_tokens off;
  server {{ listen 127.0.0.1:{port} backlog=1024; root {folder}/www;
    add_header Cache-Control no-store; add_header X-Content-Type-Options nosniff; }} }}"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Nginx:
    def __init__(self, folder, body):
        self.port = free_port()
        (folder / "www" / "credentials").mkdir(parents=True)
        (folder / "www" / "credentials" / "mdh-lab").write_text(body)
        folder.chmod(0o755)
        (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=self.port))
        self.process = subprocess.Popen(["/usr/sbin/nginx", "-p", folder, "-c", folder / "nginx.conf"],
                                        stderr=subprocess.DEVNULL)
        harness.until(lambda: self.answers(), 10, "nginx")

    def answers(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self):
        self.process.terminate()
        self.process.wait()


def load(url, token, connections, seconds, close):
    """load() is (requests a second, p50 ms, p99 ms) by wrk."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-H", f"Authorization: {token}"]
    if close:
        command += ["-H", "Connection: close"]
    text = subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in text:
        raise SystemExit(f"not all answers were 200:\n{text}")

    def milliseconds(share):
        number, unit = re.search(rf"{share}%\s+([\d.]+)(us|ms|s)", text).groups()
        return float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]
    return float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]), milliseconds(50), milliseconds(99)


def resident(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return {key: int(re.search(rf"{key}:\s+(\d+)", text)[1]) for key in ("VmRSS", "RssAnon", "RssFile")}


def compare(daemon, nginx, options):
    token = daemon.token
    print(f"{'':30}{'daemon':>28}{'nginx':>28}   ratio   p99 ratio")
    for title, connections, close in (("1 keep-alive", 1, False), ("64 keep-alive", 64, False),
                                      ("256 keep-alive", 256, False), ("64, one request each", 64, True)):
        runs = {"daemon": [], "nginx": []}
        for _ in range(options.rounds):
            for name, base in (("daemon", daemon.url), ("nginx", f"http://127.0.0.1:{nginx.port}")):
                runs[name].append(load(base + "/credentials/mdh-lab", token, connections, options.seconds, close))
        ours, theirs = ([statistics.median(column) for column in zip(*runs[name])] for name in ("daemon", "nginx"))
        figures = "".join(f"{r:>10.0f}/s {p50:6.2f} {p99:6.2f} ms" for r, p50, p99 in (ours, theirs))
        print(f"{title:30}{figures}   {ours[0] / theirs[0]:5.2f}   {ours[2] / theirs[2]:5.2f}", flush=True)


def hold_connections(daemon, count):
    address = daemon.url.removeprefix("http://").split(":")
    held = []
    for _ in range(count):
        connection = http.client.HTTPConnection(address[0], int(address[1]))
        connection.request("GET", "/credentials/mdh-lab", headers={"Authorization": daemon.token})
        reply = connection.getresponse()
        reply.read()
        held.append(connection)
    figures = resident(daemon.pid)
    print(f"{count} connections held: " + ", ".join(f"{key} {value} KiB" for key, value in figures.items()))
    for connection in held:
        connection.close()


def instructions(case, requests, imds=False):
    """instructions() are callgrind's between two runs that differ by `requests` requests for a container document, or
    for the same by IMDS."""
    counts = []
    for number in (0, requests):
        out = case.place.folder / f"callgrind.{number}"
        process = subprocess.Popen(["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", harness.PROGRAM, "serve",
                                    *case.place.folders(), "--config", case.emulator.ready["config"], "--listen",
                                    "127.0.0.1:0"], env=case.place.environment, stderr=subprocess.DEVNULL)
        daemon = harness.Daemon.__new__(harness.Daemon)
        daemon.place, daemon.process, daemon.log_path = case.place, process, case.place.folder / "none"
        daemon.log_path.touch()
        harness.until(lambda: case.place.runtime.joinpath("socket").exists(), 60, "the socket")
        daemon.ready("mdh-lab")
        address = daemon.url.removeprefix("http://").split(":")
        connection = http.client.HTTPConnection(address[0], int(address[1]))
        path, fields = "/credentials/mdh-lab", {"Authorization": daemon.token}
        if imds:
            connection.request("PUT", "/latest/api/token", headers={"X-aws-ec2-metadata-token-ttl-seconds": "21600"})
            fields = {"X-aws-ec2-metadata-token": connection.getresponse().read().decode()}
            path = "/latest/meta-data/iam/security-credentials/mdh-lab"
        for _ in range(number):
            connection.request("GET", path, headers=fields)
            if connection.getresponse().read()[:1] != b"{":
                raise SystemExit("no document")
        process.terminate()
        process.wait()
        counts.append(int(re.search(r"^totals: (\d+)", out.read_text(), re.M)[1]))
    return (counts[1] - counts[0]) / requests


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--callgrind", action="store_true")
    options = parser.parse_args()
    harness.Case.setUpClass()
    case = harness.Case()
    case.place, case.daemons, case.outputs = harness.Place(), [], []
    try:
        daemon = case.serve()
        daemon.ready()
        body = daemon.credentials().text
        with tempfile.TemporaryDirectory() as folder:
            nginx = Nginx(pathlib.Path(folder), body)
            try:
                compare(daemon, nginx, options)
            finally:
                nginx.stop()
        hold_connections(daemon, 1000)
        case.end_daemons()
        if options.callgrind:
            container, imds = instructions(case, 2000), instructions(case, 2000, imds=True)
            print(f"callgrind: {container:.0f} instructions a request, {imds:.0f} by IMDS, {imds / container:.2f} times")
    finally:
        case.end_daemons()
        case.place.remove()
        harness.Case.tearDownClass()


if __name__ == "__main__":
    main()
