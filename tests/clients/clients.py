"""The AWS clients of the suite: how each is found, started and asked. A living client is one process with one
credential provider, asked over pipes: `get` (the access key that it would sign with) or `call` (a signed
GetCallerIdentity) in, one line of JSON out. A command is a new process for each question."""

import dataclasses
import json
import os
import pathlib
import re
import select
import shutil
import subprocess
import time

CLIENTS = pathlib.Path(__file__).resolve().parent / "programs"
CACHE = pathlib.Path(os.environ.get("MDH_CLIENTS_CACHE") or pathlib.Path(
    os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache", "mdh-credentials-clients"))
NODE_MODULES = CACHE / "node" / "node_modules"
PATIENCE = 120   # seconds before a client is taken to hang


@dataclasses.dataclass
class Client:
    name: str
    command: list
    container: tuple = ()       # how it gets the container form: options of `exec`; None: it cannot
    imds: dict = dataclasses.field(default_factory=dict)    # extra environment for IMDS; None: it cannot
    process: bool = True
    needs: tuple = ()           # files that must be there
    version: str = ""
    answer: str = ""            # a command's answer holds its access key here; "": it is a living client
    drops_path: bool = False    # of the metadata address, so that it gets the root's profile
    holds: bool = False         # keeps a set for minutes after a failed fetch, as IMDS clients may: a new one is asked
    why_not: str = ""           # what the name of this client cannot do, for the table's foot

    def missing(self):
        return [need for need in self.needs if not (shutil.which(need) or os.path.exists(need))]


def debian(package):
    done = subprocess.run(["dpkg-query", "-W", "-f=${Version}", package], capture_output=True, text=True, check=False)
    return done.stdout.split("-")[0].split("+")[0].split(":")[-1] if done.returncode == 0 else "?"


def npm(package):
    try:
        return json.loads((NODE_MODULES / package / "package.json").read_text())["version"]
    except OSError:
        return "?"


def node(name, script, package, **more):
    return Client(name, ["node", str(CLIENTS / script)], needs=("node", str(NODE_MODULES / package)),
                  version=npm(package), **more)


def all_clients(sts_url):
    token_env = ("--token-env",)
    rclone = f":s3,provider=Other,env_auth=true,region=us-east-1,endpoint='{sts_url}':"
    return [
        Client("aws-cli v2", ["/usr/bin/aws", "sts", "get-caller-identity", "--endpoint-url", sts_url, "--query",
                              "UserId", "--output", "text"],
               container=token_env, needs=("/usr/bin/aws",), version=debian("awscli"), answer=r"(ASIA[A-Z0-9]{16})"),
        Client("boto3", ["/usr/bin/python3", "-B", str(CLIENTS / "boto3_client.py")], container=token_env,
               needs=("/usr/lib/python3/dist-packages/boto3",), version=debian("python3-boto3")),
        Client("boto3 RELATIVE_URI", ["/usr/bin/env", "-u", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                                      "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/credentials/mdh-lab",
                                      "/usr/bin/python3", "-B", str(CLIENTS / "boto3_client.py")],
               container=token_env, imds=None, process=False, version=debian("python3-boto3"),
               needs=("/usr/lib/python3/dist-packages/boto3",), why_not="this row is 169.254.170.2 alone"),
        Client("Ruby", ["ruby", str(CLIENTS / "ruby_client.rb")], container=None,
               imds={"AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1"},    # it knows no port but 80
               needs=("ruby", "/usr/share/doc/ruby-aws-sdk-core"), version=debian("ruby-aws-sdk-core"),
               holds=True, why_not="its container form sends no token; after a failed fetch it keeps its set for 5 minutes"),
        Client("rclone", ["rclone", "--config", "/dev/null", "--retries", "1", "--low-level-retries", "1", "lsd",
                          rclone],
               container=token_env, drops_path=True, needs=("rclone",),
               version=debian("rclone"), answer=r"(asia[a-z0-9]{16})"),
        Client("Go v1", [str(CACHE / "go1")], container=token_env, drops_path=True, needs=(str(CACHE / "go1"),),
               version=debian("golang-github-aws-aws-sdk-go-dev")),
        Client("Go v2", [str(CACHE / "go2")], container=token_env, drops_path=True, needs=(str(CACHE / "go2"),),
               version=debian("golang-github-aws-aws-sdk-go-v2-dev")),
        node("JS v3", "js3_client.js", "@aws-sdk/client-sts", drops_path=True),
        node("JS v3 fromHttp", "js3_http_client.js", "@aws-sdk/credential-providers", drops_path=True),
        node("JS v2", "js2_client.js", "aws-sdk"),
        node("CRT", "crt_client.js", "aws-crt", process=False, drops_path=True,
             why_not="its Node binding's default chain runs no credential_process"),
    ]


class Asked:
    """What a client said: its access key or its error, and how long it took."""

    def __init__(self, document, seconds):
        self.key, self.error, self.seconds = document.get("access_key"), document.get("error"), seconds


class Living:
    def __init__(self, command, environment):
        self.process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)

    def ask(self, question):
        start = time.monotonic()
        try:
            self.process.stdin.write(question.encode() + b"\n")
            self.process.stdin.flush()
            line = self._line(start + PATIENCE)
        except OSError as error:
            line = json.dumps({"error": f"died: {error}"}).encode()
        return Asked(json.loads(line), time.monotonic() - start)

    def _line(self, deadline):
        pipe = self.process.stdout
        if not select.select([pipe], [], [], max(0, deadline - time.monotonic()))[0]:
            return json.dumps({"error": "hangs"}).encode()
        line = pipe.readline()
        return line or json.dumps({"error": f"died: {self.process.stderr.read().decode()[-400:]}"}).encode()

    def close(self):
        try:
            self.process.stdin.close()
            self.process.wait(3)
        except (OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()


class Command:
    def __init__(self, command, environment, answer):
        self._command, self._environment, self._answer = command, environment, answer

    def ask(self, _question):
        start = time.monotonic()
        try:
            done = subprocess.run(self._command, env=self._environment, capture_output=True, text=True, check=False,
                                  stdin=subprocess.DEVNULL, timeout=PATIENCE)
            found = re.search(self._answer, done.stdout)
            document = {"access_key": found[1].upper()} if found else {
                "error": (done.stderr or done.stdout or f"exit {done.returncode}").strip()[-400:]}
        except subprocess.TimeoutExpired:
            document = {"error": "hangs"}
        return Asked(document, time.monotonic() - start)

    def close(self):
        pass
