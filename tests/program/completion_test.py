"""Claims: in real bash, zsh and fish the Tab key offers what the program's own table has, profiles of the daemon or the
configuration among it, and nothing that a program answers is evaluated by the shell."""

import os
import pathlib
import pty
import select
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import harness  # noqa: E402

PACKAGING = pathlib.Path(__file__).resolve().parents[2] / "packaging"
BASH = """. "$1"; shift; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _mdh_credentials; printf '%s\\n' "${COMPREPLY[@]}" """


class CompletionCase(harness.Case):
    def setUp(self):
        super().setUp()
        self.bin = self.place.folder / "bin"
        self.bin.mkdir()
        (self.bin / "mdh-credentials").symlink_to(harness.PROGRAM)
        self.place.environment |= {"PATH": f"{self.bin}:/usr/bin:/bin", "TERM": "dumb",
                                   "MDH_CREDENTIALS_CONFIG": self.emulator.ready["config"]}

    def run_shell(self, *command):
        done = subprocess.run(command, env=self.place.environment, cwd=self.place.folder, capture_output=True, text=True,
                              timeout=harness.PATIENCE, stdin=subprocess.DEVNULL)
        self.assertEqual(done.stderr, "", command)
        return [line.split("\t")[0] for line in done.stdout.splitlines() if line]

    def bash(self, *words):
        return self.run_shell("bash", "--norc", "-c", BASH, "bash", str(PACKAGING / "mdh-credentials.bash-completion"),
                              "mdh-credentials", *words)

    def fish(self, *words):
        line = "mdh-credentials " + " ".join(words)
        return self.run_shell("fish", "--no-config", "-c",
                              f"source {PACKAGING}/mdh-credentials.fish-completion; complete -C {line!r}")

    def zsh(self, *words):
        """zsh() is the line that zsh's editor makes of one with the Tab key at its end."""
        functions = self.place.folder / "functions"
        functions.mkdir(exist_ok=True)
        (functions / "_mdh-credentials").write_text((PACKAGING / "mdh-credentials.zsh-completion").read_text())
        ours, theirs = pty.openpty()
        shell = subprocess.Popen(["zsh", "-f", "-i"], stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
                                 env=self.place.environment, cwd=self.place.folder)
        os.close(theirs)
        self.addCleanup(shell.wait)
        self.addCleanup(shell.kill)
        self.addCleanup(os.close, ours)
        # The line goes into a file, since what an editor draws on a terminal is no text.
        os.write(ours, (f"fpath=({functions} $fpath); autoload -Uz compinit; compinit -D -u; setopt no_beep no_prompt_cr; "
                        "show() { print -r -- \"$BUFFER\" >line.new; mv line.new line; BUFFER=; }; zle -N show; "
                        "bindkey '^X' show; bindkey '^I' complete-word; print -n rea; print dy\n").encode())
        self.await_output(ours, "ready")
        os.write(ours, f"mdh-credentials {' '.join(words)}\t\x18".encode())
        line = self.place.folder / "line"
        deadline = time.monotonic() + harness.PATIENCE
        while not line.exists():
            self.assertLess(time.monotonic(), deadline, "zsh made nothing of the line")
            if select.select([ours], [], [], 0.05)[0]:
                os.read(ours, 65536)
        text = line.read_text().strip()
        line.unlink()
        return text.split()[1:]

    def await_output(self, terminal, text):
        seen = ""
        deadline = time.monotonic() + harness.PATIENCE
        while text not in seen:
            self.assertLess(time.monotonic(), deadline, seen)
            if select.select([terminal], [], [], 0.05)[0]:
                seen += os.read(terminal, 65536).decode(errors="replace")


class Completion(CompletionCase):
    def test_offers_verbs_options_and_values(self):
        for words, offered in ((["stat"], ["status"]), (["status", "--js"], ["--json"]),
                               (["serve", "--log-level", "de"], ["debug"])):
            self.assertEqual(self.bash(*words), offered)
            self.assertEqual(self.fish(*words), offered)
            self.assertEqual(self.zsh(*words)[-1:], offered)

    def test_offers_the_configurations_profiles_and_the_daemons(self):
        for words in (["exec", "--profile", "mdh-l"], ["status", "mdh-l"]):
            self.assertEqual(self.bash(*words), ["mdh-lab"])
            self.assertEqual(self.fish(*words), ["mdh-lab"])
            self.assertEqual(self.zsh(*words)[-1:], ["mdh-lab"])
        del self.place.environment["MDH_CREDENTIALS_CONFIG"]
        self.assertEqual(self.bash("status", "mdh-l"), [])
        self.serve().ready()
        self.assertEqual(self.bash("status", "mdh-l"), ["mdh-lab"])

    def test_offers_files_and_what_follows_execs_dashes(self):
        (self.place.folder / "unique name.pem").touch()
        self.assertEqual(self.bash("check", "--config", "uniq"), ["unique name.pem"])
        self.assertIn("unique name.pem", " ".join(self.fish("check", "--config", "uniq")).replace("\\", ""))
        self.assertEqual(self.zsh("check", "--config", "uniq")[-2:], ["unique\\", "name.pem"])
        self.assertIn("mdh-credentials", self.bash("exec", "--", "mdh-cred"))
        self.assertIn("mdh-credentials", self.fish("exec", "--", "mdh-cred"))
        self.assertIn("mdh-credentials", self.zsh("exec", "--", "mdh-cred")[-1])

    def test_evaluates_nothing_of_an_answer(self):
        marks = [self.place.folder / f"run-{number}" for number in range(4)]
        names = [f"x$(touch {marks[0]})", f"x`touch {marks[1]}`", "x${y[$(touch %s)]}" % marks[2],
                 f"x;touch {marks[3]}", "x*"]
        (self.bin / "mdh-credentials").unlink()
        (self.bin / "mdh-credentials").write_text("#!/bin/sh\ncat <<'END'\n" + "\n".join(names) + "\nEND\n")
        (self.bin / "mdh-credentials").chmod(0o755)
        self.assertEqual(len(self.bash("exec", "--profile", "x")), len(names))
        self.fish("exec", "--profile", "x")
        self.zsh("exec", "--profile", "x")
        self.assertEqual([mark for mark in marks if mark.exists()], [])


if __name__ == "__main__":
    harness.main()
