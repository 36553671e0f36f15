"""Plays a pod on podman the way a kubelet does, for what `podman kube play` does otherwise: native sidecars with a startup
probe as gate, fsGroup, `..data` links, an emptyDir in memory. Modes and owners are those of Kubernetes'
pkg/volume (0777 folders; with fsGroup its group, setgid, |0660 or |0440)."""

import json
import shlex
import time


class Pod:
    def __init__(self, machine, pod, configuration, network):
        """Pod(machine, pod, configuration, network): `configuration` holds what its config maps and secrets are made of, by
        their names: a folder of files each."""
        self._machine, self._spec, self._network = machine, pod["spec"], network
        self.name = pod["metadata"]["name"]
        self._configuration = configuration
        self._group = self._spec.get("securityContext", {}).get("fsGroup", 0)
        self._mounts = {volume["name"]: self._volume(volume) for volume in self._spec["volumes"]}

    def start(self):
        """start() runs the sidecars, each until its startup probe is good, then the others."""
        for container in self._spec.get("initContainers", []):
            self._run(container)
            probe = container["startupProbe"]
            for _ in range(probe["failureThreshold"]):
                if self.probe(container, "startupProbe") == 0:
                    break
                time.sleep(probe["periodSeconds"])
            else:
                raise AssertionError(self._machine.run(f"podman logs {self.name}-{container['name']} 2>&1"))
        for container in self._spec["containers"]:
            self._run(container)

    def stop(self):
        for container in self._spec["containers"] + self._spec.get("initContainers", []):
            self._machine.run(f"podman rm -f -t 3 {self.name}-{container['name']}", check=False)

    def probe(self, container, which):
        """probe() is the exit status of a container's probe."""
        command = shlex.join(container[which]["exec"]["command"])
        return self._machine.status(f"timeout {container[which]['timeoutSeconds']} podman exec {self.name}-{container['name']} {command}")

    def sidecar(self):
        return self._spec["initContainers"][0]

    def _volume(self, volume):
        folder = f"/run/pods/{self.name}/{volume['name']}"
        self._machine.run(f"mkdir -p -m 0777 {folder}")
        if "emptyDir" in volume:
            self._machine.run(f"mount -t tmpfs -o mode=2777,gid={self._group},size=1m tmpfs {folder}")
            return folder
        kind = volume.get("configMap") or volume["secret"]
        mode = kind.get("defaultMode", 0o644) | 0o440
        self._machine.run(f"mkdir {folder}/..first && ln -s ..first {folder}/..data")
        for name, text in self._configuration[kind.get("name") or kind["secretName"]].items():
            self._machine.write(f"{folder}/..first/{name}", text, oct(mode)[2:])
            self._machine.run(f"ln -s ..data/{name} {folder}/{name}")
        self._machine.run(f"chgrp -R {self._group} {folder}; chmod g+s,g+rx {folder} {folder}/..first")
        return folder

    def _environment(self, container):
        variables = {one["name"]: one["value"] for one in container.get("env", [])}
        for source in container.get("envFrom", []):
            variables |= self._configuration[source["configMapRef"]["name"]]
        return [f"--env={name}={value}" for name, value in variables.items()]

    def _run(self, container):
        context = container.get("securityContext", {})
        words = ["podman", "run", "-d", "--name", f"{self.name}-{container['name']}", "--network", self._network,
                 "--group-add", str(self._group), "--no-healthcheck", *self._environment(container)]
        if "runAsUser" in context:
            words.append(f"--user={context['runAsUser']}")
        if context.get("allowPrivilegeEscalation") is False:
            words.append("--security-opt=no-new-privileges")
        if context.get("readOnlyRootFilesystem"):
            words += ["--read-only", "--read-only-tmpfs=false"]
        words += [f"--cap-drop={name}" for name in context.get("capabilities", {}).get("drop", [])]
        words += [f"-v={self._mounts[mount['name']]}:{mount['mountPath']}:{'ro' if mount.get('readOnly') else 'rw'}"
                  for mount in container["volumeMounts"]]
        if "command" in container:
            words.append(f"--entrypoint={json.dumps(container['command'][:1])}")
        self._machine.run(shlex.join([*words, container["image"], *container.get("command", [])[1:], *container.get("args", [])]))
