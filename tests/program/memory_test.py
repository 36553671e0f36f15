"""Claims (mdh-credentials(1), SECURITY): after rotations the daemon's memory holds the current sets and the access
token in use, nothing of the private key, of assertions, of former tokens and sets; it cannot be dumped or traced by
its own user, and leaves no core. Guards against Field bug 9 in its quietest form."""

import os
import pathlib
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import agents  # noqa: E402
import harness  # noqa: E402
import remains  # noqa: E402

NOBODY = 65534
ROTATIONS = 3


@unittest.skipUnless(os.geteuid() == 0, "reading a process that forbids it takes root")
class RemainsTest(harness.Case):
    projects = 2
    profiles = ("mdh-lab", "mdh-lab-2")
    strange = secrets.token_urlsafe(48)

    @classmethod
    def setUpClass(cls):
        """A debugger would read debug information for a minute."""
        super().setUpClass()
        cls.program, cls.folder = harness.PROGRAM, tempfile.TemporaryDirectory(prefix="mdh-stripped-")
        if not harness.SANITIZED:
            harness.PROGRAM = f"{cls.folder.name}/mdh-credentials"
            subprocess.run(["strip", "-g", "-o", harness.PROGRAM, shutil.which(cls.program)], check=True)

    @classmethod
    def tearDownClass(cls):
        harness.PROGRAM = cls.program
        cls.folder.cleanup()
        super().tearDownClass()

    def rotated(self):
        """rotated() is a daemon that has been through several rotations, served them all, and is at rest."""
        self.emulator.settings(credentials_life_seconds=20, access_token_life_seconds=32)
        daemon = self.serve()
        daemon.ready(*self.profiles)
        harness.until(lambda: self.use(daemon) and all(
            len(self.emulator.issued(p)) >= ROTATIONS for p in self.profiles), 60, "rotations")
        self.emulator.settings(credentials_life_seconds=3600, access_token_life_seconds=3600)
        seen = {p: len(self.emulator.issued(p)) for p in self.profiles}
        harness.until(lambda: self.use(daemon) and all(
            len(self.emulator.issued(p)) > seen[p] for p in self.profiles), 60, "the last rotation")
        harness.until(lambda: all(self.emulator.issued(p)[-1]["AccessKeyId"] == self.profile(p)["aws_access_key_id"]
                                  for p in self.profiles), 10, "the file holds the last sets")
        self.use(daemon)
        # The last request of all: what a buffer still held of it nothing would have written over.
        self.assertEqual(daemon.ask("/credentials/mdh-lab", token=self.strange).status, 401)
        time.sleep(1.5)
        return daemon

    def use(self, daemon):
        """use() asks for the sets on both paths, kept and closed connections alike, and by the program itself."""
        for profile in self.profiles:
            daemon.credentials(profile)
        session = daemon.ask("/latest/api/token", "PUT", headers={"X-aws-ec2-metadata-token-ttl-seconds": "60"}).text
        daemon.ask("/latest/meta-data/iam/security-credentials/mdh-lab", headers={"X-aws-ec2-metadata-token": session})
        time.sleep(0.3)
        return True

    def secrets(self):
        """secrets() is what must be gone and what may be there: {name: bytes} each."""
        gone = {"a refused request's token": self.strange.encode()}
        gone |= remains.key_secrets([self.emulator.accounts[0][form] for form in ("pkcs1", "pkcs8")])
        allowed, held = {}, self.emulator.control("secrets")
        for number, assertion in enumerate(held["assertions"]):
            gone[f"assertion {number}'s claims and signature"] = assertion.split(".", 1)[1].encode()
        for number, token in enumerate(held["access_tokens"]):
            last = number == len(held["access_tokens"]) - 1
            (allowed if last else gone)[f"access token {number}"] = token.encode()
        for profile in self.profiles:
            sets = self.emulator.issued(profile)
            for number, one in enumerate(sets):
                where = allowed if number == len(sets) - 1 else gone
                for name in ("SecretAccessKey", "SessionToken"):
                    where[f"{profile} {number} {name}"] = one[name].encode()
        return gone, allowed

    def test_memory_holds_the_current_sets_and_nothing_else(self):
        daemon = self.rotated()
        gone, allowed = self.secrets()
        memory = remains.mappings(daemon.pid)
        present, stale = remains.search(memory, allowed), remains.search(memory, gone)
        size = sum(len(content) for _, content in memory)
        print(f"\n{size >> 10} KiB written, in {len(memory)} places, searched for {len(gone)} secrets that must be "
              f"gone and {len(allowed)} that may be there")
        for kind, found in (("may be there", present), ("MUST BE GONE", stale)):
            for name, (whole, parts, where) in found.items():
                print(f"  {kind}: {name}: {whole} whole, {parts} pieces, {', '.join(where)}")
        core = self.search_core(daemon, gone) if shutil.which("gdb") else {}
        self.assertTrue(present, "the search finds nothing at all: it would miss a leak too")
        if harness.SANITIZED:
            self.skipTest("a sanitizer's allocator keeps freed memory as it was")
        self.assertFalse(sorted(stale) + sorted(core))
        for name, (whole, _, _) in present.items():
            self.assertLessEqual(whole, 3, f"copies of {name}")

    def search_core(self, daemon, gone):
        """search_core() is what a debugger's core still holds of `gone`; it leaves out what is MADV_DONTDUMP."""
        with tempfile.TemporaryDirectory(prefix="mdh-core-") as folder:
            done = subprocess.run(["gdb", "--batch", "-nx", "-iex", "set auto-load off", "-iex",
                                   "set auto-solib-add off", "-p", str(daemon.pid), "-ex",
                                   f"generate-core-file {folder}/core", "-ex", "detach"], text=True,
                                  env={**os.environ, "DEBUGINFOD_URLS": ""}, capture_output=True, timeout=120,
                                  stdin=subprocess.DEVNULL, check=False)
            core = pathlib.Path(folder) / "core"
            self.assertTrue(core.exists(), done.stderr[-500:])
            content = core.read_bytes()
        found = [name for name, secret in gone.items() if secret in content]
        print(f"  a debugger's core: {len(content) >> 10} KiB, {len(found)} of {len(gone)} secrets in it")
        return found


class AgentRemainsTest(RemainsTest):
    """The same with the key in an ssh-agent: no piece of it is ever in the daemon."""

    def serve(self):
        agent = agents.Agent()
        self.addCleanup(agent.stop)
        document = self.config()
        fingerprint = agent.add(self.emulator.accounts[0]["pkcs1"])
        document["accounts"][0] |= {"private_key": f"agent:{fingerprint}", "agent_socket": agent.socket}
        return super().serve(config=self.write_config(document))


class Unprivileged(harness.Daemon):
    """`serve` as nobody: whose process root owns in /proc when it is not dumpable."""

    def __init__(self, place, arguments):
        self.place, self.log_path = place, place.folder / "nobody.log"
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                [str(place.folder / "mdh-credentials"), "serve", *place.folders(), *arguments], env=place.environment,
                user=NOBODY, group=NOBODY, extra_groups=[], stdin=subprocess.DEVNULL, stdout=log, stderr=log)


@unittest.skipUnless(os.geteuid() == 0, "to be another user takes root")
@unittest.skipIf(harness.SANITIZED, "LeakSanitizer needs ptrace, so these builds stay dumpable")
class HygieneTest(harness.Case):
    def unprivileged(self):
        """unprivileged() is a daemon whose core limit was unlimited before it began."""
        document = self.config()
        key = self.place.write("key.pem", pathlib.Path(self.emulator.accounts[0]["pkcs1"]).read_text())
        document["accounts"][0]["private_key"] = f"file:{key}"
        config = self.write_config(document)
        shutil.copy(shutil.which(harness.PROGRAM), self.place.folder / "mdh-credentials")
        for path in [self.place.folder, *self.place.folder.rglob("*")]:
            os.chown(path, NOBODY, NOBODY)
        daemon = Unprivileged(self.place, ["--config", config, "--listen", "127.0.0.1:0"])
        self.daemons.append(daemon)
        harness.until(lambda: self.profile(), 15, f"the file:\n{daemon.log}")
        return daemon

    def test_its_own_user_cannot_read_or_trace_it(self):
        daemon = self.unprivileged()
        with subprocess.Popen(["sleep", "60"], user=NOBODY, group=NOBODY, extra_groups=[]) as plain:
            owners = {name: os.stat(f"/proc/{pid}/mem").st_uid for name, pid in
                      (("plain", plain.pid), ("daemon", daemon.pid))}
            plain.kill()
        print(f"\nowner of /proc/PID/mem: {owners['plain']} for a plain process, {owners['daemon']} for the daemon")
        self.assertEqual(owners, {"plain": NOBODY, "daemon": 0})
        for name in ("mem", "environ", "maps", "fd"):
            done = subprocess.run(["ls" if name == "fd" else "head", f"/proc/{daemon.pid}/{name}"], user=NOBODY,
                                  group=NOBODY, extra_groups=[], capture_output=True, text=True, check=False)
            self.assertNotEqual(done.returncode, 0, f"{name} is open")
            self.assertIn("Permission denied", done.stderr)

    def test_it_leaves_no_core(self):
        daemon = self.unprivileged()
        limits = pathlib.Path(f"/proc/{daemon.pid}/limits").read_text()
        core = next(line.split()[4] for line in limits.splitlines() if line.startswith("Max core file size"))
        self.assertEqual(core, "0")
        os.kill(daemon.pid, signal.SIGABRT)
        _, status = os.waitpid(daemon.pid, 0)
        daemon.process.returncode = -signal.SIGABRT
        self.assertEqual(os.WTERMSIG(status), signal.SIGABRT)
        self.assertFalse(os.WCOREDUMP(status), "a core was dumped")


if __name__ == "__main__":
    harness.main()
