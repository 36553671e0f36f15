"""What the cases share: one machine, the package installed in it, an emulated upstream."""

import json
import pathlib
import subprocess
import tempfile
import time
import unittest

import machine
import upstream

UNIT = "mdh-credentials.service"
CONFIG = "/etc/mdh-credentials/config.json"
DROP_IN = f"/etc/systemd/system/{UNIT}.d"
TOKEN = "/var/lib/mdh-credentials/authorization-token"


class Site:
    """The machine that all cases share, and what they measured in it."""

    def __init__(self, build, fresh):
        self._folder = tempfile.TemporaryDirectory(prefix="mdh-packages-")
        self._build = build
        self.package = self.make_package(1)
        self.successor = self.make_package(2)
        lower = "/"
        if fresh:
            lower = machine.with_downloads(machine.fresh_root(), self.package, self._folder.name)
        self.machine = machine.Machine(lower)
        self.upstream = upstream.Upstream(self.machine)
        self.times = {"boot": self.machine.boot_seconds}
        self.hostile = pathlib.Path(build) / "tests" / "bench" / "hostile"
        self.flood_seconds = 0

    def make_package(self, release, kind="DEB", suffix="DEBIAN"):
        folder = pathlib.Path(self._folder.name) / f"{kind}{release}"
        subprocess.run(["cpack", "-G", kind, "--config", f"{self._build}/CPackConfig.cmake", "-B", str(folder),
                        "-D", f"CPACK_{suffix}_PACKAGE_RELEASE={release}"], check=True, capture_output=True)
        return next(folder.glob(f"*.{kind.lower()}"))

    def bring(self, package):
        """bring() is the package's path inside the machine, once it is there."""
        inside = f"/run/{package.name}"
        with open(package, "rb") as source:
            subprocess.run(self.machine.command(f"cat > {inside}"), stdin=source, check=True)
        return inside

    def install(self, package):
        """install() is what apt prints while it installs a package into the machine, without a network."""
        return self.machine.run(f"DEBIAN_FRONTEND=noninteractive apt-get -y install {self.bring(package)} 2>&1")

    def close(self):
        self.upstream.stop()
        self.machine.stop()
        self._folder.cleanup()


class Case(unittest.TestCase):
    """Every case begins with the system unit stopped, one good key and configuration, a fair upstream."""

    site = None

    def setUp(self):
        self.machine, self.upstream = self.site.machine, self.site.upstream
        self.upstream.control("reset")
        self.machine.run("systemctl stop mdh-credentials.socket mdh-credentials-wait.service mdh-credentials.service;"
                         f"systemctl reset-failed; rm -rf {DROP_IN} /etc/systemd/system/job.service;"
                         "systemctl daemon-reload", check=False)
        self.machine.write("/etc/mdh-credentials/keys/lab.pem", self.upstream.key, "0600")
        self.configure()
        self._cursor = self.machine.run("journalctl -n 1 --show-cursor | sed -n 's/^-- cursor: //p'").strip()

    def configure(self, **more):
        self.machine.write(CONFIG, self.upstream.configuration("credential:key_lab.pem", **more))

    def start(self):
        started = time.monotonic()
        self.machine.run(f"systemctl start {UNIT}")
        return time.monotonic() - started

    def drop_in(self, text):
        self.machine.write(f"{DROP_IN}/test.conf", text)
        self.machine.run("systemctl daemon-reload")

    def credentials(self, profile=None):
        """credentials() is what root gets from the endpoint, or None."""
        answer = self.machine.run(
            f"{{ printf 'Authorization: '; cat {TOKEN}; }} | curl -sS -f -m 10 -H @- "
            f"http://127.0.0.1:6340/credentials/{profile or self.upstream.profile}", check=False)
        return json.loads(answer) if answer else None

    def foreign_status(self, token):
        """foreign_status() is the answer to another user who has somehow come by the token."""
        return self.machine.run(
            f"runuser -u nobody -- curl -s -o /dev/null -w '%{{http_code}}' -H 'Authorization: {token}'"
            f" http://127.0.0.1:6340/credentials/{self.upstream.profile}")

    def main_pid(self, unit=UNIT):
        return int(self.machine.property(unit, "MainPID"))

    def journal(self, **fields):
        """journal() is what the journal got since the case began, of entries with these fields. Matched here, because
        journalctl 252 loses the first match after a cursor."""
        lines = self.machine.run(f"journalctl --sync; journalctl --after-cursor='{self._cursor}' -o json --no-pager")
        entries = [json.loads(line) for line in lines.splitlines()]
        return [entry for entry in entries if fields.items() <= entry.items()]
