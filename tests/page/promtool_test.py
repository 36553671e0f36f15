#!/usr/bin/python3
"""Claims: the metrics are what Prometheus calls well made; each alert fires for its cause and no
other; a real Prometheus scrapes them; the dashboard asks only for metrics that exist."""

import http.server
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse
import urllib.request

RENDER, PACKAGING = sys.argv[1], pathlib.Path(sys.argv[2])
RULES = PACKAGING / "prometheus" / "mdh-credentials.rules.yml"
HERE = pathlib.Path(__file__).resolve().parent


def metrics(state):
    return subprocess.run([RENDER, "metrics", state], check=True, stdout=subprocess.PIPE).stdout


def promtool(*arguments, **more):
    return subprocess.run(["promtool", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more)


class Scraped(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = metrics("troubled")
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class PromtoolTest(unittest.TestCase):
    def test_metrics_are_well_made(self):
        for state in ("healthy", "troubled"):
            done = promtool("check", "metrics", input=metrics(state))
            self.assertEqual((done.returncode, done.stdout.decode()), (0, ""))

    def test_rules_are_well_made(self):
        done = promtool("check", "rules", str(RULES))
        self.assertEqual(done.returncode, 0, done.stdout.decode())

    def test_alerts_fire_for_their_causes(self):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(RULES, folder)
            shutil.copy(HERE / "rules_test.yml", folder)
            done = promtool("test", "rules", "rules_test.yml", cwd=folder)
            self.assertEqual(done.returncode, 0, done.stdout.decode())

    def test_rules_and_dashboard_ask_for_metrics_that_exist(self):
        known = set(re.findall(r"^# TYPE (\S+)", metrics("troubled").decode(), re.M))
        board = (PACKAGING / "grafana" / "mdh-credentials.json").read_text()
        json.loads(board)
        for text in (RULES.read_text(), board):
            for name in re.findall(r"mdh_credentials_\w+|process_\w+", text):
                self.assertIn(re.sub(r"_(bucket|sum|count)$", "", name), known)

    def test_a_real_prometheus_scrapes_them(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Scraped)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.shutdown)
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "p.yml").write_text(
                "scrape_configs: [{job_name: mdh-credentials, scrape_interval: 1s, "
                f"static_configs: [{{targets: ['127.0.0.1:{server.server_address[1]}']}}]}}]\n"
                f"rule_files: ['{RULES}']\n")
            with open(folder / "log", "wb") as log:
                prometheus = subprocess.Popen(
                    ["prometheus", f"--config.file={folder}/p.yml", f"--storage.tsdb.path={folder}/data",
                     "--web.listen-address=127.0.0.1:0"], stdout=log, stderr=log)
            try:
                self.assertEqual(self.query(folder / "log", "mdh_credentials_build_info"), "1")
                self.assertEqual(self.query(folder / "log", 'mdh_credentials_expiry_timestamp_seconds'
                                            '{profile="mdh-lab"}'), "1795523650")
            finally:
                prometheus.terminate()
                prometheus.wait(20)

    def query(self, log, expression):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        for _ in range(150):
            time.sleep(0.2)
            place = re.search(r"[Ll]istening on.*?address=(127\.0\.0\.1:\d+)", log.read_text(errors="replace"))
            if not place or place.group(1).endswith(":0"):
                continue
            url = f"http://{place.group(1)}/api/v1/query?query=" + urllib.parse.quote(expression)
            try:
                found = json.load(opener.open(url, timeout=5))["data"]["result"]
            except OSError:
                continue
            if found:
                return found[0]["value"][1]
        self.fail(f"never scraped {expression}:\n{log.read_text(errors='replace')[-2000:]}")


if __name__ == "__main__":
    if shutil.which("promtool") is None:
        print("skipped: no promtool (Debian package prometheus)")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1], verbosity=2)
