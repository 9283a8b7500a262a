"""Files that configure a cluster of Talos Linux, which sets by default what a namespace or a pod does not state.

By default it enforces the level `baseline` in every namespace but kube-system
(https://docs.siderolabs.com/kubernetes-guides/security/pod-security). `cluster.apiServer.admissionControl` of the
machine configuration changes that. From 1.2 it generates configurations with
`machine.kubelet.defaultRuntimeSeccompProfileEnabled: true`: a pod without a seccomp profile then has the default one.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from scanner import documents
from scanner.documents import Document
from scanner.errors import UnreadableError
from scanner.facts.setting import is_deployed
from scanner.late import regex
from scanner.policy.lowered_by_fact import LEVEL, PROFILE

_SIGN = regex(rb"(?m)^(?:machine|talosVersion|clusterName|talos):")
"""What a file may hold that configures nodes, as fast to find."""
_CHANGE = regex(rb"\badmissionControl\b")
"""What a file holds that changes the default, also as a patch; an `admissionController` is something else."""
_UNCONFINED = regex(rb"(?:[sS]eccompDefault|defaultRuntimeSeccompProfileEnabled)\b(?!['\"]?\s*[:=]\s*['\"]?true\b)")
"""What a file holds that may turn off the default seccomp profile: a setting of the kubelet that is not `true`."""
_ENDINGS = (".yaml", ".yml", ".json")
_TEMPLATE = regex(r"\.(?:ya?ml|json)\.(?:j2|jinja2?|njk|tmpl|gotmpl|tpl|tftpl|template)$")
"""The end of the name of a template, which some program fills in before Talos reads it."""
_STATEMENT = regex(r"(?m)^[ \t]*(?:\{%.*%\}|\{\{.*\}\}|\{#.*#\})[ \t\r]*$")
_EXPRESSION = regex(r"\{\{.*?\}\}|\$\{.*?\}")
"""Lines of a template that hold nothing but its marks, and values that are filled in."""
_SECRETS = frozenset({"ca", "token"})
"""What of the key `machine` only a whole configuration has."""
_TOP = frozenset({"version", "debug", "persist", "machine", "cluster"})
"""The keys of a machine configuration, and of a patch of one."""
_MACHINE = frozenset(
    {
        *("acceptedCAs", "baseRuntimeSpecOverrides", "ca", "certSANs", "controlPlane", "disks", "env", "features"),
        *("files", "install", "kernel", "kubelet", "logging", "network", "nodeAnnotations", "nodeLabels", "nodeTaints"),
        *("pods", "registries", "seccompProfiles", "sysctls", "sysfs", "systemDiskEncryption", "time", "token"),
        *("type", "udev"),
    }
)
"""What the key `machine` may hold."""
_OF_TALHELPER = frozenset({"clusterName", "endpoint", "nodes"})
"""What a configuration of talhelper, which generates those of the machines, must have."""


class Talos(Struct):
    """What the files of a scan show of a cluster of Talos Linux."""

    configured: bool = False
    """A file configures its nodes."""
    changed: bool = False
    """A file changes the level that it enforces by default, or may do so."""
    unconfined: bool = False
    """A file turns off the default seccomp profile, or may do so."""

    def take(self, path: str, content: bytes) -> None:
        """Take in one more file."""
        template = _TEMPLATE.search(path) is not None
        if not ((template or path.endswith(_ENDINGS)) and is_deployed(path)):
            return
        self.changed = self.changed or _CHANGE.search(content) is not None
        self.unconfined = self.unconfined or (b"eccomp" in content and _UNCONFINED.search(content) is not None)
        if _SIGN.search(content):
            for value in _configurations(path, content, template=template):
                self.configured = True
                self.unconfined = self.unconfined or _is_whole_without_profile(value, template=template)

    @property
    def defaults(self) -> frozenset[str]:
        """What the cluster sets where a namespace or a container states nothing."""
        kept = {LEVEL: not self.changed, PROFILE: not self.unconfined}
        return frozenset(name for name, holds in kept.items() if self.configured and holds)


def _configurations(path: str, content: bytes, *, template: bool) -> list[dict[str, Any]]:
    """The documents of a file that configure nodes; of a template, as if each value that is filled in were a word."""
    try:
        text = documents.decode(content)
        if template:
            path, text = "filled.yaml", _EXPRESSION.sub("x", _STATEMENT.sub("", text))
        parts = list(documents.read(path, text))
    except UnreadableError:
        return []
    return [part.root.value for part in parts if isinstance(part, Document) and _is_configuration(part.root.value)]


def _is_configuration(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    machine = value.get("machine")
    if isinstance(machine, dict) and machine and value.keys() <= _TOP:
        return machine.keys() <= _MACHINE
    if value.get("kind") == "Cluster":
        return _is_template(value)
    return value.keys() >= _OF_TALHELPER and "talosVersion" in value and isinstance(value["nodes"], list)


def _is_template(value: dict[str, Any]) -> bool:
    """Whether it is the cluster of a template of Omni, which generates the configurations of its machines."""
    versions = (value.get(name) for name in ("kubernetes", "talos"))
    return "apiVersion" not in value and all(isinstance(each, dict) and "version" in each for each in versions)


def _is_whole_without_profile(value: dict[str, Any], *, template: bool) -> bool:
    """Whether it is the whole configuration of a machine, not a patch, and does not set the profile.

    A template for one machine may state its type and be a patch of a template for all of them.
    """
    machine = value.get("machine")
    if not isinstance(machine, dict) or not (machine.keys() & _SECRETS if template else "type" in machine):
        return False
    kubelet = machine.get("kubelet")
    return not (isinstance(kubelet, dict) and kubelet.get("defaultRuntimeSeccompProfileEnabled") is True)
