"""The key in an ssh-agent, under each of the three units with its sandbox, by the drop-ins that the package brings."""

import re
import subprocess
import tempfile

from cases import CONFIG, TOKEN, UNIT, Case
from person_cases import HOME, USER, Person

EXAMPLES = "/usr/share/doc/mdh-credentials/examples/agent"
UNITS = "/etc/systemd/system"


class WithAgent:
    """What the cases share: the key sealed for an agent's unit, and its fingerprint."""

    def need_agent(self):
        if self.machine.status("command -v ssh-agent") != 0:
            self.skipTest("no ssh-agent in this root")
        self.addCleanup(self.machine.run, "systemctl stop 'mdh-credentials-agent*';"
                        f"rm -rf {UNITS}/mdh-credentials*.service {UNITS}/mdh-credentials*.service.d;"
                        "systemctl daemon-reload", check=False)

    def fingerprint(self):
        with tempfile.NamedTemporaryFile("w") as key:
            key.write(self.upstream.key)
            key.flush()
            shown = subprocess.run(["ssh-keygen", "-lf", key.name], capture_output=True, text=True, check=True).stdout
        return re.search(r"SHA256:\S+", shown).group()

    def seal(self, name, path):
        self.machine.write("/run/lab.pem", self.upstream.key, "0600")
        self.machine.run("systemd-creds setup >/dev/null 2>&1; systemd-creds encrypt --with-key=host "
                         f"--name={name} /run/lab.pem {path} && rm /run/lab.pem")

    def place(self, example, folder, name=""):
        self.machine.run(f"install -D -m 0644 {EXAMPLES}/{example} {folder}/{name or example}")
        self.machine.run("systemctl daemon-reload")


class SystemAgent(WithAgent, Case):
    def test_the_system_unit_signs_by_the_agent_of_the_example(self):
        self.need_agent()
        self.machine.run("rm -f /etc/mdh-credentials/keys/lab.pem")
        self.seal("lab", "/etc/mdh-credentials/lab.cred")
        self.place("mdh-credentials-agent.service", UNITS)
        self.place("system.conf", f"{UNITS}/{UNIT}.d")
        self.machine.write(CONFIG, self.upstream.configuration(f"agent:{self.fingerprint()}"))
        self.start()
        self.assertIsNotNone(self.credentials())
        self.assertEqual(self.machine.property("mdh-credentials-agent.service", "ActiveState"), "active")
        self.restart_of_the_agent_is_noticed()

    def restart_of_the_agent_is_noticed(self):
        self.machine.run("systemctl restart mdh-credentials-agent.service")
        self.machine.await_true(lambda: any("the agent's socket changed" in entry.get("MESSAGE", "")
                                            for entry in self.journal()), 60, "the line of the agent's restart")
        before = self.successes()
        self.machine.run(f"curl -sS -f -m 10 -X POST -H \"Authorization: $(cat {TOKEN})\" "
                         f"http://127.0.0.1:6340/refresh/{self.upstream.profile}")
        self.machine.await_true(lambda: self.successes() > before, 60, "a refresh by the agent's successor")

    def successes(self):
        text = self.machine.run("curl -sS -m 10 http://127.0.0.1:6340/metrics")
        return sum(float(count) for count in re.findall(
            r'mdh_credentials_refresh_attempts_total\{[^}]*outcome="success"[^}]*\} (\S+)', text))


class UserAgent(WithAgent, Person):
    def own_agent(self, socket):
        """own_agent() is the user's ssh-agent, in their manager, with the key."""
        self.give("lab.pem", self.upstream.key)
        self.machine.run(f"{self.manager.replace('systemctl', 'systemd-run')} --quiet --collect --unit=own-agent "
                         f"ssh-agent -D -a {socket}")
        self.addCleanup(self.machine.run, f"{self.manager} stop own-agent.service", check=False)
        self.machine.await_true(lambda: self.machine.status(f"test -S {socket}") == 0, 60, "the agent's socket")
        self.machine.run(f"runuser -u {USER} -- env SSH_AUTH_SOCK={socket} ssh-add -q "
                         f"{HOME}/.config/mdh-credentials/lab.pem; rm {HOME}/.config/mdh-credentials/lab.pem")

    def runtime(self):
        return f"/run/user/{self.machine.run(f'id -u {USER}').strip()}"

    def await_profile(self):
        self.machine.await_true(lambda: "aws_session_token" in self.machine.run(f"cat {HOME}/.aws/credentials",
                                                                                check=False), 60, "the profile file")

    def test_the_user_unit_finds_the_users_agent(self):
        self.need_agent()
        self.give("config.json", self.upstream.configuration(f"agent:{self.fingerprint()}"))
        self.log_in()
        self.own_agent(f"{self.runtime()}/openssh_agent")
        self.machine.run(f"{self.manager} start mdh-credentials.service")
        self.await_profile()

    def test_the_user_unit_takes_the_drop_in_and_the_sandbox(self):
        self.need_agent()
        self.give("config.json", self.upstream.configuration(f"agent:{self.fingerprint()}"))
        folder = f"{HOME}/.config/systemd/user/mdh-credentials.service.d"
        self.machine.run(f"runuser -u {USER} -- install -D -m 0644 -t {folder} {EXAMPLES}/user.conf "
                         f"{EXAMPLES}/../user-sandbox.conf")
        self.log_in()
        self.own_agent(f"{self.runtime()}/openssh_agent")
        self.machine.run(f"{self.manager} start mdh-credentials.service")
        self.await_profile()
        pid = self.machine.run(f"{self.manager} show -P MainPID mdh-credentials.service").strip()
        self.assertIn("SSH_AUTH_SOCK", self.machine.run(f"tr '\\0' '\\n' < /proc/{pid}/environ"))

    def test_the_template_finds_a_lingering_users_agent(self):
        self.need_agent()
        self.give("config.json", self.upstream.configuration(f"agent:{self.fingerprint()}"))
        self.log_in()
        self.own_agent(f"{self.runtime()}/openssh_agent")
        self.machine.run(f"systemctl start mdh-credentials@{USER}.service")
        self.await_profile()

    def test_the_template_signs_by_the_agent_of_the_example(self):
        self.need_agent()
        self.give("config.json", self.upstream.configuration(f"agent:{self.fingerprint()}"))
        self.machine.run(f"rm {HOME}/.config/mdh-credentials/lab.pem")
        self.seal("key", f"/etc/mdh-credentials/{USER}.cred")
        self.place("mdh-credentials-agent@.service", UNITS)
        self.place("template.conf", f"{UNITS}/mdh-credentials@.service.d")
        self.machine.run(f"systemctl start mdh-credentials@{USER}.service")
        self.await_profile()
