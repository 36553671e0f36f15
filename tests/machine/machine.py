"""A real systemd as PID 1, in namespaces of its own, in about a second: an overlay of this machine's root or of a
debootstrapped one. Needs root."""

import os
import pathlib
import platform
import shlex
import shutil
import subprocess
import tempfile
import time

PACKAGES = ["systemd", "systemd-sysv", "dbus", "libpam-systemd", "procps", "iproute2", "curl", "ca-certificates"]
HERE = pathlib.Path(__file__).resolve().parent
NAMESPACES = ["--fork", "--pid", "--mount", "--uts", "--ipc", "--net", "--cgroup"]


def permitted():
    """permitted() tells whether such a machine may be made here."""
    probe = ["unshare", *NAMESPACES, "--propagation", "private", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return os.geteuid() == 0 and subprocess.run(probe, capture_output=True).returncode == 0


def fresh_root(suite=None, *also):
    """fresh_root() is a minimal Debian of this release, else of this machine's, with these packages; made once (40 s) and
    kept in the user's cache."""
    suite = suite or platform.freedesktop_os_release()["VERSION_CODENAME"]
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    root = cache / "mdh-credentials-tests" / "-".join((suite, *also))
    if not (root / ".complete").exists():
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir(parents=True)
        subprocess.run(["debootstrap", "--variant=minbase",
                        "--include=" + ",".join([*PACKAGES, *also]),
                        suite, str(root)], check=True, stdout=subprocess.DEVNULL)
        (root / ".complete").touch()
    return str(root)


def with_downloads(root, package, folder):
    """with_downloads() is an overlay's lower layers: `root`, and over it apt's cache filled with what `package`
    depends on, so that a machine without a network can install it."""
    layers = {name: pathlib.Path(folder) / name for name in ("upper", "work", "merged")}
    for layer in layers.values():
        layer.mkdir()
    script = f"""
        mount -t overlay -o lowerdir={root},upperdir={layers['upper']},workdir={layers['work']} \
            overlay {layers['merged']}
        cd {layers['merged']}
        mount --bind /etc/resolv.conf etc/resolv.conf || cp /etc/resolv.conf etc/
        mount -t proc proc proc
        rm -f etc/apt/sources.list
        cp /etc/apt/sources.list etc/apt/ 2>/dev/null || true
        cp -r /etc/apt/sources.list.d /etc/apt/apt.conf.d /etc/apt/trusted.gpg.d etc/apt/ 2>/dev/null || true
        cp {package} tmp/package.deb
        chroot . apt-get -qq update
        chroot . apt-get -qq -y --no-install-recommends --download-only install /tmp/package.deb
    """
    subprocess.run(["unshare", "--mount", "--propagation", "private", "bash", "-euc", script], check=True,
                   stdout=subprocess.DEVNULL)
    return f"{layers['upper']}:{root}"


class Machine:
    def __init__(self, lower="/"):
        self._work = tempfile.mkdtemp(prefix="mdh-machine-", dir="/var/tmp")
        self._cgroup = self._own_cgroup()
        started = time.monotonic()
        unshare = ["unshare", *NAMESPACES, "--propagation", "private", "--kill-child=SIGKILL"]
        enter = f"echo $$ > {self._cgroup}/cgroup.procs; exec \"$@\""
        self._process = subprocess.Popen(
            ["bash", "-c", enter, "boot", *unshare, "bash", str(HERE / "boot"), lower, self._work],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.pid = self._find_init()
        self._wait_until_running()
        self.boot_seconds = time.monotonic() - started

    def _own_cgroup(self):
        mounts = [line.split() for line in pathlib.Path("/proc/self/mounts").read_text().splitlines()]
        mount = next(fields[1] for fields in mounts if fields[2] == "cgroup2")
        cgroup = tempfile.mkdtemp(prefix="mdh-machine-", dir=mount)
        os.chmod(cgroup, 0o755)  # the users inside have to pass
        return cgroup

    def _find_init(self):
        children = pathlib.Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        for _ in range(6000):
            found = children.read_text().split()
            if found and pathlib.Path(f"/proc/{found[0]}/comm").read_text().strip() == "systemd":
                return int(found[0])
            if self._process.poll() is not None:
                break
            time.sleep(0.01)
        raise RuntimeError("systemd did not start: " + self._process.stderr.read().decode())

    def _wait_until_running(self):
        for _ in range(3000):
            state = self.run("systemctl is-system-running", check=False).strip()
            if state in ("running", "degraded"):
                return
            time.sleep(0.02)
        raise RuntimeError(f"the machine is still {state}")

    def stop(self):
        self._process.kill()
        self._process.wait()
        self._process.stderr.close()
        shutil.rmtree(self._work, ignore_errors=True)
        for _ in range(100):
            if self._removed_cgroup():
                return
            time.sleep(0.02)

    def _removed_cgroup(self):
        try:
            for folder, _, _ in os.walk(self._cgroup, topdown=False):
                os.rmdir(folder)
            return True
        except OSError:
            return False

    def command(self, command, namespaces="-m -u -i -n -p -C -r -w"):
        """command() is the argument list that runs a shell command in the machine."""
        environment = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LC_ALL=C.UTF-8"]
        inside = ["nsenter", "-t", str(self.pid), *namespaces.split()]
        return [*inside, *environment, "bash", "-c", command]

    def run(self, command, check=True, timeout=300):
        """run() is a shell command's standard output; a failure raises with all it said."""
        done = subprocess.run(self.command(command), capture_output=True, text=True, timeout=timeout,
                              stdin=subprocess.DEVNULL)
        if check and done.returncode != 0:
            raise AssertionError(f"{command}\nended with {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout

    def status(self, command, timeout=300):
        """status() is a shell command's exit status."""
        return subprocess.run(self.command(command), capture_output=True, stdin=subprocess.DEVNULL,
                              timeout=timeout).returncode

    def write(self, path, text, mode="0644"):
        """write() makes a file in the machine, and the folder it is in."""
        quoted = shlex.quote(path)
        subprocess.run(self.command(f"mkdir -p $(dirname {quoted}) && cat > {quoted} && chmod {mode} {quoted}"),
                       input=text.encode(), check=True)

    def read(self, path):
        return self.run(f"cat {shlex.quote(path)}")

    def property(self, unit, name):
        return self.run(f"systemctl show -P {name} {unit}").strip()

    def await_true(self, question, seconds=10, what="it"):
        """await_true() asks until the answer is true, and gives it; only a hang reaches the limit."""
        seconds = max(seconds, 120)
        deadline = time.monotonic() + seconds
        while not (answer := question()):
            if time.monotonic() > deadline:
                raise AssertionError(f"{what} did not happen within {seconds} s")
            time.sleep(0.02)
        return answer
