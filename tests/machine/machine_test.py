#!/usr/bin/python3
"""Goal: the package and its units do under a real systemd what the manual says.

Makes the .deb from a build folder, boots systemd as PID 1 over this machine's root (--fresh-root: over a minimal
Debian of its release, made once by debootstrap), installs it there and lets every case work on it. Exits 77 where such a machine
may not be made."""

import argparse
import sys
import unittest

import agent_cases
import cases
import finding_cases
import machine
import package_cases
import person_cases
import readme_cases
import service_cases
import setup_cases
import users_cases

ORDER = [package_cases.InstalledPackage, service_cases.Start, service_cases.Reload, service_cases.Restart,
         service_cases.Clocks, service_cases.Stop, service_cases.Flood, person_cases.UserUnit, person_cases.Template,
         person_cases.WithoutSystemd, finding_cases.Finding, finding_cases.SystemSocket, agent_cases.SystemAgent,
         agent_cases.UserAgent, users_cases.SeveralUsers, setup_cases.PersonsSetup, setup_cases.MachinesSetup,
         readme_cases.Researcher, readme_cases.Administrator,
         package_cases.UpgradedPackage, package_cases.PurgedPackage, package_cases.RpmPackage]


def parse():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--build", required=True, help="a built tree, with CPackConfig.cmake")
    options.add_argument("--fresh-root", action="store_true")
    options.add_argument("--flood-seconds", type=int, default=0, help="how long the flood lasts at least")
    options.add_argument("-k", dest="pattern", help="only cases whose name contains this")
    return options.parse_args()


def chosen(pattern):
    suite = unittest.TestSuite()
    for case in ORDER:
        for name in unittest.defaultTestLoader.getTestCaseNames(case):
            if not pattern or pattern in f"{case.__name__}.{name}":
                suite.addTest(case(name))
    return suite


def main():
    options = parse()
    if not machine.permitted():
        print("skipped: namespaces for a machine of its own (unshare as root) are not permitted here")
        return 77
    site = cases.Case.site = cases.Site(options.build, options.fresh_root)
    site.flood_seconds = options.flood_seconds
    try:
        print(site.install(site.package))
        good = unittest.TextTestRunner(verbosity=2).run(chosen(options.pattern)).wasSuccessful()
        for what, seconds in site.times.items():
            print(f"{what}: {seconds * 1000:.0f} ms")
    finally:
        site.close()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
