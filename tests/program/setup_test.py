"""Claims: `setup` makes a running service of the notebook's .env or of answers, shows first what it will do, does it
whole or not at all, changes nothing that is right, and `setup --remove` leaves every byte of the home as it was."""

import json
import os
import pathlib
import pty
import re
import select
import signal
import stat
import subprocess
import sys
import time

import jupyter_client

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import agents  # noqa: E402
import harness  # noqa: E402

# Stands where systemctl and loginctl are: notes what it is told, and is a manager of one service.
MANAGER = """#!/bin/sh
echo "${0##*/} $*" >>"$MANAGER/commands"
case "$*" in
  *is-active*) [ -e "$MANAGER/pid" ] ;;
  *is-enabled*) [ -e "$MANAGER/enabled" ] ;;
  *enable-linger*) exit "${LINGER:-0}" ;;
  *disable*) kill "$(cat "$MANAGER/pid")"; rm -f "$MANAGER/pid" "$MANAGER/enabled"
    rm -rf "$HOME/.config/systemd/user/default.target.wants"
    until [ -e "$MANAGER/ended" ]; do sleep 0.05; done ;;
  *enable*) [ -z "$REFUSES" ] || exit 1
    touch "$MANAGER/enabled"; mkdir -p "$HOME/.config/systemd/user/default.target.wants"
    rm -f "$MANAGER/ended"
    { "$SERVE" serve --listen 127.0.0.1:0 & echo $! >"$MANAGER/pid"; wait; touch "$MANAGER/ended"; } \\
      >>"$MANAGER/log" 2>&1 </dev/null & ;;
esac
"""


class SetupCase(harness.Case):
    def setUp(self):
        super().setUp()
        self.home = self.place.folder / "home"
        self.folder = self.home / ".config" / "mdh-credentials"
        self.manager = self.place.folder / "manager"
        self.manager.mkdir()
        self.place.environment |= {"MANAGER": str(self.manager), "SERVE": harness.PROGRAM,
                                   "PATH": f"{self.manager}:/usr/bin:/bin"}
        self.env_file = self.place.write("notebook.env", pathlib.Path(
            self.emulator.ready["env_files"]["escaped"]).read_text())
        self.addCleanup(self.end_service)

    def with_systemd(self):
        """with_systemd() gives this user a manager, as far as setup can see."""
        (self.place.folder / "run" / "systemd").mkdir()
        (self.place.folder / "run" / "systemd" / "private").touch()
        for name in ("systemctl", "loginctl"):
            (self.manager / name).write_text(MANAGER)
            (self.manager / name).chmod(0o755)

    def end_service(self):
        if (self.manager / "pid").exists():
            os.kill(int((self.manager / "pid").read_text()), signal.SIGTERM)
            harness.until((self.manager / "ended").exists, 60, "the service's end")

    def set_up(self, *arguments, **environment):
        return self.run_program("setup", "--env-file", self.env_file, *arguments, **environment)

    def commands(self):
        """commands() is what the manager was told, its questions left out."""
        lines = (self.manager / "commands").read_text().splitlines() if (self.manager / "commands").exists() else []
        return [line for line in lines if " cat " not in line and " is-" not in line]

    def tree(self):
        """tree() is every path of the home with its mode and bytes."""
        return {str(path.relative_to(self.home)): (stat.S_IMODE(path.lstat().st_mode),
                                                   path.read_bytes() if path.is_file() else None)
                for path in sorted(self.home.rglob("*"))}


class DryRun(SetupCase):
    def test_shows_every_file_and_command_and_makes_none(self):
        self.with_systemd()
        before = self.tree()
        done = self.set_up("--dry-run")
        self.assert_exit(done, 0)
        for expected in (f"{self.folder}/lab.pem", f"{self.folder}/config.json", '"service_account": "MyDataHelps.1234.lab"',
                         "systemctl --user enable --now mdh-credentials.socket mdh-credentials.service",
                         "loginctl enable-linger"):
            self.assertIn(expected, done.stdout)
        self.assertEqual((self.tree(), self.commands()), (before, []))
        self.assertEqual(self.emulator.counters(), {})

    def test_does_nothing_where_nobody_can_agree(self):
        done = self.set_up()
        self.assert_exit(done, 2)
        self.assertIn("--yes", done.stderr)
        self.assertFalse(self.folder.exists())


class Person(SetupCase):
    def test_goes_from_the_env_file_to_a_running_service_and_back_byte_for_byte(self):
        self.with_systemd()
        (self.home / ".aws").mkdir(mode=0o700)
        (self.home / ".aws" / "config").write_text("# mine\n[default]\nregion = eu-west-1")
        before = self.tree()
        done = self.set_up("--yes")
        self.assert_exit(done, 0)
        for name in ("lab.pem", "config.json"):
            self.assertEqual(stat.S_IMODE((self.folder / name).stat().st_mode), 0o600)
        self.assertEqual(self.commands(), [
            "systemctl --user enable --now mdh-credentials.socket mdh-credentials.service", "loginctl enable-linger"])
        self.assertIn('os.environ["AWS_PROFILE"] = "mdh-lab"', done.stdout)
        config = (self.home / ".aws" / "config").read_text()
        self.assertIn("credential_process = ", config)
        got = self.run_program("process", "--profile", "mdh-lab", secret_output=True)
        self.assertEqual(json.loads(got.stdout)["AccessKeyId"], self.emulator.issued()[-1]["AccessKeyId"])
        removed = self.run_program("setup", "--remove", "--yes")
        self.assert_exit(removed, 0)
        self.assertEqual(self.tree(), before)

    def test_leaves_an_empty_home_empty(self):
        self.with_systemd()
        self.assert_exit(self.set_up("--yes"), 0)
        self.assertTrue((self.home / ".aws" / "config").exists())
        self.assert_exit(self.run_program("setup", "--remove", "--yes"), 0)
        self.assertEqual(self.tree(), {})
        self.assertFalse(self.place.state.exists())

    def test_changes_nothing_that_is_right(self):
        self.with_systemd()
        self.assert_exit(self.set_up("--yes"), 0)
        before = {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in self.folder.iterdir()}
        again = self.set_up("--yes", LINGER="1")
        self.assert_exit(again, 0)
        self.assertNotIn("write ", again.stderr)
        self.assertEqual(len([line for line in self.commands() if "enable --now" in line]), 1)
        for path in ("lab.pem", "config.json"):
            self.assertEqual(before[self.folder / path],
                             ((self.folder / path).stat().st_mtime_ns, (self.folder / path).stat().st_ino))

    def test_takes_a_key_that_changed_in_the_env_file(self):
        self.assert_exit(self.set_up("--yes"), 0)
        pem = self.emulator.control("keys", {"account": "lab", "keep_old": True})["pem"]
        lines = pathlib.Path(self.env_file).read_text().splitlines()
        self.assertTrue(lines[1].startswith("RKS_PRIVATE_KEY="))
        lines[1] = "RKS_PRIVATE_KEY=" + json.dumps(pem)
        pathlib.Path(self.env_file).write_text("\n".join(lines) + "\n")
        done = self.set_up("--yes")
        self.assert_exit(done, 0)
        self.assertEqual((self.folder / "lab.pem").read_text().strip(), pem.strip())

    def test_tells_the_administrators_line_where_lingering_is_refused(self):
        self.with_systemd()
        done = self.set_up("--yes", LINGER="1")
        self.assert_exit(done, 0)
        self.assertIn("sudo loginctl enable-linger", done.stderr)

    def test_ends_with_1_where_systemd_refuses_and_can_be_taken_back(self):
        self.with_systemd()
        done = self.set_up("--yes", REFUSES="1")
        self.assert_exit(done, 1)
        self.assertIn("setup --remove", done.stderr)

    def test_says_how_to_go_on_without_systemd(self):
        done = self.set_up("--yes")
        self.assert_exit(done, 0)
        self.assertIn("no systemd runs for this user", done.stdout)
        self.assertIn("@reboot", done.stdout)
        serve = self.serve(config=str(self.folder / "config.json"))
        serve.ready()
        busy = self.run_program("setup", "--remove", "--yes")
        self.assert_exit(busy, 1)
        self.assertIn(str(serve.pid), busy.stderr)
        serve.stop()
        self.assert_exit(self.run_program("setup", "--remove", "--yes"), 0)
        self.assertEqual([path for path in self.tree() if not path.startswith(".aws/.")], [])

    def test_adds_to_a_configuration_that_is_there_and_brings_it_back(self):
        self.folder.mkdir(parents=True)
        document = self.config()
        document["accounts"][0]["projects"][0]["profile"] = "mdh-mine"
        mine = "// mine\n" + json.dumps(document, indent=1) + "\n"
        (self.folder / "config.json").write_text(mine)
        done = self.set_up("--yes", "--profile", "mdh-second")
        self.assert_exit(done, 0)
        text = (self.folder / "config.json").read_text()
        self.assertTrue(text.startswith("// mine\n"))
        self.assertIn('"mdh-second"', text)
        self.assert_exit(self.run_program("setup", "--remove", "--yes"), 0)
        self.assertEqual((self.folder / "config.json").read_text(), mine)
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["config.json"])

    def test_leaves_what_was_changed_by_hand_since(self):
        self.assert_exit(self.set_up("--yes"), 0)
        with open(self.folder / "config.json", "a") as file:
            file.write("// by hand\n")
        removed = self.run_program("setup", "--remove", "--yes")
        self.assert_exit(removed, 0)
        self.assertIn("changed since", removed.stderr)
        self.assertEqual([path.name for path in self.folder.iterdir()], ["config.json"])

    def test_has_nothing_to_remove_where_it_made_nothing(self):
        self.assert_exit(self.run_program("setup", "--remove", "--yes"), 0)
        self.assertEqual(self.tree(), {})


class Notebook(SetupCase):
    """A real kernel (ipykernel), in which the README's cell is run."""

    def kernel(self):
        manager = jupyter_client.KernelManager(kernel_name="python3")
        manager.connection_file = str(self.place.folder / "kernel.json")
        manager.start_kernel(env={**self.place.environment, "AWS_EC2_METADATA_DISABLED": "true"}, cwd=str(self.home), stderr=subprocess.DEVNULL)
        self.addCleanup(manager.shutdown_kernel, now=True)
        client = manager.client()
        client.start_channels()
        self.addCleanup(client.stop_channels)
        client.wait_for_ready(harness.PATIENCE)
        return client

    def run_cell(self, client, code):
        """run_cell() is what the cell prints."""
        printed = []
        client.execute_interactive(code, timeout=harness.PATIENCE, output_hook=lambda message: printed.append(
            message["content"].get("text") or "\n".join(message["content"].get("traceback", []))))
        return "".join(text for text in printed if text).strip()

    def test_a_kernel_lives_through_a_rotation_by_the_readmes_cell(self):
        self.emulator.settings(credentials_life_seconds=850)    # so short that botocore asks each time
        self.with_systemd()
        self.assert_exit(self.set_up("--yes"), 0)
        readme = (pathlib.Path(__file__).resolve().parents[2] / "README.md").read_text()
        cell = re.search(r"```python\n(.*?)```", readme, re.S).group(1)
        client = self.kernel()
        self.assertEqual(self.run_cell(client, cell), "")
        ask = "print(session.get_credentials().get_frozen_credentials().access_key)"
        before = self.emulator.issued()[-1]["AccessKeyId"]
        self.assertEqual(self.run_cell(client, ask), before)
        self.assert_exit(self.run_program("refresh", "mdh-lab"), 0)
        after = self.emulator.issued()[-1]["AccessKeyId"]
        self.assertNotEqual(after, before)
        self.assertEqual(self.run_cell(client, ask), after)


class BadAnswers(SetupCase):
    def refused(self, done, status, words):
        self.assert_exit(done, status)
        self.assertRegex(done.stderr, words)
        self.assertEqual(self.tree(), {})

    def test_refuses_what_the_service_refuses_and_writes_nothing(self):
        self.emulator.fault(stage="exchange", action="status", status=403)
        self.refused(self.set_up("--yes"), 1, "403")

    def test_refuses_a_bad_key_profile_user_and_file(self):
        broken = self.place.write("broken.env", pathlib.Path(self.env_file).read_text().replace("BEGIN", "BEGUN"))
        self.refused(self.run_program("setup", "--env-file", broken, "--yes"), 78, "key")
        self.refused(self.set_up("--yes", "--profile", "a b"), 78, "profile|AWS_PROFILE_NAME")
        self.refused(self.set_up("--yes", "--user", "a b"), 78, "--user")
        self.refused(self.set_up("--yes", "--form", "cookie"), 2, "form")
        self.refused(self.set_up("--yes", "--key", "file:/nowhere.pem"), 78, "nowhere.pem")
        os.chmod(self.env_file, 0o644)
        self.refused(self.set_up("--yes"), 78, "chmod 600")

    def test_leaves_another_key_of_the_same_name_alone(self):
        self.folder.mkdir(parents=True)
        (self.folder / "lab.pem").write_text("another\n")
        done = self.set_up("--yes")
        self.assert_exit(done, 78)
        self.assertIn("another key", done.stderr)
        self.assertEqual([path.name for path in self.folder.iterdir()], ["lab.pem"])

    def test_wants_the_answers_that_nobody_can_be_asked_for(self):
        self.refused(self.run_program("setup", "--yes"), 78, "RKS_SERVICE_ACCOUNT")


class Terminal(SetupCase):
    """A person at a terminal of their own (pty)."""

    def start(self, *arguments):
        ours, theirs = pty.openpty()
        environment = {**self.place.environment, "MDH_TOKEN_URL": self.emulator.ready["token_url"],
                       "MDH_EXCHANGE_URL": self.emulator.ready["explorer_url"]}
        self.process = subprocess.Popen([harness.PROGRAM, "setup", *arguments], env=environment, stdin=theirs,
                                        stdout=theirs, stderr=theirs, cwd=self.home, start_new_session=True)
        os.close(theirs)
        self.terminal, self.seen = ours, ""
        self.addCleanup(os.close, ours)
        self.addCleanup(self.process.wait)
        self.addCleanup(self.process.kill)

    def await_text(self, text):
        deadline = time.monotonic() + harness.PATIENCE
        while text not in self.seen:
            if not select.select([self.terminal], [], [], max(deadline - time.monotonic(), 0))[0]:
                raise AssertionError(f"no {text!r} in {self.seen!r}")
            try:
                self.seen += os.read(self.terminal, 4096).decode()
            except OSError:
                raise AssertionError(f"no {text!r} in {self.seen!r}") from None
        self.seen = self.seen[self.seen.index(text) + len(text):]

    def say(self, text):
        os.write(self.terminal, f"{text}\n".encode())

    def test_asks_one_question_at_a_time_and_checks_each_answer(self):
        self.start()
        self.await_text("Service account")
        self.say("not\u00e9 one")
        self.await_text("must be")
        self.say("MyDataHelps.1234.lab")
        self.await_text("private key")
        self.say("/nowhere.pem")
        self.await_text("nowhere.pem")
        self.say(self.emulator.accounts[0]["pkcs1"])
        self.await_text("Project")
        self.say("RK.1234.Lab")
        self.await_text("[mdh-lab]")
        self.say("a b")
        self.await_text("must be")
        self.say("")
        self.await_text("Do it?")
        self.say("y")
        self.await_text("os.environ")
        self.assertEqual(self.process.wait(harness.PATIENCE), 0)
        self.assertIn("RK.1234.Lab", (self.folder / "config.json").read_text())

    def test_leaves_nothing_behind_at_ctrl_c_whatever_it_asks(self):
        answers = [("Service account", "MyDataHelps.1234.lab"), ("private key", self.emulator.accounts[0]["pkcs1"]),
                   ("Project", "RK.1234.Lab"), ("[mdh-lab]", ""), ("Do it?", None)]
        for last in range(len(answers)):
            with self.subTest(question=answers[last][0]):
                self.start()
                for question, answer in answers[:last]:
                    self.await_text(question)
                    self.say(answer)
                self.await_text(answers[last][0])
                self.process.send_signal(signal.SIGINT)
                self.assertEqual(self.process.wait(harness.PATIENCE), -signal.SIGINT)
                self.assertEqual(self.tree(), {})

    def test_does_nothing_after_a_no(self):
        self.start("--env-file", self.env_file)
        self.await_text("Do it?")
        self.say("")
        self.await_text("nothing was done")
        self.assertEqual(self.process.wait(harness.PATIENCE), 1)
        self.assertEqual(self.tree(), {})


class Agent(SetupCase):
    def setUp(self):
        super().setUp()
        self.agent = agents.Agent()
        self.addCleanup(self.agent.stop)
        self.place.environment["SSH_AUTH_SOCK"] = self.agent.socket

    def test_takes_the_agents_only_key(self):
        fingerprint = self.agent.add(self.emulator.accounts[0]["pkcs1"])
        self.assert_exit(self.set_up("--yes", "--key", "agent:"), 0)
        config = (self.folder / "config.json").read_text()
        self.assertIn(f'"private_key": "agent:{fingerprint}"', config)
        self.assertIn(f'"agent_socket": "{self.agent.socket}"', config)
        self.assertFalse((self.folder / "lab.pem").exists())

    def test_lists_the_agents_keys_where_there_are_several_or_none(self):
        none = self.set_up("--yes", "--key", "agent:")
        self.assert_exit(none, 78)
        self.assertIn("ssh-add", none.stderr)
        first = self.agent.add(self.emulator.accounts[0]["pkcs1"])
        other = self.place.folder / "other.pem"
        subprocess.run(["openssl", "genrsa", "-out", str(other), "2048"], check=True, capture_output=True)
        other.chmod(0o600)
        second = self.agent.add(other)
        several = self.set_up("--yes", "--key", "agent:")
        self.assert_exit(several, 78)
        for fingerprint in (first, second):
            self.assertIn(fingerprint, several.stderr)


if __name__ == "__main__":
    harness.main()
