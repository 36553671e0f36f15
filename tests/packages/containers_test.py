"""Goal: the container's image under a real podman and systemd: as a quadlet and as a pod's native sidecar, a client in
another container signs a call to AWS (a stand-in that verifies signatures), and again after the daemon's restart.

Takes a release folder. Needs root, and a network the first time."""

import argparse
import json
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile
import types
import unittest

import yaml

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "machine"), str(HERE.parent / "clients")]
import engine  # noqa: E402
import kubelet  # noqa: E402
import upstream  # noqa: E402

PACKAGING = HERE.parent.parent / "packaging"
options = argparse.ArgumentParser(description=__doc__)
options.add_argument("release", type=pathlib.Path)
options.add_argument("-k", dest="pattern")
OPTIONS = options.parse_args()
TOKEN = "/run/mdh-credentials/authorization-token"
WHO = ("import sys; sys.path.insert(0, '/boto3'); import boto3; "
       "print(boto3.client('sts', endpoint_url=sys.argv[1]).get_caller_identity()['UserId'])")
# The stand-in runs where the containers' loopback is, and asks the emulator there what was issued.
STAND_IN = """
import json, sys, time, urllib.request
sys.path[:0] = sys.argv[2:]
import aws_stand_in
stand_in = aws_stand_in.StandIn(lambda: json.load(urllib.request.urlopen(sys.argv[1] + "/issued")))
print(stand_in.url, flush=True)
sys.stdin.read()
"""


def setUpModule():
    global MACHINE, UPSTREAM, STS
    folder = tempfile.TemporaryDirectory(prefix="mdh-containers-")
    unittest.addModuleCleanup(folder.cleanup)
    modules = pathlib.Path(folder.name) / "boto3"
    subprocess.run([sys.executable, "-m", "venv", f"{folder.name}/venv"], check=True)
    subprocess.run([f"{folder.name}/venv/bin/pip", "install", "-q", "--target", modules, "boto3"], check=True)
    image, = OPTIONS.release.glob(f"*-{platform.machine()}-image.tar")
    MACHINE = engine.Engine(image, modules)
    unittest.addModuleCleanup(MACHINE.stop)
    # A network namespace that MyDataHelps and AWS share with whoever joins it.
    MACHINE.run("podman run -d --name net --network none localhost/client sleep infinity")
    net = types.SimpleNamespace(pid=MACHINE.namespace("net"))
    UPSTREAM = upstream.Upstream(net)
    unittest.addModuleCleanup(UPSTREAM.stop)
    stand_in = subprocess.Popen(["nsenter", "-t", str(net.pid), "-n", sys.executable, "-B", "-c", STAND_IN,
                                 UPSTREAM.ready["control_url"], str(HERE.parent / "clients"), str(modules)],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    STS = stand_in.stdout.readline().strip()

    unittest.addModuleCleanup(lambda: (stand_in.stdin.close(), stand_in.wait(), stand_in.stdout.close()))


class Case(unittest.TestCase):
    def configuration(self):
        return UPSTREAM.configuration("credential:lab.pem", endpoint={
            "listen": ["127.0.0.1:6340"], "token_file": TOKEN, "token_group": "65532", "allowed_users": ["any"],
            "imds": False})

    def who(self, *where):
        """who() is the access key that a client in another container signs with."""
        return MACHINE.run("podman run --rm --user 1000:1000 --group-add 65532"
                           " --env AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:6340/credentials"
                           f" --env AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE={TOKEN} --env AWS_DEFAULT_REGION=us-east-1"
                           f" {' '.join(where)} localhost/client python3 -c \"{WHO}\" {STS}").strip()

    def issued(self):
        script = f"import urllib.request; print(urllib.request.urlopen('{UPSTREAM.ready['control_url']}/issued').read().decode())"
        return json.loads(MACHINE.run(f'podman exec net python3 -c "{script}"'))


class Image(Case):
    def test_is_small_and_not_roots(self):
        inspected = json.loads(MACHINE.run("podman inspect localhost/mdh-credentials:0.1.0"))[0]
        print(f"image: {inspected['Size']} bytes")
        self.assertLess(inspected["Size"], 20 * 1024 * 1024)
        self.assertEqual(inspected["Config"]["User"], "65532:65532")
        said = MACHINE.run("podman run --rm --read-only --cap-drop all --network none localhost/mdh-credentials:0.1.0 --version")
        self.assertIn("mdh-credentials 0.1.0", said)


class Quadlet(Case):
    def setUp(self):
        folder = "/etc/containers/systemd"
        for name in ("mdh-credentials.container", "mdh-credentials-run.volume"):
            MACHINE.write(f"{folder}/{name}", (PACKAGING / "container" / name).read_text())
        MACHINE.write(f"{folder}/mdh-credentials.container.d/network.conf", "[Container]\nNetwork=container:net\n")
        MACHINE.write("/etc/mdh-credentials/config.json", self.configuration())
        MACHINE.write("/run/lab.pem", UPSTREAM.key, "0600")
        MACHINE.run("podman secret create lab.pem /run/lab.pem && systemctl daemon-reload")
        self.addCleanup(lambda: MACHINE.run("systemctl stop mdh-credentials; podman secret rm lab.pem", check=False))

    def test_serves_a_client_in_another_container_also_after_a_restart(self):
        said = MACHINE.run("systemctl start mdh-credentials 2>&1 || journalctl -u mdh-credentials --no-pager")
        self.assertEqual(said, "")
        where = ("--network container:mdh-credentials", "-v mdh-credentials-run:/run/mdh-credentials:ro")
        self.assertIn(self.who(*where), [one["AccessKeyId"] for one in self.issued()])
        MACHINE.run("systemctl restart mdh-credentials")
        self.assertIn(self.who(*where), [one["AccessKeyId"] for one in self.issued()])
        MACHINE.run("podman healthcheck run mdh-credentials || { podman inspect mdh-credentials | grep -A12 -i health; false; }")


class Sidecar(Case):
    """The pod that the kustomization makes, its analysis another client, played by kubelet.py."""

    def pod(self):
        if not shutil.which("kubectl"):
            self.skipTest("kubectl, which Debian 12 has not, makes the pod of the kustomization")
        made = subprocess.run(["kubectl", "kustomize", PACKAGING / "kubernetes/example"], capture_output=True, text=True, check=True)
        pod = next(one for one in yaml.safe_load_all(made.stdout) if one["kind"] == "Pod")
        pod["spec"]["containers"][0] |= {
            "image": "localhost/client", "command": ["python3", "-u", "-c", WHO + "; import time; time.sleep(10**6)", STS]}
        client = dict(line.split("=", 1) for line in (PACKAGING / "kubernetes/base/client.env").read_text().splitlines()
                      if not line.startswith("#"))
        client["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://127.0.0.1:6340/credentials"
        played = kubelet.Pod(MACHINE, pod, {"mdh-credentials": {"config.json": self.configuration()},
                                            "mdh-credentials-keys": {"lab.pem": UPSTREAM.key},
                                            "mdh-credentials-client": client}, "container:net")
        self.addCleanup(played.stop)
        return played

    def said(self, pod):
        return MACHINE.await_true(lambda: MACHINE.run(f"podman logs {pod.name}-analysis 2>&1").strip(), 60, "an answer")

    def test_serves_the_pods_other_container_and_lives_through_an_outage(self):
        pod = self.pod()
        pod.start()
        self.assertIn(self.said(pod), [one["AccessKeyId"] for one in self.issued()])
        name = f"{pod.name}-mdh-credentials"
        print(f"sidecar: {MACHINE.run(f'podman top {name} rss').split()[-1]} KiB resident")
        UPSTREAM.control("down")
        self.addCleanup(UPSTREAM.control, "reset")
        self.assertEqual(pod.probe(pod.sidecar(), "livenessProbe"), 0)
        MACHINE.run(f"podman kill -s STOP {name}")
        self.addCleanup(MACHINE.run, f"podman kill -s CONT {name}")
        self.assertNotEqual(pod.probe(pod.sidecar(), "livenessProbe"), 0, "a daemon that hangs is not alive")

    def test_the_workloads_patch_is_the_pods_one_level_deeper(self):
        pod, workload = (yaml.safe_load((PACKAGING / "kubernetes/sidecar" / name).read_text())["spec"]
                         for name in ("pod.yaml", "workload.yaml"))
        self.assertEqual(workload["template"]["spec"], pod)


if __name__ == "__main__":
    names = ["-k", OPTIONS.pattern] if OPTIONS.pattern else []
    unittest.main(argv=[sys.argv[0], "-v", *names])
