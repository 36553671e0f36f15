"""Claims: whatever is in the profile file's place or in its way, `check` finds an error exactly where `once` cannot
write, with the same cure, which is that of the cause; and what was there before a failure is there after it."""

import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import harness  # noqa: E402

ROOT = os.geteuid() == 0
NOBODY = 65534
LONG_TERM = "[mdh-lab]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = shown-once\n"
KEPT = "# mine\n[other]\nregion = x\n"


def texts():
    """texts() are files by name: bytes, and what of the cure there is (None: it is written)."""
    line = "correct that line by hand"
    return {
        "empty": (b"", None),
        "other tools": (b"[default]\nregion = x\n[a]\n# note\ns3 =\n  x = y\n", None),
        "crlf": (b"[other]\r\nregion = x\r\n", None),
        "unterminated": (b"[other]\nregion = x", None),
        "indented": (b"[other]\n  region = x\n  output = y\n", None),
        "percent": (b"[other]\nkey = 100%\n[a%b]\n", None),
        "inline comment": (b"[mdh-lab]\noutput = json ; mine\n", None),
        "short-lived keys": (b"[mdh-lab]\naws_access_key_id = ASIAOLD\naws_secret_access_key = x\n", None),
        "long-term keys": (LONG_TERM.encode(), "--replace-keys"),
        "byte order mark": (b"\xef\xbb\xbf[other]\n", line),
        "utf-16": ("[other]\n".encode("utf-16"), line),
        "latin-1": (b"[other]\n# \xe9\n", line),
        "nul": (b"[other]\n\0\n", line),
        "key first": (b"region = x\n[other]\n", line),
        "export lines": (b"[other]\nexport AWS_ACCESS_KEY_ID\n", line),
        "html": (b"<!DOCTYPE html>\n<html></html>\n", line),
        "json": (b'{"a": 1}\n', line),
        "two sections": (b"[a]\nx = 1\n[a]\ny = 2\n", line),
        "two of ours": (b"[mdh-lab]\n[mdh-lab]\n", line),
        "two keys": (b"[a]\nx = 1\nX = 2\n", line),
        "no key": (b"[a]\n= 2\n", line),
        "large": (b"# " + bytes(17 << 20).replace(b"\0", b"x") + b"\n", "profile_file.path"),
    }


class FileCasesTest(harness.Case):
    def setUp(self):
        super().setUp()
        self.place.folder.chmod(0o755)
        self.key = self.place.write("key.pem", pathlib.Path(self.emulator.accounts[0]["pkcs1"]).read_text())
        self.aws = self.place.credentials_file.parent
        self.fresh()

    def fresh(self, text=KEPT, mode=0o600):
        shutil.rmtree(self.aws, ignore_errors=True)
        if self.aws.is_file():
            self.aws.unlink()
        self.aws.mkdir(mode=0o700)
        if text is not None:
            self.place.credentials_file.write_bytes(text if isinstance(text, bytes) else text.encode())
            self.place.credentials_file.chmod(mode)

    def run_verb(self, verb, form, before, user, environment, extra):
        document = self.config()
        document["profile_file"] = {"form": form}
        document["accounts"][0]["private_key"] = "file:" + self.key
        config = self.write_config(document)
        os.chmod(config, 0o644)
        if user is not None:
            for path in (self.key, config):
                os.chown(path, user, user)
        as_user = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user is not None else []
        folders = ["--state-dir", str(self.place.state), "--runtime-dir", str(self.place.runtime)]
        if user is not None:
            for path in (self.place.state, self.place.runtime):
                path.mkdir(parents=True, exist_ok=True)
                os.chown(path, user, user)
            for path in (self.place.state.parent, self.place.runtime.parent):
                path.chmod(0o755)
        words = [*before, *as_user, harness.PROGRAM, verb, "--config", config, *folders, *extra]
        done = subprocess.run(words, env={**self.place.environment, **environment}, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=harness.PATIENCE)
        self.outputs.append(done.stdout + done.stderr)
        return done

    def agree(self, name, cure, form="keys", before=(), user=None, extra=(), **environment):
        """agree() is once's output, when check found the same."""
        held = (form, list(before), user, environment, list(extra))
        checked = self.run_verb("check", *held)
        done = self.run_verb("once", *held)
        whole = f"\n--- check {checked.returncode}\n{checked.stdout}{checked.stderr}\n--- once {done.returncode}\n" \
                f"{done.stdout}{done.stderr}"
        self.assertEqual(done.returncode, 0 if cure is None else 1, name + whole)
        self.assertEqual(checked.returncode, done.returncode, name + whole)
        if cure is not None:
            self.assertRegex(checked.stdout, f"(?m)hint: .*{cure}", name + whole)
            self.assertRegex(done.stderr, f"(?m)hint: .*{cure}", name + whole)
        return done.stdout + done.stderr

    def test_texts(self):
        for name, (text, cure) in texts().items():
            with self.subTest(name):
                self.fresh(text)
                self.agree(name, cure)
                if cure is not None:
                    self.assertEqual(self.place.credentials_file.read_bytes(), text)

    def test_long_term_keys_are_replaced_when_told(self):
        self.fresh(LONG_TERM)
        self.agree("replaced", None, extra=["--replace-keys"])
        self.assertNotIn("AKIA", self.place.credentials_file.read_text())

    def test_what_is_no_file(self):
        for name, make, cure in (
                ("a folder", lambda path: path.mkdir(), "remove it where it is empty"),
                ("a fifo", os.mkfifo, "move it away"),
                ("a loop", lambda path: path.symlink_to(path), "in a circle"),
                ("a dangling link", lambda path: path.symlink_to("/nonexistent/aws/credentials"), "mend the symlink"),
                ("a link to a file", lambda path: path.symlink_to(self.place.folder / "target"), None)):
            with self.subTest(name):
                self.fresh(None)
                make(self.place.credentials_file)
                self.agree(name, cure)
        with self.subTest("the folder is a file"):
            shutil.rmtree(self.aws)
            self.aws.write_text("")
            self.agree("the folder is a file", "must be a folder: move it away")
        with self.subTest("no folder yet"):
            self.aws.unlink()
            self.agree("no folder yet", None)
            self.assertEqual(self.aws.stat().st_mode & 0o777, 0o700)

    def test_the_null_device(self):
        self.fresh(None)
        self.agree("the config file is off", None, AWS_CONFIG_FILE="/dev/null")
        self.assertNotIn("warning", self.agree("once more", None, AWS_CONFIG_FILE="/dev/null"))
        self.agree("the credentials file is off", None, form="process", AWS_SHARED_CREDENTIALS_FILE="/dev/null")
        self.agree("ours is off", "profile_file.path", AWS_SHARED_CREDENTIALS_FILE="/dev/null")
        self.agree("the process form's is off", "profile_file.path", form="process", AWS_CONFIG_FILE="/dev/null")
        self.assertFalse(pathlib.Path("/dev/.null.mdh-lock").exists())

    def test_siblings(self):
        self.fresh()
        lock = self.aws / ".credentials.mdh-lock"
        lock.mkdir()
        self.agree("the lock is a folder", ".")
        lock.rmdir()
        lock.symlink_to("/etc/hostname")
        self.agree("the lock is a link", ".")

    def test_a_mode_that_lets_others_read(self):
        self.fresh(mode=0o644)
        done = self.agree("narrowed", None)
        self.assertRegex(done, "could be read by others \\(mode 0644\\)")
        self.assertEqual(self.place.credentials_file.stat().st_mode & 0o777, 0o600)
        self.assertNotIn("warning", self.agree("once more", None))

    # --- as another user, and in mounts of their own ---

    def as_nobody(self, text=KEPT, mode=0o600, owner=NOBODY):
        if not ROOT:
            self.skipTest("wants root, to be another user")
        self.fresh(text, mode)
        (self.place.folder / "home").chmod(0o755)
        os.chown(self.aws, NOBODY, NOBODY)
        if text is not None:
            os.chown(self.place.credentials_file, owner, owner)

    def test_roots_file_in_our_folder(self):
        self.as_nobody(owner=0)
        self.agree("cannot be read", "sudo chown 65534 .*/credentials", user=NOBODY)
        self.as_nobody(owner=0, mode=0o644)
        self.assertIn("does not let it be given away", self.agree("can be read", None, user=NOBODY))
        self.assertEqual(self.place.credentials_file.stat().st_uid, NOBODY)

    def test_folders_without_rights(self):
        self.as_nobody()
        os.chown(self.aws, 0, 0)
        self.aws.chmod(0o755)
        self.agree("root's folder", "sudo chown 65534 .*/.aws$", user=NOBODY)
        os.chown(self.aws, NOBODY, NOBODY)
        self.aws.chmod(0o500)
        self.agree("a folder that we may not write", "chmod u\\+rwX .*/.aws$", user=NOBODY)
        self.aws.chmod(0o700)
        self.place.credentials_file.chmod(0o200)
        self.agree("a file that we may not read", "chmod u\\+rwX .*/credentials$", user=NOBODY)
        self.aws.chmod(0o1777)
        os.chown(self.aws, 0, 0)
        self.place.credentials_file.chmod(0o644)
        os.chown(self.place.credentials_file, 0, 0)
        self.agree("another's file in a sticky folder", "own", user=NOBODY)

    def in_mounts(self, script):
        before = ["unshare", *([] if ROOT else ["-Ur"]), "-m", "sh", "-c", script + ' && exec "$@"', str(self.aws)]
        if subprocess.run([*before, "true"], stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("this machine lets nobody make such a mount: " + script)
        return before

    def test_file_systems(self):
        fill = 'mount -t tmpfs -o size=16k none "$0" && (dd if=/dev/zero of="$0/fill" 2>/dev/null; true)'
        for name, script, cure in (
                ("read-only", 'mount -t tmpfs -o ro none "$0"', "read-only"),
                ("full", fill, "disk is full"),
                ("a file as mount point", 'mount --bind "$0/../file" "$0/credentials"', "mount its folder"),
                ("a folder as mount point", 'mount -t tmpfs none "$0"', None)):
            with self.subTest(name):
                self.fresh()
                (self.aws.parent / "file").write_text(KEPT)
                self.agree(name, cure, before=self.in_mounts(script))

    def test_immutable(self):
        self.fresh()
        if subprocess.run(["chattr", "+i", self.place.credentials_file], capture_output=True).returncode != 0:
            self.skipTest("no chattr here")
        try:
            self.agree("immutable", "sudo chattr -i .*/credentials")
        finally:
            subprocess.run(["chattr", "-i", self.place.credentials_file], check=True)


if __name__ == "__main__":
    harness.main()
