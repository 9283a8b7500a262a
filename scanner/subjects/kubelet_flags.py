"""The flags of a kubelet that a container starts -> the KubeletConfiguration that they amount to.

A flag goes before the file of `--config`. Without such a file, some settings have other defaults than in one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scanner.documents.parsed import SPREAD
from scanner.documents.positions import Node
from scanner.marks import Mark
from scanner.subjects.subject_builder import SubjectBuilder

NAME = "kubelet"
_FIELDS = {
    "anonymous-auth": "authentication.anonymous.enabled",
    "authorization-mode": "authorization.mode",
    "client-ca-file": "authentication.x509.clientCAFile",
    "event-qps": "eventRecordQPS",
    "make-iptables-util-chains": "makeIPTablesUtilChains",
    "pod-max-pids": "podPidsLimit",
    "protect-kernel-defaults": "protectKernelDefaults",
    "read-only-port": "readOnlyPort",
    "rotate-certificates": "rotateCertificates",
    "rotate-server-certificates": "serverTLSBootstrap",
    "seccomp-default": "seccompDefault",
    "tls-cert-file": "tlsCertFile",
    "tls-cipher-suites": "tlsCipherSuites",
    "tls-min-version": "tlsMinVersion",
    "tls-private-key-file": "tlsPrivateKeyFile",
}
"""Flag -> the field of the configuration that it sets."""
_WORDS = {flag: path.split(".")[1 if path.startswith("authentication") else -1] for flag, path in _FIELDS.items()}
"""Flag -> the name by which a rule reads its field and no other."""
_WITHOUT_FILE: Mapping[str, Any] = {
    "anonymous-auth": True,
    "authorization-mode": "AlwaysAllow",
    "client-ca-file": "",
    "read-only-port": 10255,
    "rotate-certificates": False,
}
"""Flag -> its default where no file is given."""
SWITCHES = frozenset(
    {
        "make-iptables-util-chains",
        "protect-kernel-defaults",
        "rotate-certificates",
        "rotate-server-certificates",
        "seccomp-default",
    }
)
NUMBERS = frozenset({"event-qps", "pod-max-pids", "read-only-port"})


class Configuration(SubjectBuilder):
    """What the flags amount to, with the marks of the flags."""

    def __init__(self, flags: Mapping[str, Any], marks: Mapping[str, Mark], unknown: set[str], whole: Mark) -> None:
        super().__init__()
        self.reasons: dict[str, tuple[str, str]] = {}
        self._whole = Node(None, whole)
        self.say("apiVersion", "kubelet.config.k8s.io/v1beta1").say("kind", "KubeletConfiguration")
        self._inner: dict[str, SubjectBuilder] = {}
        for flag, path in _FIELDS.items():
            if flag in unknown or SPREAD in unknown:
                self.unknowns.add(_WORDS[flag])
            elif flag in flags:
                value = flags[flag]
                held = ",".join(value) if flag == "authorization-mode" else value
                self._set(path, held, marks.get(flag, whole))
            elif "config" in flags:
                self._leave_to_file(flag, str(flags["config"]))
            elif flag in _WITHOUT_FILE:
                self._set(path, _WITHOUT_FILE[flag], whole)
        for path, inner in sorted(self._inner.items(), reverse=True):
            above, _, name = path.rpartition(".")
            holder = self._inner[above] if above else self
            holder.data[name], holder.marks[name] = inner.data, inner.mark(self._whole)

    def _set(self, path: str, value: Any, mark: Mark) -> None:
        above, _, name = path.rpartition(".")
        parts = above.split(".") if above else []
        for depth in range(len(parts)):
            self._inner.setdefault(".".join(parts[: depth + 1]), SubjectBuilder())
        holder = self._inner[above] if above else self
        holder.data[name], holder.marks[name] = value, mark

    def _leave_to_file(self, flag: str, file: str) -> None:
        """The file decides, which is on the node."""
        word, provide = _WORDS[flag], f"state `--{flag}`, or scan the file by itself"
        why = f"`--{flag}` is not stated, and the file of `--config={file}` may set it; to decide, {provide}"
        self.unknowns.add(word)
        self.reasons[word] = (why, provide)
