"""Goal: each thing that packaging/release makes is installed as its user would, in a Debian of its own, and gives
credentials there.

Takes a release folder. Needs root, and a network the first time a root is made."""

import argparse
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "emulator"))
import root  # noqa: E402
import running  # noqa: E402

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("release", type=pathlib.Path)
options.add_argument("-k", dest="pattern")
OPTIONS = options.parse_args()
RELEASE = OPTIONS.release.resolve()
ARCH = platform.machine()
SUITES = ("bullseye", "bookworm", "trixie")


def artifact(pattern):
    found = sorted(RELEASE.glob(pattern))
    if len(found) != 1:
        raise AssertionError(f"{pattern} in {RELEASE}: {found}")
    return found[0]


def run(*command, **more):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **more)
    if done.returncode != 0:
        raise AssertionError(f"{command} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.emulator = running.RunningEmulator()
        cls.addClassCleanup(cls.emulator.stop)

    def folder(self):
        made = tempfile.TemporaryDirectory(prefix="mdh-packages-")
        self.addCleanup(made.cleanup)
        return pathlib.Path(made.name)

    def root(self, suite, **also):
        emulator = self.emulator.directory
        made = root.Root(suite, {"/release": RELEASE, "/tests": HERE, emulator: emulator, **also})
        self.addCleanup(made.close)
        return made

    def use(self, place, program, user=None):
        """use() lets the program fetch and serve credentials inside. The emulator's keys are a test's: all may read."""
        run("chmod", "-R", "a+rX", self.emulator.directory)
        said = place.run(f"bash /tests/use.sh {program} {self.emulator.directory}", user)
        self.assertIn("all well", said)


class Program(Case):
    def unpacked(self, arch):
        folder = self.folder()
        run("tar", "-xf", artifact(f"*-{arch}-linux.tar.gz"), "-C", folder)
        return next(folder.glob("*/bin/mdh-credentials"))

    def test_needs_glibc_2_28_alone_and_is_hardened(self):
        for arch in ("x86_64", "aarch64"):
            if list(RELEASE.glob(f"*-{arch}-linux.tar.gz")):
                with self.subTest(arch):
                    program = self.unpacked(arch)
                    header = run("readelf", "-hldW", program)
                    self.assertRegex(header, r"Type: +DYN")
                    self.assertRegex(header, r"GNU_STACK .* RW ")
                    self.assertIn("GNU_RELRO", header)
                    self.assertRegex(header, r"FLAGS.*NOW")
                    needed = set(re.findall(r"NEEDED.*\[(.*?)\]", header))
                    self.assertLessEqual({name.split(".so")[0] for name in needed},
                                         {"libc", "libpthread", "libdl", "libm", "librt", "ld-linux-x86-64", "ld-linux-aarch64"})
                    symbols = run("readelf", "--dyn-syms", "-W", program)
                    versions = {tuple(map(int, found.split("."))) for found in re.findall(r"@GLIBC_([\d.]+)", symbols)}
                    self.assertLessEqual(max(versions), (2, 28))

    def test_names_no_folder_of_its_builder(self):
        self.assertEqual(re.findall(rb"/(?:root|tmp|home)/[\w./-]+|\.cache[\w./-]*", self.unpacked(ARCH).read_bytes()), [])


class OtherArchitecture(Case):
    def test_the_image_of_aarch64_gives_credentials_under_qemu(self):
        images = list(RELEASE.glob("*-aarch64-image.tar"))
        if ARCH == "aarch64" or not images or not shutil.which("qemu-aarch64-static"):
            self.skipTest("no image of aarch64, or no qemu-aarch64-static")
        folder = self.folder()
        with tarfile.open(images[0]) as image:
            layer = json.load(image.extractfile("manifest.json"))[0]["Layers"][0]
            with tarfile.open(fileobj=image.extractfile(layer), mode="r:gz") as root:
                root.extractall(folder / "root")
        program = folder / "mdh-credentials"
        program.write_text(f'#!/bin/sh\nexec qemu-aarch64-static -L {folder}/root {folder}/root/usr/bin/mdh-credentials "$@"\n')
        program.chmod(0o755)
        self.assertIn("all well", run(HERE / "use.sh", program, self.emulator.directory))


class Archive(Case):
    def unpack(self, place, user):
        place.run(f"cd && tar -xf /release/{artifact(f'*-{ARCH}-linux.tar.gz').name} && mv mdh-credentials-* unpacked", user)

    def test_installs_for_a_user_without_root_and_goes_again(self):
        for suite in SUITES:
            with self.subTest(suite):
                place = self.root(suite)
                self.unpack(place, 1000)
                before = place.run("cd && find . -path ./unpacked -prune -o -type f -print | sort", 1000)
                self.assertIn("Installed /home/anna/.local/bin/mdh-credentials", place.run("~/unpacked/install.sh", 1000))
                self.use(place, "/home/anna/.local/bin/mdh-credentials", 1000)
                unit = place.run("cat ~/.local/share/systemd/user/mdh-credentials.service", 1000)
                self.assertIn("ExecStart=/home/anna/.local/bin/mdh-credentials serve", unit)
                place.run("rm -r ~/unpacked; ~/.local/share/doc/mdh-credentials/install.sh --uninstall", 1000)
                self.assertEqual(place.run("cd && find . -type f | sort", 1000), before)

    def test_installs_for_the_machine(self):
        place = self.root("bookworm")
        self.unpack(place, None)
        place.run("~/unpacked/install.sh && ~/unpacked/install.sh")  # again: an upgrade
        self.use(place, "/usr/local/bin/mdh-credentials")
        self.assertIn("ExecStart=/usr/local/bin/mdh-credentials",
                      place.run("cat /usr/local/lib/systemd/system/mdh-credentials.service"))
        place.run("~/unpacked/install.sh --uninstall")
        self.assertEqual(place.run("find /usr /etc /opt -name '*mdh-credentials*'"), "")

    def test_takes_a_prefix_and_refuses_what_it_cannot_do(self):
        place = self.root("bookworm")
        self.unpack(place, 1000)
        place.run("~/unpacked/install.sh --prefix ~/apps/mdh", 1000)
        self.use(place, "/home/anna/apps/mdh/bin/mdh-credentials", 1000)
        for words, said in (("--system", "cannot write"), ("--prefix '/tmp/a b'", "plainer --prefix"), ("--nonsense", "no such option"),
                            ("--uninstall --prefix /tmp/none", "nothing is installed")):
            self.assertIn(said, place.run(f"~/unpacked/install.sh {words} && echo unexpected", 1000, check=False))

    def test_says_what_it_needs_where_it_cannot_run(self):
        place = self.root("bookworm")
        self.unpack(place, 1000)
        place.run("cd ~/unpacked/bin && printf '#!/lib/ld-musl-x86_64.so.1\\n' > mdh-credentials", 1000)
        said = place.run("~/unpacked/install.sh || echo refused", 1000)
        self.assertIn("glibc 2.28 or later, not musl", said)
        self.assertIn("refused", said)


class Wheel(Case):
    def test_pip_gives_the_program_in_a_virtual_environment(self):
        folder = self.folder()
        run(sys.executable, "-m", "venv", folder / "venv")
        wheel = artifact(f"*_{ARCH}.whl")
        run(folder / "venv/bin/pip", "install", "--no-index", wheel)
        self.assertIn("all well", run(HERE / "use.sh", folder / "venv/bin/mdh-credentials", self.emulator.directory))
        by_module = run(folder / "venv/bin/python", "-m", "mdh_credentials", "--version")
        self.assertEqual(by_module, run(folder / "venv/bin/mdh-credentials", "--version"))
        run(folder / "venv/bin/pip", "install", "--no-index", "--target", folder / "modules", wheel)
        self.assertEqual(run(folder / "venv/bin/python", "-m", "mdh_credentials", "--version",
                             env=os.environ | {"PYTHONPATH": str(folder / "modules")}), by_module)
        run(folder / "venv/bin/pip", "uninstall", "-y", "mdh-credentials")
        self.assertEqual([path for path in folder.glob("venv/**/*") if "mdh" in path.name], [])

    def test_the_index_would_take_it(self):
        folder = self.folder()
        run(sys.executable, "-m", "venv", folder / "venv")
        run(folder / "venv/bin/pip", "install", "-q", "auditwheel", "twine")
        for wheel in RELEASE.glob("*.whl"):
            self.assertIn("PASSED", run(folder / "venv/bin/twine", "check", "--strict", wheel))
            self.assertIn("manylinux_2_28", run(folder / "venv/bin/auditwheel", "show", wheel))


class Deb(Case):
    def test_installs_on_every_debian_and_gives_credentials(self):
        package = artifact("*_amd64.deb" if ARCH == "x86_64" else "*_arm64.deb").name
        for suite in SUITES:
            with self.subTest(suite):
                place = self.root(suite)
                place.run(f"dpkg -i /release/{package}")
                self.use(place, "/usr/bin/mdh-credentials")
                place.run("dpkg --purge mdh-credentials")
                self.assertEqual(place.run("find /usr /etc -name '*mdh-credentials*'"), "")

    def test_lintian_finds_nothing(self):
        for package in RELEASE.glob("*.deb"):
            self.assertEqual(run("lintian", "--allow-root", "--fail-on", "none", "--tag-display-limit", "0",
                                 "--suppress-tags", "embedded-library", package), "")


class Rpm(Case):
    def test_asks_for_nothing_that_rhel_8_has_not(self):
        required = run("rpm", "-qp", "--requires", "--nosignature", artifact(f"*.{ARCH}.rpm"))
        versions = re.findall(r"GLIBC_([\d.]+)", required)
        self.assertLessEqual(max(tuple(map(int, version.split("."))) for version in versions), (2, 28))
        names = {re.split(r"[.(\s]", line)[0] for line in required.splitlines()}
        self.assertLessEqual(names, {"libc", "libpthread", "libdl", "libm", "librt", "ld-linux-x86-64", "ld-linux-aarch64",
                                     "rpmlib", "ca-certificates", "rtld", "/bin/sh", "/usr/bin/mdh-credentials", "config"})

    def test_installs_into_a_root_and_gives_credentials(self):
        folder = self.folder()
        run("rpm", "--root", folder, "--dbpath", "/rpm", "-i", "--nodeps", "--noscripts", "--nosignature", artifact(f"*.{ARCH}.rpm"))
        self.use(self.root("bookworm", **{"/installed": folder}), "/installed/usr/bin/mdh-credentials")


if __name__ == "__main__":
    names = ["-k", OPTIONS.pattern] if OPTIONS.pattern else []
    unittest.main(argv=[sys.argv[0], "-v", *names])
