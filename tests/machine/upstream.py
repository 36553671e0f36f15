"""The emulated MyDataHelps inside a machine's network, and the configuration that points to it."""

import json
import pathlib
import subprocess
import tempfile

EMULATOR = pathlib.Path(__file__).resolve().parent.parent / "emulator" / "emulator.py"


class Upstream:
    def __init__(self, machine):
        self._network = ["nsenter", "-t", str(machine.pid), "-n"]
        self._folder = tempfile.TemporaryDirectory(prefix="mdh-upstream-")
        self._process = subprocess.Popen(
            [*self._network, "/usr/bin/python3", "-B", str(EMULATOR), "--directory", self._folder.name,
             "--exit-on-eof"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.ready = json.loads(self._process.stdout.readline())
        account = self.ready["accounts"][0]
        self.key = pathlib.Path(account["pkcs1"]).read_text()
        self.profile = account["projects"][0]["profile"]

    def stop(self):
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()
        self._folder.cleanup()

    def control(self, name, document=None):
        """control() posts a wish to the emulator's control listener, from inside the machine's network."""
        subprocess.run([*self._network, "curl", "-fsS", "--noproxy", "*", "-d", json.dumps(document or {}),
                        f"{self.ready['control_url']}/{name}"], check=True, capture_output=True)

    def configuration(self, private_key, profiles=None, **more):
        """configuration() is a config.json with the first account's project under each of `profiles`."""
        account = self.ready["accounts"][0]
        project = {"project_code": account["projects"][0]["project_code"],
                   "exchange_url": self.ready["explorer_url"]}
        return json.dumps({"accounts": [{
            "service_account": account["service_account"],
            "private_key": private_key,
            "token_url": self.ready["token_url"],
            "projects": [{"profile": profile, **project} for profile in profiles or [self.profile]],
        }], **more})
