"""The daemon is found by its socket, from wherever a process comes, and by nobody whom it does not concern; the sockets
of the units stay where they are."""

import re

from cases import UNIT, Case
from person_cases import HOME, USER, Person

SECOND = "colleague"
SYSTEM_SOCKET, TEMPLATE_SOCKET = "/run/mdh-credentials/socket", f"/run/mdh-credentials@{USER}/socket"
STATUS = "/usr/bin/mdh-credentials status --verbose"
# How a process of the user's may come to run. What is not installed is left out.
WAYS = {
    "a login shell": f"runuser -l {USER} -c '{STATUS}'",
    "su": f"su {USER} -c '{STATUS}'",
    "su -": f"su - {USER} -c '{STATUS}'",
    "sudo -u": f"sudo -u {USER} {STATUS}",
    "sudo -i": f"sudo -i -u {USER} {STATUS}",
    "env -i": f"runuser -u {USER} -- env -i {STATUS}",
    "root's variables": f"runuser -u {USER} -- env HOME=/root XDG_RUNTIME_DIR=/run/user/0 {STATUS}",
    "snap's variables": f"runuser -u {USER} -- env HOME={HOME}/snap/editor/1 "
                        f"XDG_RUNTIME_DIR=/run/user/$(id -u {USER})/snap.editor {STATUS}",
    "a system service": f"systemd-run --quiet --wait --pipe -p User={USER} -p RuntimeDirectory=job "
                        f"-p StateDirectory=job {STATUS}",
    "cron": f"echo '* * * * * {USER} {STATUS} >{HOME}/said 2>&1' >/etc/cron.d/say; systemctl start cron; "
            f"until [ -s {HOME}/said ]; do sleep 0.2; done; rm /etc/cron.d/say; cat {HOME}/said; rm {HOME}/said",
    "at": f"systemctl start atd; echo '{STATUS} >{HOME}/said 2>&1' | runuser -u {USER} -- at -M now 2>/dev/null; "
          f"until [ -s {HOME}/said ]; do sleep 0.2; done; cat {HOME}/said; rm {HOME}/said",
    "a user namespace": f"runuser -u {USER} -- unshare -Ur {STATUS}",
}
PROGRAMS = {"cron": "cron", "at": "at", "sudo -u": "sudo", "sudo -i": "sudo"}


class Finding(Person):
    def setUp(self):
        super().setUp()
        self.configure_person()

    def ways(self):
        found = {way: command for way, command in WAYS.items()
                 if self.machine.status(f"command -v {PROGRAMS.get(way, 'true')}") == 0}
        self.assertGreaterEqual(len(found), 8)
        return found

    def assert_found_at(self, path, pid):
        for way, command in self.ways().items():
            with self.subTest(way):
                said = self.machine.run(command, check=False, timeout=180)
                self.assertIn(f"{path}: taken", said)
                self.assertIn(f"pid {pid}", said)

    def user_pid(self):
        return self.machine.run(f"{self.manager} show -P MainPID mdh-credentials.service").strip()

    def uid(self, user=USER):
        return self.machine.run(f"id -u {user}").strip()

    def inode(self, path):
        return self.machine.run(f"stat -c %i {path}").strip()

    def test_a_users_own_from_everywhere(self):
        self.log_in()
        self.machine.run(f"{self.manager} start mdh-credentials.socket mdh-credentials.service")
        self.assert_found_at(f"/run/user/{self.uid()}/mdh-credentials/socket", self.user_pid())

    def test_a_template_units_from_everywhere(self):
        self.machine.run(f"loginctl disable-linger {USER}; systemctl stop user@$(id -u {USER})", check=False)
        self.machine.run(f"systemctl start mdh-credentials@{USER}.service")
        self.addCleanup(self.machine.run, f"systemctl stop mdh-credentials@{USER}.socket")
        self.assertEqual(self.machine.run(f"stat -c %U:%a {TEMPLATE_SOCKET}").strip(), f"{USER}:600")
        self.assert_found_at(TEMPLATE_SOCKET, self.main_pid(f"mdh-credentials@{USER}.service"))
        before = self.inode(TEMPLATE_SOCKET)
        self.machine.run(f"systemctl restart mdh-credentials@{USER}.service")
        self.assertEqual(self.inode(TEMPLATE_SOCKET), before)
        self.machine.run(WAYS["a login shell"])

    def test_not_by_root_who_came_with_a_users_variables(self):
        self.log_in()
        self.machine.run(f"{self.manager} start mdh-credentials.socket mdh-credentials.service")
        folder = f"/run/user/{self.uid()}"
        said = self.machine.run(f"XDG_RUNTIME_DIR={folder} {STATUS} 2>&1; echo ended with $?")
        self.assertIn(f"{folder} belongs to uid {self.uid()}", said)
        self.assertIn("ended with 4", said)

    def test_by_the_name_that_a_container_was_given(self):
        self.log_in()
        self.machine.run(f"{self.manager} start mdh-credentials.socket mdh-credentials.service")
        self.machine.run(f"runuser -u {USER} -- mdh-credentials wait --timeout 120")    # its file is written, too
        inside = ("mount -t tmpfs none /mnt && mkdir /mnt/s && mount --bind /run/user/{uid}/mdh-credentials /mnt/s && "
                  "MDH_CREDENTIALS_SOCKET=/mnt/s/socket {status}").format(uid=self.uid(), status=STATUS)
        said = self.machine.run(f"runuser -u {USER} -- unshare -Urm sh -c '{inside}'")
        self.assertIn(f"pid {self.user_pid()}", said)

    def test_of_two_users_each_by_their_own(self):
        self.machine.run(f"id {SECOND} >/dev/null 2>&1 || useradd --create-home --shell /bin/bash {SECOND}")
        self.machine.run(f"cp -rT {HOME}/.config /home/{SECOND}/.config; chown -R {SECOND}: /home/{SECOND}/.config;"
                         f"sed -i s,{HOME},/home/{SECOND}, /home/{SECOND}/.config/mdh-credentials/config.json;"
                         f"loginctl enable-linger {USER} {SECOND}")
        pids = {}
        for user in (USER, SECOND):
            manager = self.manager.replace(USER, user).replace(HOME, f"/home/{user}")
            self.machine.await_true(
                lambda m=manager: "running" in self.machine.run(f"{m} is-system-running", check=False))
            self.machine.run(f"{manager} enable --now mdh-credentials.socket mdh-credentials.service 2>&1")
            self.addCleanup(self.machine.run, f"{manager} disable --now mdh-credentials.socket mdh-credentials.service"
                                              " 2>&1")
            pids[user] = self.machine.run(f"{manager} show -P MainPID mdh-credentials.service").strip()
        said = {user: self.machine.run(f"runuser -l {user} -c '{STATUS}'") for user in pids}
        for user, pid in pids.items():
            self.assertIn(f"pid {pid}", said[user])
        ports = {re.search(r"http://127\.0\.0\.1:(\d+)", text)[1] for text in said.values()}
        self.assertEqual(len(ports), 2)

    def test_a_unit_waits_for_a_daemon_in_a_terminal_and_follows_it(self):
        self.log_in()
        self.machine.run(f"runuser -l {USER} -c 'mdh-credentials serve >{HOME}/log 2>&1 & echo $! >{HOME}/pid'")
        pid = self.machine.read(f"{HOME}/pid").strip()
        self.machine.run(f"runuser -l {USER} -c 'mdh-credentials wait'")
        self.machine.run(f"{self.manager} start --no-block mdh-credentials.socket mdh-credentials.service")
        self.machine.await_true(lambda: f"pid {pid}" in self.machine.run(
            f"{self.manager} show -P StatusText mdh-credentials.service"), 60, "the word for whom it waits")
        # The unit's socket took the place of the terminal's, which takes it back.
        self.machine.await_true(lambda: f"pid {pid}" in self.machine.run(WAYS["env -i"], check=False), 60, "the first")
        self.machine.run(f"kill {pid}")
        self.machine.await_true(lambda: f"pid {self.user_pid()}" in self.machine.run(WAYS["env -i"], check=False), 60,
                                "the unit's")


class SystemSocket(Case):
    def status(self, before=""):
        return self.machine.run(f"{before} {STATUS} 2>&1", check=False)

    def inode(self):
        return self.machine.run(f"stat -c %i {SYSTEM_SOCKET}").strip()

    def test_is_the_socket_units_and_stays_whatever_the_service_does(self):
        self.start()
        self.assertEqual(self.machine.run(f"stat -c %U:%a {SYSTEM_SOCKET} /run/mdh-credentials").split(),
                         ["root:666", "root:755"])
        before = self.inode()
        for action in ("restart", "stop", "start", "restart"):
            self.machine.run(f"systemctl {action} {UNIT}; systemctl daemon-reload")
            self.assertEqual(self.inode(), before, action)
        self.assertIn(f"pid {self.main_pid()}", self.status())

    def test_answers_root_and_tells_others_what_they_may_know(self):
        self.start()
        self.assertIn(f"{SYSTEM_SOCKET}: taken", self.status())
        said = self.status("runuser -u nobody --")
        self.assertIn(f"{SYSTEM_SOCKET}: taken", said)
        self.assertNotIn(f"pid {self.main_pid()}", said)
        refused = self.machine.run("runuser -u nobody -- mdh-credentials process --profile "
                                   f"{self.upstream.profile} 2>&1; echo ended with $?")
        self.assertIn("403", refused)
        self.assertIn("ended with 1", refused)

    def test_of_a_stopped_service_starts_it(self):
        self.machine.run("systemctl start mdh-credentials.socket")
        self.machine.run(f"mdh-credentials wait --socket {SYSTEM_SOCKET}")
        self.assertEqual(self.machine.property(UNIT, "ActiveState"), "active")
