"""One person's daemon: the user unit in a lingering user's own manager, and the template; and no systemd at all."""


from cases import Case

USER = "researcher"
HOME = f"/home/{USER}"
AWS = f"{HOME}/.aws/credentials"


class Person(Case):
    def setUp(self):
        super().setUp()
        self.machine.run(f"id {USER} >/dev/null 2>&1 || useradd --create-home --shell /bin/bash {USER}")
        self.machine.run(f"rm -rf {HOME}/.aws {HOME}/.config {HOME}/.local")
        self.give("lab.pem", self.upstream.key)

    def tearDown(self):
        self.machine.run(f"systemctl stop mdh-credentials@{USER}.service; {self.manager} stop 'mdh-credentials*';"
                         f"{self.manager} reset-failed", check=False)

    manager = (f"runuser -u {USER} -- env HOME={HOME} XDG_RUNTIME_DIR=/run/user/$(id -u {USER}) systemctl --user")

    def give(self, name, text):
        self.machine.write(f"{HOME}/.config/mdh-credentials/{name}", text, "0600")
        self.machine.run(f"chown -R {USER}: {HOME}/.config")

    def configure_person(self, **more):
        self.give("config.json",
                  self.upstream.configuration(f"file:{HOME}/.config/mdh-credentials/lab.pem", **more))

    def log_in(self):
        self.machine.run(f"loginctl enable-linger {USER}")
        self.machine.await_true(lambda: "running" in self.machine.run(f"{self.manager} is-system-running", check=False),
                                what="the user's manager")
        self.machine.run(f"{self.manager} daemon-reload")


class UserUnit(Person):
    def test_keeps_the_profile_file_and_takes_it_back_at_a_stop(self):
        self.configure_person(profile_file={"on_stop": "remove", "write_region": False})
        self.machine.write(AWS, "[other]\naws_access_key_id = AKIAOTHER\n", "0600")
        self.machine.run(f"chown -R {USER}: {HOME}/.aws")
        self.log_in()
        self.machine.run(f"{self.manager} start mdh-credentials-wait.service")
        text = self.machine.read(AWS)
        self.assertIn(f"[{self.upstream.profile}]", text)
        self.assertIn("aws_session_token", text)
        self.assertEqual(self.machine.run(f"stat -c %U:%a {AWS}").strip(), f"{USER}:600")
        self.machine.run(f"{self.manager} stop mdh-credentials.service")
        self.assertEqual(self.machine.read(AWS), "[other]\naws_access_key_id = AKIAOTHER\n")

    def test_gives_credentials_to_its_user_and_to_nobody_else(self):
        self.configure_person()
        self.log_in()
        self.machine.run(f"{self.manager} start mdh-credentials.service")
        got = self.machine.run(f"runuser -u {USER} -- env HOME={HOME} XDG_RUNTIME_DIR=/run/user/$(id -u {USER}) "
                               f"mdh-credentials process --profile {self.upstream.profile}")
        self.assertIn("AccessKeyId", got)
        token = self.machine.read(f"{HOME}/.local/state/mdh-credentials/authorization-token")
        self.assertEqual(self.foreign_status(token), "403")

    def test_in_the_sandbox_of_the_drop_in_writes_its_own_places_alone(self):
        self.configure_person()
        self.machine.run(f"runuser -u {USER} -- install -D -m 0644 -t {HOME}/.config/systemd/user/"
                         "mdh-credentials.service.d /usr/share/doc/mdh-credentials/examples/user-sandbox.conf")
        self.log_in()
        self.machine.run(f"{self.manager} start mdh-credentials-wait.service")
        self.assertIn(f"[{self.upstream.profile}]", self.machine.read(AWS))
        pid = self.machine.run(f"{self.manager} show -P MainPID mdh-credentials.service").strip()
        mounts = dict(line.split()[4:6] for line in self.machine.run(f"cat /proc/{pid}/mountinfo").splitlines())
        self.assertTrue(mounts["/"].startswith("ro"))
        self.assertTrue(mounts[f"{HOME}/.aws"].startswith("rw"))
        got = self.machine.run(f"runuser -u {USER} -- env HOME={HOME} XDG_RUNTIME_DIR=/run/user/$(id -u {USER}) "
                               f"mdh-credentials process --profile {self.upstream.profile}")
        self.assertIn("AccessKeyId", got)

    def test_is_restarted_with_its_credentials_while_upstream_is_down(self):
        self.configure_person()
        self.log_in()
        self.machine.run(f"{self.manager} start mdh-credentials.socket mdh-credentials-wait.service")
        before = self.machine.read(AWS)
        self.upstream.control("down")
        pid = self.machine.run(f"{self.manager} show -P MainPID mdh-credentials.service").strip()
        self.machine.run(f"kill -9 {pid}")
        status = self.machine.await_true(
            lambda: self.machine.run("curl -s -m 5 http://127.0.0.1:6340/status", check=False), what="an answer")
        self.assertRegex(status, '"state":"(valid|failing)"')
        self.assertEqual(self.machine.read(AWS), before)


class Template(Person):
    def test_runs_as_its_user_and_writes_their_file(self):
        self.configure_person()
        self.machine.run(f"systemctl start mdh-credentials@{USER}.service")
        self.machine.run(f"runuser -l {USER} -c 'mdh-credentials wait --timeout 10'")
        self.assertIn(f"[{self.upstream.profile}]", self.machine.read(AWS))
        self.assertEqual(self.machine.run(f"stat -c %U {AWS}").strip(), USER)
        # The user's own commands find it without being told.
        self.assertIn(self.upstream.profile, self.machine.run(f"runuser -l {USER} -c 'mdh-credentials status'"))


class WithoutSystemd(Person):
    def test_is_a_good_pid_1(self):
        self.configure_person()
        self.machine.run(
            f"unshare --pid --fork --kill-child --mount-proc setpriv --reuid {USER} --regid {USER} --clear-groups "
            f"env -i HOME={HOME} mdh-credentials serve > /run/container.log 2>&1 & echo $! > /run/container.pid")
        self.machine.await_true(lambda: "aws_session_token" in self.machine.run(f"cat {AWS}", check=False),
                                what="the profile file")
        inner = self.machine.run("pgrep -P $(cat /run/container.pid)").strip()
        # What a health check leaves behind when it is killed becomes PID 1's child.
        self.machine.run(f"nsenter -t {inner} -p sh -c 'sleep 0.1 >/dev/null 2>&1 &'")
        self.machine.await_true(lambda: not self.machine.run(f"pgrep -P {inner}", check=False), 3, "the orphan's end")
        self.machine.run(f"kill -TERM {inner}")
        self.machine.await_true(lambda: self.machine.status(f"kill -0 {inner}") != 0, 3, "the end on SIGTERM")
        self.assertIn("stopped", self.machine.read("/run/container.log"))
