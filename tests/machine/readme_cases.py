"""The README's own lines, read out of the README, on a real systemd: a researcher's and an administrator's, from the
installed package to an answer of AWS (a stand-in that verifies the signature)."""

import pathlib
import re
import shlex
import subprocess
import time

import machine
from cases import CONFIG, Case
from person_cases import HOME, USER, Person
from setup_cases import OTHERS, env_file

README = machine.HERE.parent.parent / "README.md"
ANSWER = "arn:aws:sts::123456789012:assumed-role/explorer/session"
SHIM = "/usr/local/bin/aws"


def block(name):
    """block() is the lines of the README's shell block that is marked to be run so, comments left out."""
    text = re.search(rf"<!-- run: {name} -->\n```sh\n(.*?)```", README.read_text(), re.S).group(1)
    return [line.split("  #")[0].strip() for line in text.splitlines() if line.strip()]


class ReadmeCase(Case):
    def with_aws(self):
        """with_aws() has `aws` speak to the stand-in, whose address this AWS CLI takes by an option alone."""
        if self.machine.status("test -x /usr/bin/aws") != 0:
            self.skipTest("this root has no AWS CLI; machine/systemd runs these lines on this machine's own")
        network = ["nsenter", "-t", str(self.machine.pid), "-n"]
        stand_in = subprocess.Popen([*network, "/usr/bin/python3", "-B", str(machine.HERE / "aws.py"),
                                     self.upstream.ready["control_url"]], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(stand_in.wait, 60)
        self.addCleanup(stand_in.stdout.close)
        self.addCleanup(stand_in.stdin.close)
        url = stand_in.stdout.readline().decode().strip()
        self.machine.write(SHIM, f'#!/bin/sh\nexec /usr/bin/aws --endpoint-url {url} "$@"\n', "0755")
        self.addCleanup(self.machine.run, f"rm -f {SHIM}")

    def timed(self, lines, run):
        """timed() runs the lines one by one and is what the last of them says; how long they took is printed."""
        started = time.monotonic()
        for line in lines:
            said = run(line)
        self.site.times[f"{self.id().rpartition('.')[2]}, {len(lines)} lines"] = time.monotonic() - started
        return said


class Researcher(Person, ReadmeCase):
    def test_the_lines_lead_from_the_env_file_to_an_answer_of_aws(self):
        self.with_aws()
        self.machine.run(OTHERS, check=False)
        self.machine.run(f"rm -rf {HOME}/.config {HOME}/.local {HOME}/.aws")
        self.machine.write(f"{HOME}/notebook/.env", env_file(self.upstream), "0644")
        self.machine.run(f"chown -R {USER}: {HOME}/notebook")
        self.addCleanup(self.machine.run, f"rm -rf {HOME}/notebook")
        self.log_in()
        lines = block("researcher")
        self.assertLessEqual(len(lines), 4)
        answer = self.timed(lines, lambda line: self.machine.run(
            f"runuser -u {USER} -- env -i HOME={HOME} PATH=/usr/local/bin:/usr/bin:/bin sh -c "
            f"{shlex.quote(f'cd {HOME}/notebook && {line} 2>&1')}"))
        self.assertIn(ANSWER, answer)
        self.machine.run(f"runuser -u {USER} -- env -i HOME={HOME} PATH=/usr/bin:/bin mdh-credentials setup --remove --yes")


class Administrator(ReadmeCase):
    def test_the_lines_lead_from_the_package_to_a_users_answer_of_aws(self):
        self.with_aws()
        self.machine.run("id anna >/dev/null 2>&1 || useradd --create-home --shell /bin/bash anna")
        self.machine.run(f"rm -rf {CONFIG} /etc/mdh-credentials/keys/*")
        self.machine.write("/root/lab.env", env_file(self.upstream), "0600")
        self.addCleanup(self.machine.run, "rm -f /root/lab.env")
        lines = block("administrator")
        self.assertLessEqual(len(lines), 4)
        answer = self.timed(lines, lambda line: self.machine.run(
            f"cd /root && PATH=/usr/local/bin:$PATH {line} 2>&1"))
        self.assertIn(ANSWER, answer)
        self.machine.run("mdh-credentials setup --system --remove --yes")
