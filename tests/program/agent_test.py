"""Claims (mdh-credentials.json(5), KEYS THAT NEVER LEAVE): an account whose key an ssh-agent holds is served as any
other, by OpenSSH's agent, GnuPG's, a PKCS#11 token and a TPM, with the bytes that OpenSSL would have signed; an agent that
hangs, dies, refuses, is locked or loses the key is told for what it is, never as the service's fault, keeps nobody
waiting, leaks nothing, and heals by itself."""

import base64
import os
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import agents  # noqa: E402
import harness  # noqa: E402

REFRESHES = 100


class AgentCase(harness.Case):
    """A case with one agent; keys() are the emulator's accounts'."""

    kind = agents.Agent

    def setUp(self):
        super().setUp()
        self.agent = self.kind()
        self.addCleanup(self.agent.stop)

    def agent_config(self, fingerprints, socket=None):
        """agent_config() has every account's key in the agent."""
        document = self.config()
        for account, fingerprint in zip(document["accounts"], fingerprints):
            account |= {"private_key": f"agent:{fingerprint}", "agent_socket": socket or self.agent.socket}
        return self.write_config(document)

    def keys(self):
        return [account["pkcs1"] for account in self.emulator.accounts]

    def failure(self, daemon, profile="mdh-lab"):
        """failure() is the last error of a profile once its last attempt failed."""
        def failed():
            status = daemon.status(profile)
            return status["last_error"] if status["consecutive_failures"] else None
        return harness.until(failed, 60, f"a failed attempt; the log:\n{daemon.log}")

    def assert_local(self, error, *words):
        """assert_local() holds an error that blames nobody but the key's keeper, and names a cure."""
        self.assertEqual((error["class"], error["stage"]), ("config", "key"))
        self.assertTrue(error["hint"])
        for word in words:
            self.assertIn(word, error["message"])


class Signing:
    """The same for every kind of agent."""

    def test_its_signature_is_openssls_byte_for_byte(self):
        key = self.keys()[0]
        config = self.agent_config([self.agent.add(key)])
        self.assert_exit(self.once(config=config), 0)
        assertion = self.emulator.control("secrets")["assertions"][-1]
        signed, _, signature = assertion.rpartition(".")
        expected = subprocess.run(["openssl", "dgst", "-sha256", "-sign", key], input=signed.encode(),
                                  capture_output=True, check=True).stdout
        self.assertEqual(base64.urlsafe_b64encode(expected).decode().rstrip("="), signature)

    def test_check_proves_a_signature_and_key_prints_the_half_to_register(self):
        key = self.keys()[0]
        fingerprint = self.agent.add(key)
        config = self.agent_config([fingerprint])
        checked = self.run_program("check", "--config", config, "--listen", "127.0.0.1:0")
        self.assertIn(f"agent:{fingerprint}, RSA of 2048 bits, {fingerprint}; it signs", checked.stdout)
        printed = self.run_program("key", "--config", config)
        self.assert_exit(printed, 0)
        wanted = subprocess.run(["openssl", "pkey", "-in", key, "-pubout"], capture_output=True, text=True, check=True)
        self.assertEqual(printed.stdout, wanted.stdout)


class OpenSshTest(Signing, AgentCase):
    def test_finds_the_agent_by_the_environment_or_at_its_usual_place(self):
        fingerprint = self.agent.add(self.keys()[0])
        document = self.config()
        document["accounts"][0]["private_key"] = f"agent:{fingerprint}"
        config = self.write_config(document)
        self.assert_exit(self.once(config=config, SSH_AUTH_SOCK=self.agent.socket), 0)
        (self.place.folder / "run" / "openssh_agent").symlink_to(self.agent.socket)
        self.assert_exit(self.once(config=config), 0)

    def test_without_an_agent_says_so_and_starts_all_the_same(self):
        config = self.agent_config([self.agent.add(self.keys()[0])])
        self.agent.kill()
        done = self.once(config=config)
        self.assert_exit(done, 1)
        self.assertIn("cannot reach the ssh-agent at", done.stderr)
        daemon = self.serve(config=config)
        self.assert_local(self.failure(daemon), "cannot reach the ssh-agent")
        answer = daemon.credentials()
        self.assertEqual((answer.status, answer.json["code"]), (503, "LocalFailure"))
        self.agent.start()
        self.agent.add(self.keys()[0])
        daemon.ready()
        self.assertIn("the agent's socket changed", daemon.log)

    def test_a_locked_agent_is_waited_for(self):
        config = self.agent_config([self.agent.add(self.keys()[0])])
        self.agent.lock()
        daemon = self.serve(config=config)
        self.assert_local(self.failure(daemon), "lists no key at all", "locked")
        checked = self.run_program("check", "--config", config, "--listen", "127.0.0.1:0")
        self.assert_exit(checked, 78)
        self.assertIn("ssh-add -X", checked.stdout)
        self.agent.unlock()
        harness.until(lambda: daemon.credentials().status == 200, 90, "the next attempt")

    def test_a_key_removed_is_missed_and_comes_back(self):
        config = self.agent_config([self.agent.add(self.keys()[0])])
        other = self.place.write("other.pem", "")
        os.unlink(other)
        self.assert_exit(self.run_program("key", "--new", other), 0)
        self.agent.remove_all()
        self.agent.add(other)
        daemon = self.serve(config=config)
        self.assert_local(self.failure(daemon), "does not hold the key", "1 other")
        self.agent.add(self.keys()[0])
        harness.until(lambda: daemon.credentials().status == 200, 90, "the next attempt")

    def test_a_key_whose_confirmation_nobody_gives_is_refused(self):
        agents.lines_of("ssh-add", "-c", self.keys()[0], environment=self.agent.environment)
        done = self.once(config=self.agent_config(self.agent.fingerprints()))
        self.assert_exit(done, 1)
        self.assertIn("refused to sign", done.stderr)
        self.assertIn("confirmation", done.stderr)


@unittest.skipUnless(agents.GnuPgAgent.possible(), "no gpg-agent")
class GnuPgTest(Signing, AgentCase):
    kind = agents.GnuPgAgent


@unittest.skipUnless(agents.SoftHsmAgent.possible(), "no SoftHSM")
class TokenTest(Signing, AgentCase):
    kind = agents.SoftHsmAgent

    def test_a_dead_helper_is_told_of_and_cured_by_a_restart_of_its_agent(self):
        config = self.agent_config([self.agent.add(self.keys()[0])])
        self.assertEqual(self.agent.kill_helper(), 1)
        self.assertEqual(len(self.agent.fingerprints()), 1, "the agent lists the key no more")
        daemon = self.serve(config=config)
        self.assert_local(self.failure(daemon), "refused to sign", "PKCS#11 helper")
        self.agent.kill()
        self.agent.start()
        self.agent.add_token(os.path.realpath(agents.SOFTHSM))
        harness.until(lambda: daemon.credentials().status == 200, 90, "the next attempt")


@unittest.skipUnless(agents.TpmAgent.possible(), "no software TPM with tpm2-pkcs11")
class TpmTest(Signing, AgentCase):
    kind = agents.TpmAgent

    def test_a_key_born_in_the_tpm_signs_and_has_a_half_to_register(self):
        fingerprint = self.agent.born()
        config = self.agent_config([fingerprint])
        checked = self.run_program("check", "--config", config, "--listen", "127.0.0.1:0")
        self.assertIn(f"{fingerprint}; it signs", checked.stdout)
        printed = self.run_program("key", "--config", config)
        self.assert_exit(printed, 0)
        read = subprocess.run(["openssl", "pkey", "-pubin", "-noout", "-text"], input=printed.stdout, text=True,
                              capture_output=True, check=True)
        self.assertIn("2048 bit", read.stdout)


class MoodyTest(AgentCase):
    """Ten accounts behind one agent, an eleventh with a file."""

    accounts = 11

    def counts(self, daemon):
        """counts() is the daemon's threads and descriptors, once no attempt is under way."""
        process = pathlib.Path(f"/proc/{daemon.pid}")
        return len(list((process / "task").iterdir())), len(list((process / "fd").iterdir()))

    def at_rest(self, daemon, before):
        """at_rest() is the counts when they are no more than before: an attempt or an answer on its way has some."""
        now = self.counts(daemon)
        return now if all(one <= other for one, other in zip(now, before)) else None

    def attempts(self, daemon):
        text = daemon.ask("/metrics").text
        return sum(float(count) for profile, count in re.findall(
            r'mdh_credentials_refresh_attempts_total\{[^}]*profile="([^"]+)"[^}]*\} (\S+)', text))

    def start(self):
        fingerprints = [self.agent.add(key) for key in self.keys()[:10]]
        self.moody = agents.Moody(self.agent.socket, self.agent.folder / "moody")
        self.addCleanup(self.moody.stop)
        self.profiles = [account["projects"][0]["profile"] for account in self.emulator.accounts]
        # Due again some 2 s after it was had, or after a failure and a touch of the socket.
        self.emulator.settings(access_token_life_seconds=1)
        daemon = self.serve(config=self.agent_config(fingerprints, self.moody.path))
        daemon.ready(*self.profiles)
        return daemon

    def fail_all(self, daemon, mood):
        """fail_all() is when each of the ten failed once more in this mood, and the endpoint answered meanwhile."""
        before = self.attempts(daemon)
        self.moody.set(mood)
        for profile in self.profiles:
            daemon.ask(f"/refresh/{profile}", "POST", token=daemon.token)
        answered = 0

        def failed():
            nonlocal answered
            for profile in self.profiles:
                self.assertEqual(daemon.credentials(profile).status, 200)
                answered += 1
            return self.attempts(daemon) - before >= 10
        harness.until(failed, 120, f"ten attempts with an agent that is {mood}; the log:\n{daemon.log}")
        return answered

    def test_a_hundred_refreshes_with_an_agent_that_fails_in_every_way(self):
        daemon = self.start()
        before, first, answered = self.counts(daemon), self.attempts(daemon), {}
        moods = ["silent", "dead", "refusing", "locked"]
        while self.attempts(daemon) - first < REFRESHES:
            mood = moods[len(answered) % len(moods)]
            if mood == "locked":
                self.agent.lock()
            rounds = f"{len(answered)} {mood}"
            answered[rounds] = self.fail_all(daemon, "honest" if mood == "locked" else mood)
            error = daemon.status(self.profiles[0])["last_error"]
            self.assert_local(error, {"silent": "did not answer within 10 s", "dead": "hung up",
                                      "refusing": "refused to sign", "locked": "locked"}[mood])
            self.assertIsNone(daemon.status(self.profiles[10])["last_error"], "the account with a file")
            if mood == "locked":
                self.agent.unlock()
        self.moody.set("honest")
        harness.until(lambda: all(daemon.status(p)["state"] == "valid" for p in self.profiles), 120, "healing")
        after = harness.until(lambda: self.at_rest(daemon, before), 60, f"{before} threads and descriptors as before")
        print(f"\n{self.attempts(daemon) - first:.0f} attempts, good answers meanwhile: {answered}; threads and "
              f"descriptors before {before}, after {after}")

    def test_it_stops_at_once_while_an_agent_hangs(self):
        daemon = self.start()
        self.moody.set("silent")
        asked = self.moody.asked
        daemon.ask(f"/refresh/{self.profiles[0]}", "POST", token=daemon.token)
        harness.until(lambda: self.moody.asked > asked, 60, "the agent is asked")
        self.assertEqual(daemon.stop(), 0)


class KeyTest(harness.Case):
    accounts = 2

    def test_prints_the_half_of_a_file_of_a_credential_and_of_a_variable(self):
        key = self.emulator.accounts[1]["pkcs1"]
        wanted = subprocess.run(["openssl", "pkey", "-in", key, "-pubout"], capture_output=True, text=True,
                                check=True).stdout
        (self.place.folder / "credentials").mkdir()
        self.place.write("credentials/lab", pathlib.Path(key).read_text(), 0o400)
        document = self.config()
        for reference in (f"file:{key}", "credential:lab", "env:THE_KEY"):
            document["accounts"][1]["private_key"] = reference
            printed = self.run_program("key", "clinic", "--config", self.write_config(document),
                                       CREDENTIALS_DIRECTORY=str(self.place.folder / "credentials"),
                                       THE_KEY=pathlib.Path(key).read_text())
            self.assert_exit(printed, 0)
            self.assertEqual(printed.stdout, wanted)

    def test_asks_which_account_is_meant(self):
        for name in ([], ["clinc"]):
            done = self.run_program("key", *name, "--config", self.emulator.ready["config"])
            self.assert_exit(done, 2)
            self.assertIn("lab, clinic", done.stderr)

    def test_makes_a_key_that_works(self):
        path = self.place.folder / "new.pem"
        made = self.run_program("key", "--new", str(path))
        self.assert_exit(made, 0)
        self.assertEqual(path.stat().st_mode & 0o7777, 0o600)
        wanted = subprocess.run(["openssl", "pkey", "-in", path, "-pubout"], capture_output=True, text=True,
                                check=True).stdout
        self.assertEqual(made.stdout, wanted)
        self.assertIn("3072 bits", made.stderr)
        again = self.run_program("key", "--new", str(path))
        self.assert_exit(again, 1)
        self.assertIn("never overwritten", again.stderr)


if __name__ == "__main__":
    harness.main()
