"""Goal: a stranger's build works: the README's own lines ("build"), without test libraries; a plain one at -O3 with make
and with ninja; and wherever it is installed, the units name the program there. Minutes where no compiler cache is."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def block(name):
    """block() is the README's shell block that is marked to be run so."""
    return re.search(rf"<!-- run: {name} -->\n```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.S).group(1)


class BuildTest(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory(prefix="mdh-build-")
        self.addCleanup(self._folder.cleanup)
        self.folder = pathlib.Path(self._folder.name)
        self.tree = self.folder / "tree"
        shutil.copytree(ROOT, self.tree, ignore=shutil.ignore_patterns("build", "out", ".git", "__pycache__"))
        (self.folder / "home").mkdir()

    def run_line(self, line):
        done = subprocess.run(["sh", "-euc", line], cwd=self.tree, capture_output=True, text=True,
                              env={**os.environ, "HOME": str(self.folder / "home"), "CMAKE_BUILD_PARALLEL_LEVEL": "2"})
        self.assertEqual(done.returncode, 0, f"{line}\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
        return done.stdout

    def assert_installed(self, prefix):
        program = prefix / "bin" / "mdh-credentials"
        self.assertIn("mdh-credentials 0.", subprocess.run([program, "--version"], capture_output=True, text=True).stdout)
        units = [unit for unit in prefix.rglob("mdh-credentials*.service") if "ExecStart=" in unit.read_text()]
        self.assertGreaterEqual(len(units), 2)
        for unit in units:
            self.assertIn(f"ExecStart={program} ", unit.read_text(), unit)

    def test_the_lines_of_the_readme_build_and_install(self):
        self.run_line(block("build"))
        self.assert_installed(self.folder / "home" / ".local")
        cache = (self.tree / "build" / "release" / "CMakeCache.txt").read_text()
        self.assertIn("MDH_TESTS:BOOL=OFF", cache)

    def test_a_plain_release_builds_with_make_and_with_ninja(self):
        for generator, name in (("Unix Makefiles", "make"), ("Ninja", "ninja")):
            with self.subTest(generator=generator):
                self.run_line(f"cmake -S . -B build/{name} -G '{generator}' -DCMAKE_BUILD_TYPE=Release -DMDH_TESTS=OFF && "
                              f"cmake --build build/{name} && cmake --install build/{name} --prefix {self.folder}/{name}")
                self.assert_installed(self.folder / name)


if __name__ == "__main__":
    unittest.main(verbosity=2)
