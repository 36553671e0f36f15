"""A machine with podman, systemd and no network but its own loopback: Debian 13's, for quadlets want podman 4.4."""

import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "machine"))
import machine  # noqa: E402

PODMAN = ["podman", "crun", "netavark", "aardvark-dns", "nftables", "iptables", "catatonit", "passt", "uidmap", "python3"]
# An overlay cannot lie on an overlay; controllers and limits are those of whoever runs the tests.
SETUP = """
mount -t tmpfs -o mode=0711 tmpfs /var/lib/containers
mkdir -p /etc/containers
cat >/etc/containers/containers.conf <<END
[containers]
default_ulimits = ["nofile=$(ulimit -Hn):$(ulimit -Hn)", "nproc=$(ulimit -Hu):$(ulimit -Hu)"]
pids_limit = 0
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
END
printf '[storage]\\ndriver="overlay"\\ngraphroot="/var/lib/containers/storage"\\nrunroot="/run/containers/storage"\\n' \
  >/etc/containers/storage.conf
echo '{"default":[{"type":"insecureAcceptAnything"}]}' >/etc/containers/policy.json
"""
# What a container of somebody's analysis has: Python, and the newest boto3 at /boto3.
CLIENT = ["--exclude=./var", "--exclude=./usr/share/doc", "--exclude=./usr/share/locale", "--exclude=./boot", "-c", "."]


class Engine(machine.Machine):
    def __init__(self, image, modules):
        """Engine(image, modules) has the image loaded, and localhost/client with the folder of Python modules."""
        root = machine.fresh_root("trixie", *PODMAN)
        super().__init__(root)
        self.run(SETUP)
        with open(image, "rb") as file:
            subprocess.run(self.command("podman load -q"), stdin=file, check=True, capture_output=True)
        pack = subprocess.Popen(["tar", "-C", root, *CLIENT, "-C", str(modules.parent), f"./{modules.name}"],
                                stdout=subprocess.PIPE)
        subprocess.run(self.command("podman import -q - localhost/client"), stdin=pack.stdout, check=True, capture_output=True)
        pack.stdout.close()
        pack.wait()

    def namespace(self, container):
        """namespace() is a process of this container, by its number outside, whose namespaces can be entered."""
        inner = self.run(f"podman inspect -f '{{{{.State.Pid}}}}' {container}").strip()
        for status in pathlib.Path("/proc").glob("[0-9]*/status"):
            try:
                numbers = next(line.split()[1:] for line in status.read_text().splitlines() if line.startswith("NSpid"))
            except OSError:
                continue
            if inner in numbers[1:] and self._is_ours(status.parent.name):
                return int(status.parent.name)
        raise AssertionError(f"{container}'s process {inner} is not to be found")

    def _is_ours(self, pid):
        while pid != "0":
            if int(pid) == self.pid:
                return True
            pid = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1]
        return False
