"""Goal: a real kube-apiserver takes the admission policies of packaging/kubernetes/injection, gives the sidecar to the pods
that are labelled for it and to no others, keeps what they have of their own, and refuses those whose credentials would
outrank the sidecar's.

Takes a folder with kube-apiserver and etcd (tests/packages/apiserver makes it)."""

import json
import pathlib
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

import yaml

BUILT = pathlib.Path(sys.argv[1])
KUBERNETES = pathlib.Path(__file__).resolve().parent.parent.parent / "packaging/kubernetes"
PATHS = {"Pod": "/api/v1/namespaces/default/pods", "ServiceAccount": "/api/v1/namespaces/default/serviceaccounts"}
ADMISSION = "/apis/admissionregistration.k8s.io/v1/"
PATIENCE = 120   # seconds that only a hang reaches


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Cluster:
    """An API server without nodes: what is asked of it is admitted, and stays as it is."""

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="mdh-apiserver-")
        work = pathlib.Path(self._folder.name)
        secure, client, peer = free_ports(3)
        self._url = f"https://127.0.0.1:{secure}"
        subprocess.run(["openssl", "genrsa", "-out", work / "sa.key", "2048"], check=True, capture_output=True)
        (work / "tokens.csv").write_text("admintoken,admin,admin,system:masters\n")
        self._log = open(work / "log", "w+")
        self._processes = [self._start(
            BUILT / "etcd", f"--data-dir={work}/data", f"--listen-client-urls=http://127.0.0.1:{client}",
            f"--advertise-client-urls=http://127.0.0.1:{client}", f"--listen-peer-urls=http://127.0.0.1:{peer}")]
        self._processes.append(self._start(
            BUILT / "kube-apiserver", f"--etcd-servers=http://127.0.0.1:{client}", f"--secure-port={secure}",
            "--bind-address=127.0.0.1", f"--cert-dir={work}/pki", "--service-account-issuer=https://test",
            f"--service-account-key-file={work}/sa.key", f"--service-account-signing-key-file={work}/sa.key",
            f"--token-auth-file={work}/tokens.csv", "--authorization-mode=RBAC", "--service-cluster-ip-range=10.0.0.0/24"))
        self._until(lambda: self.call("GET", "/readyz")[0] == 200, "the API server")
        self.call("POST", PATHS["ServiceAccount"], {"metadata": {"name": "default"}})

    def _start(self, *command):
        return subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log)

    def stop(self):
        for process in reversed(self._processes):
            process.terminate()
            process.wait(60)
        self._log.close()
        self._folder.cleanup()

    def _until(self, question, what):
        deadline = time.monotonic() + PATIENCE
        while not question():
            if time.monotonic() > deadline:
                self._log.seek(0)
                raise AssertionError(f"{what} is not there: {self._log.read()[-3000:]}")
            time.sleep(0.2)

    def call(self, method, path, document=None):
        """call() is the status and the answer; status 0: nobody answers yet."""
        request = urllib.request.Request(
            self._url + path, json.dumps(document).encode() if document else None, method=method,
            headers={"Authorization": "Bearer admintoken", "Content-Type": "application/json"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}),
                                             urllib.request.HTTPSHandler(context=ssl._create_unverified_context()))
        try:
            with opener.open(request, timeout=60) as reply:
                text = reply.read().decode()
                return reply.status, json.loads(text) if text.startswith("{") else text
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"{}")
        except OSError:
            return 0, None

    def apply(self, file):
        for document in yaml.safe_load_all((KUBERNETES / file).read_text()):
            kind = document["kind"][0].lower() + document["kind"][1:]
            plural = kind[:-1] + "ies" if kind.endswith("y") else kind + "s"
            status, answer = self.call("POST", ADMISSION + plural.lower(), document)
            if status != 201:
                raise AssertionError(f"{document['kind']}: {status} {answer}")

    def await_policies(self):
        """await_policies() returns once both are in force: they come a moment after they are stored."""
        self._until(lambda: "initContainers" in self.create(pod("probe"))[1].get("spec", {}), "the injection")
        self._until(lambda: self.create(pod("refused", env=[IRSA]))[0] != 201, "the refusal")

    def create(self, document):
        """create() makes a pod that is not kept."""
        return self.call("POST", PATHS["Pod"] + "?dryRun=All", document)


IRSA = {"name": "AWS_WEB_IDENTITY_TOKEN_FILE", "value": "/var/run/secrets/eks.amazonaws.com/serviceaccount/token"}


def pod(name, label="inject", **container):
    first = {"name": "analysis", "image": "client", **container}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"mdh-credentials": label}},
            "spec": {"automountServiceAccountToken": False, "containers": [first, {"name": "other", "image": "client"}]}}


class Injection(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster()
        cls.addClassCleanup(cls.cluster.stop)
        cls.cluster.apply("injection/inject.yaml")
        cls.cluster.apply("injection/refuse.yaml")
        cls.cluster.await_policies()

    def created(self, document):
        status, answer = self.cluster.create(document)
        self.assertEqual(status, 201, answer)
        return answer["spec"]

    def test_gives_the_sidecar_of_the_kustomization(self):
        spec = self.created(pod("whole"))
        sidecar, = spec["initContainers"]
        wanted = yaml.safe_load((KUBERNETES / "sidecar/pod.yaml").read_text())["spec"]["initContainers"][0]
        for key in ("name", "restartPolicy", "env", "volumeMounts"):
            self.assertEqual(sidecar[key], wanted[key])
        for probe in ("startupProbe", "livenessProbe"):
            self.assertEqual(sidecar[probe]["exec"], wanted[probe]["exec"])
        self.assertLessEqual(wanted["securityContext"].items(), sidecar["securityContext"].items())
        self.assertEqual(spec["securityContext"]["fsGroup"], 65532)
        self.assertEqual({volume["name"] for volume in spec["volumes"]},
                         {"mdh-credentials-config", "mdh-credentials-keys", "mdh-credentials-run"})

    def test_every_container_finds_the_endpoint_and_keeps_its_own(self):
        own = {"env": [{"name": "MINE", "value": "1"}], "command": ["sh"], "args": ["-c", "true"]}
        document = pod("own", **own)
        document["spec"]["initContainers"] = [{"name": "fetch", "image": "client"}]
        spec = self.created(document)
        self.assertEqual([one["name"] for one in spec["initContainers"]], ["mdh-credentials", "fetch"])
        for container in spec["containers"]:
            names = [variable["name"] for variable in container["env"]]
            self.assertIn("AWS_CONTAINER_CREDENTIALS_FULL_URI", names)
            self.assertIn("/run/mdh-credentials", [mount["mountPath"] for mount in container["volumeMounts"]])
        self.assertIn(own["env"][0], spec["containers"][0]["env"])
        self.assertEqual(spec["containers"][0]["args"], own["args"])

    def test_other_pods_stay_as_they_are(self):
        spec = self.created(pod("plain", label="none", env=[IRSA]))
        self.assertNotIn("initContainers", spec)

    def test_credentials_that_would_outrank_it_are_refused_by_name(self):
        for label in ("inject", "sidecar"):
            for name in ("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ACCESS_KEY_ID"):
                status, answer = self.cluster.create(pod("outranked", label=label, env=[{"name": name, "value": "x"}]))
                self.assertEqual(status, 422, answer)
                self.assertIn("takes before the credentials of the mdh-credentials sidecar", answer["message"].replace("\n", " "))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])
