"""Starts the emulator as a child and speaks to its control listener; for every test that needs an upstream."""

import json
import pathlib
import subprocess
import sys
import tempfile
import urllib.request

PROGRAM = pathlib.Path(__file__).resolve().parent / "emulator.py"


class RunningEmulator:
    """A child process with its own folder. It ends with stop(), and by itself when this process dies: its standard
    input ends then."""

    def __init__(self, *arguments):
        self._folder = tempfile.TemporaryDirectory(prefix="mdh-emulator-")
        self.process = subprocess.Popen(
            [sys.executable, str(PROGRAM), "--directory", self._folder.name, "--exit-on-eof", *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the emulator ended with {self.process.wait()}")
        self.ready = json.loads(line)
        self.directory = pathlib.Path(self.ready["directory"])
        self.accounts = self.ready["accounts"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self._folder.cleanup()

    def control(self, name, document=None, method=None):
        """control() reads /_control/NAME, or posts `document` there."""
        body = None if document is None else json.dumps(document).encode()
        request = urllib.request.Request(f"{self.ready['control_url']}/{name}", data=body,
                                         method=method or ("GET" if body is None else "POST"))
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=10) as reply:
            return json.load(reply)

    def fault(self, **fault):
        return self.control("faults", fault)["id"]

    def clear_faults(self):
        self.control("faults", method="DELETE")

    def settings(self, **settings):
        self.control("settings", settings)

    def counters(self):
        return self.control("counters")

    def issued(self, profile=None):
        return [item for item in self.control("issued") if profile in (None, item["profile"])]
