"""Agents that hold RSA keys for a test, each in a folder of its own and ended by its own handle: OpenSSH's, GnuPG's,
OpenSSH's over a PKCS#11 token (SoftHSM, or a software TPM), and one in front of another that hangs, dies or refuses on
demand."""

import os
import pathlib
import re
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time

SOFTHSM = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "1234"


def lines_of(*command, environment, given=None):
    """lines_of() is a command's output; a failure raises with all it said."""
    done = subprocess.run(command, env=environment, input=given, text=True, capture_output=True, timeout=240,
                          start_new_session=True)
    if done.returncode != 0:
        raise AssertionError(f"{command}\nended with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout


def rest(condition, what):
    deadline = time.monotonic() + 60
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not happen within 60 s")
        time.sleep(0.02)


class Agent:
    """OpenSSH's ssh-agent at `socket`, a child of this process."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mdh-agent-"))
        self.socket = str(self.folder / "socket")
        self.environment = {"HOME": str(self.folder), "PATH": "/usr/bin:/bin:/usr/sbin", "LANG": "C.UTF-8",
                            "SSH_AUTH_SOCK": self.socket}
        self.process = None
        self.start()

    def start(self):
        self.process = subprocess.Popen(["ssh-agent", "-D", "-P", "/usr/lib/*", "-a", self.socket],
                                        env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        start_new_session=True)
        rest(self.answers, "the agent's start")

    def answers(self):
        with socket.socket(socket.AF_UNIX) as one:
            return one.connect_ex(self.socket) == 0

    def kill(self):
        """kill() ends the agent, its keys and its socket with it."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        pathlib.Path(self.socket).unlink(missing_ok=True)

    def stop(self):
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def add(self, key):
        """add() takes a PEM's key in; the answer is its fingerprint."""
        lines_of("ssh-add", str(key), environment=self.environment)
        return self.fingerprints()[-1]

    def remove_all(self):
        lines_of("ssh-add", "-D", environment=self.environment)

    def fingerprints(self):
        """fingerprints() is SHA256:... of each key that the agent lists."""
        done = subprocess.run(["ssh-add", "-l"], env=self.environment, capture_output=True, text=True)
        return re.findall(r"SHA256:\S+", done.stdout)

    def asked(self, answer):
        """asked() is the environment in which ssh-add gets `answer` whatever it asks."""
        script = self.folder / "ask"
        script.write_text(f"#!/bin/sh\necho {answer}\n")
        script.chmod(0o700)
        return {**self.environment, "SSH_ASKPASS": str(script), "SSH_ASKPASS_REQUIRE": "force"}

    def lock(self):
        lines_of("ssh-add", "-x", environment=self.asked("lock"))

    def unlock(self):
        lines_of("ssh-add", "-X", environment=self.asked("lock"))

    def add_token(self, module):
        """add_token() offers the keys of a PKCS#11 token; the answer is the fingerprints."""
        lines_of("ssh-add", "-s", module, environment=self.asked(PIN))
        return self.fingerprints()

    def kill_helper(self):
        """kill_helper() ends ssh-pkcs11-helper, the agent's child."""
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for child in children:
            os.kill(int(child), signal.SIGKILL)
        return len(children)


class SoftHsmAgent(Agent):
    """ssh-agent over SoftHSM's token, into which a key was imported."""

    @staticmethod
    def possible():
        return shutil.which("softhsm2-util") is not None

    def start(self):
        config = self.folder / "softhsm2.conf"
        (self.folder / "tokens").mkdir(exist_ok=True)
        config.write_text(f"directories.tokendir = {self.folder}/tokens\nobjectstore.backend = file\n")
        self.environment["SOFTHSM2_CONF"] = str(config)
        super().start()

    def add(self, key):
        pkcs8 = self.folder / "key8.pem"
        lines_of("openssl", "pkcs8", "-topk8", "-nocrypt", "-in", str(key), "-out", str(pkcs8),
                 environment=self.environment)
        lines_of("softhsm2-util", "--init-token", "--free", "--label", "mdh", "--pin", PIN, "--so-pin", "5678",
                 environment=self.environment)
        lines_of("softhsm2-util", "--import", str(pkcs8), "--token", "mdh", "--label", "lab", "--id", "01", "--pin", PIN,
                 environment=self.environment)
        pkcs8.unlink()
        return self.add_token(os.path.realpath(SOFTHSM))[0]


class TpmAgent(Agent):
    """ssh-agent over tpm2-pkcs11 over a software TPM."""

    MODULES = "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"

    @classmethod
    def module(cls):
        return next((str(found) for folder in cls.MODULES
                     for found in pathlib.Path(folder).glob("libtpm2_pkcs11.so.1")), None)

    @classmethod
    def possible(cls):
        return all(map(shutil.which, ("swtpm", "tpm2_ptool", "tpm2-abrmd"))) and cls.module() is not None

    def start(self):
        """start() stands a resource manager before the TPM, as the kernel's /dev/tpmrm0 is."""
        state, server, bus = self.folder / "tpm", self.folder / "tpm.socket", self.folder / "bus"
        for folder in (state, self.folder / "store"):
            folder.mkdir(exist_ok=True)
        self.environment |= {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={bus}", "TPM2_PKCS11_LOG_LEVEL": "0",
                             "TPM2_PKCS11_TCTI": "tabrmd:bus_type=session", "TPM2TOOLS_TCTI": "tabrmd:bus_type=session",
                             "TPM2_PKCS11_STORE": str(self.folder / "store")}
        self.below = []
        self.child("swtpm", "socket", "--tpm2", "--tpmstate", f"dir={state}", "--ctrl",
                   f"type=unixio,path={server}.ctrl", "--server", f"type=unixio,path={server}", "--flags",
                   "not-need-init,startup-clear")
        self.child("dbus-daemon", "--session", "--nofork", f"--address=unix:path={bus}")
        rest(lambda: server.exists() and bus.exists(), "swtpm's and the bus's start")
        self.child("tpm2-abrmd", "--session", "--allow-root", f"--tcti=swtpm:path={server}")
        rest(lambda: subprocess.run(["tpm2_getrandom", "--hex", "4"], env=self.environment,
                                    capture_output=True).returncode == 0, "the resource manager's start")
        super().start()

    def child(self, *command):
        self.below.append(subprocess.Popen(command, env=self.environment, stdin=subprocess.DEVNULL,
                                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                           start_new_session=True))

    def add(self, key):
        """add() wraps the key for this TPM, which then holds it."""
        return self.token_with("import", "--label=mdh", "--key-label=lab", f"--userpin={PIN}", f"--privkey={key}",
                               "--algorithm=rsa")

    def born(self):
        """born() makes a key in the TPM, which was never anywhere else."""
        return self.token_with("addkey", "--algorithm=rsa2048", "--label=mdh", f"--userpin={PIN}")

    def token_with(self, *key):
        for words in (["init"], ["addtoken", "--pid=1", "--label=mdh", "--sopin=5678", f"--userpin={PIN}"], key):
            lines_of("tpm2_ptool", *words, f"--path={self.folder}/store", environment=self.environment)
        return self.add_token(self.module())[0]

    def stop(self):
        self.kill()
        for child in reversed(self.below):
            child.kill()
            child.wait()
        super().stop()


class GnuPgAgent(Agent):
    """gpg-agent as an ssh-agent, with a pinentry that always knows the passphrase."""

    @staticmethod
    def possible():
        return shutil.which("gpg-agent") is not None

    def start(self):
        home = self.folder / "gnupg"
        home.mkdir(mode=0o700)
        self.environment["GNUPGHOME"] = str(home)
        pinentry = self.folder / "pinentry"
        pinentry.write_text('#!/bin/sh\necho OK\nwhile read line; do\n  case $line in\n    GETPIN*) echo "D secret" ;;\n'
                            "    BYE*) echo OK; exit ;;\n  esac\n  echo OK\ndone\n")
        pinentry.chmod(0o700)
        (home / "gpg-agent.conf").write_text(
            f"enable-ssh-support\ndisable-scdaemon\npinentry-program {pinentry}\nmax-cache-ttl-ssh 34560000\n"
            "default-cache-ttl-ssh 34560000\n")
        self.process = subprocess.Popen(["gpg-agent", "--daemon", "--", "sleep", "3600"],
                                        env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, start_new_session=True)
        self.socket = lines_of("gpgconf", "--list-dirs", "agent-ssh-socket", environment=self.environment).strip()
        self.environment["SSH_AUTH_SOCK"] = self.socket
        rest(self.answers, "gpg-agent's start")

    def kill(self):
        subprocess.run(["gpgconf", "--kill", "gpg-agent"], env=self.environment, capture_output=True)
        super().kill()


class Moody:
    """A socket in front of an agent: it passes everything on, or hangs, breaks off, or refuses to sign (`mood`)."""

    def __init__(self, behind, path):
        self.behind, self.path, self.mood, self.asked = behind, str(path), "honest", 0
        self._open, self._lock = set(), threading.Lock()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(self.path)
        self._listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def set(self, mood):
        """set() changes the mood, ends what hangs, and touches the socket as a restart would."""
        self.mood = mood
        with self._lock:
            for one in self._open:
                one.shutdown(socket.SHUT_RDWR)
        os.utime(self.path)

    def stop(self):
        self.set("dead")
        self._listener.close()
        pathlib.Path(self.path).unlink(missing_ok=True)

    def _accept(self):
        while True:
            try:
                one, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._open.add(one)
            threading.Thread(target=self._serve, args=(one,), daemon=True).start()

    def _serve(self, one):
        try:
            while (request := self._message(one)) is not None:
                self.asked += 1
                if not self._answer(one, request):
                    break
        except OSError:
            pass
        finally:
            with self._lock:
                self._open.discard(one)
            one.close()

    def _answer(self, one, request):
        """_answer() tells whether the conversation goes on."""
        if self.mood == "silent":
            return one.recv(1) != b""
        if self.mood == "dead":
            return False
        if self.mood == "refusing" and request[0] == 13:
            one.sendall(struct.pack(">I", 1) + b"\x05")
            return True
        with socket.socket(socket.AF_UNIX) as agent:
            agent.connect(self.behind)
            agent.sendall(struct.pack(">I", len(request)) + request)
            reply = self._message(agent)
        one.sendall(struct.pack(">I", len(reply)) + reply)
        return True

    @staticmethod
    def _message(one):
        head = one.recv(4, socket.MSG_WAITALL)
        if len(head) < 4:
            return None
        return one.recv(struct.unpack(">I", head)[0], socket.MSG_WAITALL)
