"""A Debian of any release, in a root of its own: a minimal one from debootstrap below, what a test changes above, the
machine's loopback in common. Needs root."""

import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "machine"))
import machine  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent


class Root:
    def __init__(self, suite, shared):
        """Root(suite, {place: folder}) shows this machine's folder at the place inside."""
        self._lower = machine.fresh_root(suite)
        self._shared = shared
        self._folder = tempfile.TemporaryDirectory(prefix=f"mdh-{suite}-", dir="/var/tmp")
        self._work = pathlib.Path(self._folder.name)
        for name in ("upper", "work", "merged"):
            (self._work / name).mkdir()

    def close(self):
        self._folder.cleanup()

    def _script(self, command, user):
        binds = "".join(f"mkdir -p .{place}; mount --bind {folder} .{place}\n" for place, folder in self._shared.items())
        enter = f"setpriv --reuid={user} --regid={user} --clear-groups " if user else ""
        return f"""
            mount -t overlay -o lowerdir={self._lower},upperdir={self._work}/upper,workdir={self._work}/work \
                overlay {self._work}/merged
            cd {self._work}/merged
            {binds}
            mount -t proc proc proc
            mount --rbind /dev dev
            mkdir -p home/anna && chown 1000:1000 home/anna
            exec chroot . {enter}env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME={'/home/anna' if user else '/root'} \
                LC_ALL=C.UTF-8 bash -c "$0"
        """, command

    def start(self, command, user=None, **options):
        """start() runs a shell command inside, as root or as a user who has a home and nothing else."""
        script, argument = self._script(command, user)
        return subprocess.Popen(["unshare", "--mount", "--propagation", "private", "bash", "-euc", script, argument],
                                stdin=subprocess.DEVNULL, text=True, **options)

    def run(self, command, user=None, check=True):
        """run() is all that it said; a failure raises with it."""
        process = self.start(command, user, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        said = process.communicate(timeout=300)[0]
        if check and process.returncode != 0:
            raise AssertionError(f"{command}\nended with {process.returncode}: {said}")
        return said
