"""Several users of one server: after one `enable --now` each has what is theirs, from wherever they ask."""

import json

from cases import CONFIG, UNIT, Case

FIRST, SECOND, MEMBER = "first", "second", "member"
# What an SDK does with the environment that exec and env give it; prints the answer's status.
ASK = """curl -sS -m 20 -o /dev/null -w '%{http_code}\\n' \\
  -H "Authorization: $(cat $AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE)" "$AWS_CONTAINER_CREDENTIALS_FULL_URI"
"""


class SeveralUsers(Case):
    def setUp(self):
        super().setUp()
        for user in (FIRST, SECOND, MEMBER):
            self.machine.run(f"id {user} >/dev/null 2>&1 || useradd --create-home --shell /bin/bash {user}")
        self.machine.run(f"groupadd -f study; gpasswd -M {MEMBER} study")
        self.machine.write("/opt/ask", ASK)
        self.configure_users([FIRST], [SECOND, "@study"])
        self.machine.run("systemctl enable --now mdh-credentials.service")
        self.addCleanup(self.machine.run, "systemctl disable mdh-credentials.service mdh-credentials.socket",
                        check=False)

    def configure_users(self, first, second):
        document = json.loads(self.upstream.configuration("credential:key_lab.pem",
                                                          profiles=["mdh-first", "mdh-second"]))
        for project, users in zip(document["accounts"][0]["projects"], (first, second)):
            project["allowed_users"] = users
        self.machine.write(CONFIG, json.dumps(document))

    def as_user(self, user, command):
        """as_user() is (status, output) of a command with nothing in its environment that tells of the daemon."""
        quoted = command.replace("'", "'\\''")
        text = self.machine.run(f"env -i PATH=/usr/bin:/bin /usr/sbin/runuser -u {user} -- sh -c '{quoted}' 2>&1; echo $?",
                                check=False)
        body, _, status = text.rstrip().rpartition("\n")
        return int(status), body

    def exec_as(self, user, *options):
        return self.as_user(user, f"mdh-credentials exec {' '.join(options)} -- sh /opt/ask")

    def test_each_has_their_own_profile_at_once_and_is_told_why_not_the_others(self):
        for user in (FIRST, SECOND, MEMBER):
            self.assertEqual(self.exec_as(user), (0, "200"), user)
        status, text = self.exec_as(FIRST, "--profile mdh-second")
        self.assertNotEqual((status, text), (0, "200"))
        self.assertIn("mdh-second", text)
        for user, profile in ((FIRST, "mdh-second"), ("nobody", "mdh-first")):
            status, text = self.as_user(user, f"mdh-credentials process --profile {profile}")
            self.assertEqual(status, 1, text)
            self.assertIn("allowed_users", text)

    def test_an_environment_serves_on_over_rotation_restart_and_stop(self):
        status, text = self.as_user(FIRST, "mdh-credentials env")
        self.assertEqual(status, 0, text)
        self.machine.write("/opt/environment", text + "\n")
        ask = ". /opt/environment; sh /opt/ask"
        self.assertEqual(self.as_user(FIRST, ask), (0, "200"))
        for change in ("mdh-credentials rotate-token --grace-seconds 0", f"systemctl restart {UNIT}",
                       f"systemctl stop {UNIT}; systemctl start {UNIT}"):
            self.machine.run(change)
            self.machine.await_true(lambda: self.as_user(FIRST, ask) == (0, "200"), 60, change)
        # Nobody else gets anything by it.
        stolen = self.machine.run(". /opt/environment; cat $AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE").strip()
        self.machine.write("/opt/stolen", f"Authorization: {stolen}\n")
        status = self.as_user(SECOND, "curl -s -o /dev/null -w %{http_code} -H @/opt/stolen "
                                      "http://127.0.0.1:6340/credentials/mdh-second; echo")
        self.assertEqual(status, (0, "401"))

    def test_the_record_tells_of_each(self):
        self.exec_as(FIRST)
        self.exec_as(MEMBER)
        table = self.machine.run("mdh-credentials status --users")
        self.assertRegex(table, rf"{FIRST} .*mdh-first")
        self.assertRegex(table, rf"{MEMBER} .*mdh-second")
        self.machine.run(f"systemctl restart {UNIT}")
        self.assertRegex(self.machine.run("mdh-credentials status --users"), rf"{FIRST} .*mdh-first")
        lines = self.journal(MDH_USER=FIRST)
        self.assertEqual([line["MDH_PROFILE"] for line in lines], ["mdh-first"])
        self.machine.run(f"systemctl stop {UNIT}; systemctl start {UNIT}")
        self.assertNotIn(FIRST, self.machine.run("mdh-credentials status --users"))

    def test_a_service_with_their_user_has_it_too(self):
        text = self.machine.run(f"systemd-run --quiet --wait --pipe -p User={FIRST} "
                                "mdh-credentials exec -- sh /opt/ask")
        self.assertEqual(text.splitlines()[-1], "200")

    def test_check_says_what_a_user_would_get_and_why(self):
        text = self.machine.run(f"mdh-credentials check --user {MEMBER}", check=False)
        self.assertIn(f"{MEMBER} may have mdh-second: accounts[0].projects[1].allowed_users names @study", text)
        self.assertIn(f"{MEMBER} may not have mdh-first", text)

    def test_a_token_group_works_without_a_drop_in(self):
        document = json.loads(self.machine.read(CONFIG))
        document["endpoint"] = {"token_file": "/run/mdh-credentials/daemon/authorization-token",
                                "token_group": "study"}
        self.machine.write(CONFIG, json.dumps(document))
        self.machine.run(f"systemctl restart {UNIT}")
        path = document["endpoint"]["token_file"]
        self.machine.await_true(lambda: self.machine.status(f"/usr/sbin/runuser -u {MEMBER} -- cat {path}") == 0, 60,
                                "the group reads the token")
        self.assertEqual(self.machine.status(f"/usr/sbin/runuser -u {FIRST} -- cat {path}"), 1)
