"""The package: installed, upgraded, purged."""

import re

from cases import CONFIG, TOKEN, UNIT, Case


class InstalledPackage(Case):
    def test_unconfigured_it_starts_and_enables_nothing(self):
        self.machine.run("rm " + CONFIG)
        self.machine.run(f"systemctl start {UNIT}")
        self.assertEqual(self.machine.property(UNIT, "ActiveState"), "inactive")
        self.assertEqual(self.machine.property(UNIT, "ConditionResult"), "no")
        self.assertEqual(self.machine.run(f"systemctl is-enabled {UNIT}", check=False).strip(), "disabled")

    def test_systemd_has_nothing_to_say_about_the_units(self):
        for manager in ("system", "user"):
            said = self.machine.run(f"cd /usr/lib/systemd/{manager} && mkdir -p /run/verify && XDG_RUNTIME_DIR=/run/verify"
                                    f" systemd-analyze --{manager} --man=no verify ./mdh-credentials*.service"
                                    " ./mdh-credentials*.socket 2>&1")
            self.assertEqual(re.sub(r".*(?<!mdh-credentials)\.(mount|slice).*\n", "", said), "")

    def test_the_system_unit_is_exposed_to_1_5_at_most(self):
        for unit in (UNIT, "mdh-credentials-wait.service", "mdh-credentials@.service"):
            self.machine.run("systemd-analyze security --offline=true --threshold=15"
                             f" /usr/lib/systemd/system/{unit}")

    def test_it_depends_on_the_distributions_libraries_alone(self):
        needed = self.machine.run("ldd /usr/bin/mdh-credentials")
        self.assertNotIn("not found", needed)
        self.assertNotIn("/usr/local", needed)

    def test_it_is_small(self):
        size = self.site.package.stat().st_size
        print(f"package: {size} bytes")
        self.assertLess(size, 1280 * 1024)


class UpgradedPackage(Case):
    def test_keeps_configuration_token_and_running_credentials_while_upstream_is_down(self):
        self.start()
        before, token, pid = self.credentials(), self.machine.read(TOKEN), self.main_pid()
        configuration = self.machine.read(CONFIG)
        self.upstream.control("down")
        self.site.install(self.site.successor)
        self.assertNotEqual(self.main_pid(), pid, "the running daemon is the new one")
        self.assertEqual(self.credentials(), before)
        self.assertEqual(self.machine.read(TOKEN), token)
        self.assertEqual(self.machine.read(CONFIG), configuration)
        self.site.install(self.site.successor)


class PurgedPackage(Case):
    def test_leaves_nothing(self):
        self.start()
        self.machine.run("systemctl enable mdh-credentials.socket mdh-credentials.service")
        self.machine.run("DEBIAN_FRONTEND=noninteractive apt-get -y purge mdh-credentials")
        self.assertEqual(self.machine.run("systemctl list-units --no-legend --state=active 'mdh-credentials*'"), "")
        left = self.machine.run("find /etc /usr /var/lib /run -xdev -name '*mdh-credentials*' -not -name '*.deb'"
                                " -not -path '/usr/local/*' -not -path '/var/lib/systemd/*'")
        self.assertEqual(left, "")
        self.site.install(self.site.package)


class RpmPackage(Case):
    def rpm(self, action, what):
        # Its own database is empty: what Debian installed is not in it. Debian's rpm would rather be alien.
        said = self.machine.run(f"rpm --dbpath /run/rpm {action} {what} 2>&1").splitlines()
        return "\n".join(line for line in said if not line.startswith("rpm: "))

    def test_is_installed_upgraded_and_erased(self):
        if self.machine.status("command -v rpm") != 0:
            self.skipTest("this machine has no rpm")
        first, second = (self.site.make_package(release, "RPM", "RPM") for release in (1, 2))
        self.machine.run("DEBIAN_FRONTEND=noninteractive apt-get -y purge mdh-credentials")
        self.addCleanup(lambda: self.site.install(self.site.package))
        self.assertEqual(self.rpm("-i --nodeps", self.site.bring(first)), "")
        self.assertEqual(self.machine.run(f"systemctl is-enabled {UNIT}", check=False).strip(), "disabled")
        self.setUp()    # the purge took the key and the configuration along
        self.machine.run("systemctl enable mdh-credentials.socket mdh-credentials.service")
        self.start()
        before, pid = self.credentials(), self.main_pid()
        self.upstream.control("down")
        self.assertEqual(self.rpm("-U --nodeps", self.site.bring(second)), "")
        self.assertNotIn(self.main_pid(), (0, pid), "the running daemon is the new one")
        self.assertEqual(self.credentials(), before)
        self.assertIn("-2.", self.rpm("-q", "mdh-credentials"))
        self.rpm("-e --nodeps", "mdh-credentials")
        self.assertEqual(self.machine.run("systemctl list-units --no-legend --state=active 'mdh-credentials*'"), "")
        self.assertEqual(self.machine.run("find /usr /etc/systemd -xdev -name '*mdh-credentials*'"
                                          " -not -path '/usr/local/*'"), "")
        self.assertIn("lab.pem", self.machine.run("ls /etc/mdh-credentials/keys"), "a person's files stay")
