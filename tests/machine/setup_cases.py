"""`setup` on a real systemd: a person's own service, and root's for the machine's users; and everything as before after
`setup --remove`."""

import pathlib

from cases import CONFIG, UNIT, Case
from person_cases import HOME, USER, Person

ENV_FILE = f"{HOME}/notebook.env"


def env_file(upstream):
    """env_file() is the text of a notebook's .env with the emulator's account."""
    return pathlib.Path(upstream.ready["env_files"]["escaped"]).read_text()


# What the cases before left behind on this machine.
OTHERS = ("systemctl stop 'mdh-credentials@*.socket' 'mdh-credentials@*.service' mdh-credentials.socket "
          "mdh-credentials.service; rm -rf /run/mdh-credentials@* /var/lib/mdh-credentials /var/lib/private/mdh-credentials")


class PersonsSetup(Person):
    def setUp(self):
        super().setUp()
        self.machine.run(OTHERS, check=False)
        self.machine.run(f"rm -rf {HOME}/.config {HOME}/.local {HOME}/.aws")
        self.machine.write(ENV_FILE, env_file(self.upstream), "0600")
        self.machine.run(f"chown {USER}: {ENV_FILE}")
        self.addCleanup(self.machine.run, f"rm -f {ENV_FILE}")

    def as_person(self, command):
        """as_person() is what a command prints in the person's login, which knows no more than its home."""
        return self.machine.run(f"runuser -u {USER} -- env -i HOME={HOME} PATH=/usr/bin:/bin {command} 2>&1")

    def test_one_command_makes_a_service_and_another_takes_it_back(self):
        self.log_in()
        snapshot = f"find {HOME} -printf '%P %M %U %l\\n' -type f -exec sha256sum {{}} + | sort"
        before = self.machine.run(snapshot)
        said = self.as_person(f"mdh-credentials setup --env-file {ENV_FILE} --yes")
        self.assertIn("systemctl --user enable --now", said)
        self.assertEqual(self.machine.run(f"{self.manager} is-enabled mdh-credentials.service").strip(), "enabled")
        self.assertIn("credential_process", self.machine.read(f"{HOME}/.aws/config"))
        got = self.as_person(f"mdh-credentials process --profile {self.upstream.profile}")
        self.assertIn("AccessKeyId", got)
        again = self.as_person(f"mdh-credentials setup --env-file {ENV_FILE} --yes")
        self.assertIn("everything is as it should be", again)
        self.as_person("mdh-credentials setup --remove --yes")
        self.assertEqual(self.machine.run(snapshot), before)
        self.assertNotEqual(self.machine.status(f"{self.manager} is-active --quiet mdh-credentials.service"), 0)

    def test_asks_for_lingering_and_names_the_administrators_line_where_that_is_refused(self):
        lingers = f"/var/lib/systemd/linger/{USER}"
        self.machine.run(f"loginctl disable-linger {USER}; systemctl start user@$(id -u {USER}).service")
        self.machine.await_true(lambda: "running" in self.machine.run(f"{self.manager} is-system-running", check=False),
                                what="the user's manager")
        said = self.as_person(f"mdh-credentials setup --env-file {ENV_FILE} --yes")
        refused = self.machine.status(f"test -e {lingers}") != 0
        self.assertEqual(refused, f"sudo loginctl enable-linger {USER}" in said, said)
        self.as_person("mdh-credentials setup --remove --yes")
        self.assertNotEqual(self.machine.status(f"test -e {lingers}"), 0)


class MachinesSetup(Case):
    def setUp(self):
        super().setUp()
        self.machine.run(f"id {USER} >/dev/null 2>&1 || useradd --create-home --shell /bin/bash {USER}")
        self.machine.run(f"rm -rf {CONFIG} /etc/mdh-credentials/keys/*")
        self.machine.run(OTHERS, check=False)
        self.machine.write("/root/lab.env", env_file(self.upstream), "0600")
        self.addCleanup(self.machine.run, "rm -f /root/lab.env")

    def test_root_gives_it_to_the_users_named_and_takes_it_back(self):
        snapshot = ("find /etc/mdh-credentials /etc/systemd/system -printf '%p %M %l\\n'; "
                    "ls -A /var/lib/private /var/lib | sort")
        before = self.machine.run(snapshot)
        self.machine.run(f"mdh-credentials setup --system --env-file /root/lab.env --user {USER} --yes 2>&1")
        self.assertEqual(self.machine.run("stat -c %U:%a /etc/mdh-credentials/keys/lab.pem").strip(), "root:600")
        self.assertEqual(self.machine.property(UNIT, "ActiveState"), "active")
        arn = self.machine.run(f"env -i PATH=/usr/bin:/bin /usr/sbin/runuser -u {USER} -- mdh-credentials exec -- "
                               "sh -c 'echo $AWS_CONTAINER_CREDENTIALS_FULL_URI' 2>&1")
        self.assertIn(f"/credentials/{self.upstream.profile}", arn)
        again = self.machine.run(f"mdh-credentials setup --system --env-file /root/lab.env --user {USER} --yes 2>&1")
        self.assertIn("everything is as it should be", again)
        self.machine.run("mdh-credentials setup --system --remove --yes 2>&1")
        self.assertEqual(self.machine.run(snapshot), before)
        self.assertNotEqual(self.machine.property(UNIT, "ActiveState"), "active")
