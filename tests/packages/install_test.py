"""Goal: `cmake --install` with any prefix gives units that name the program where it is, in a folder where systemd
looks, and touches nothing else: below /usr and /opt for the machine, below a home for its owner alone."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

BUILD = sys.argv[1]


class Installed(unittest.TestCase):
    def installed(self, prefix):
        """installed() is the folder that stands for / after an installation with this prefix."""
        root = tempfile.TemporaryDirectory(prefix="mdh-install-")
        self.addCleanup(root.cleanup)
        subprocess.run(["cmake", "--install", BUILD, "--prefix", prefix], check=True, capture_output=True,
                       env=os.environ | {"DESTDIR": root.name})
        return pathlib.Path(root.name)

    def units(self, root, folder):
        found = list((root / folder.lstrip("/")).glob("mdh-credentials*"))
        for unit in found:
            for program in re.findall(r"(?m)^ExecStart=(\S+)", unit.read_text()):
                self.assertTrue(os.access(root / program.lstrip("/"), os.X_OK), f"{unit}: {program}")
        return len(found)

    def test_below_a_system_prefix_both_kinds_of_units_name_the_program(self):
        for prefix in ("/usr", "/usr/local", "/opt/mdh"):
            with self.subTest(prefix):
                root = self.installed(prefix)
                self.assertEqual(self.units(root, f"{prefix}/lib/systemd/system"), 5)
                self.assertEqual(self.units(root, f"{prefix}/lib/systemd/user"), 3)
                self.assertEqual((root / "etc/mdh-credentials/keys").stat().st_mode & 0o777, 0o700)

    def test_below_a_home_the_user_units_alone_are_where_a_users_manager_looks(self):
        root = self.installed("/home/anna/.local")
        self.assertEqual(self.units(root, "/home/anna/.local/share/systemd/user"), 3)
        self.assertEqual([path.name for path in root.iterdir()], ["home"], "nothing outside the prefix")
        self.assertFalse(list(root.rglob("system")))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
