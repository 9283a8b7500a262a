"""The Pod Security Standards, both levels, for every release from 1.22: a sound pod, and that pod with one fault.

What each fault breaks is written down here from the standard's own words, apart from the rules that find it.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from scanner import documents, subjects
from scanner.frameworks import catalogue
from scanner.library import Cache
from scanner.model import Outcome, Profile, Subject
from scanner.policy.evaluate import Evaluator
from scanner.policy.pack import load
from scanner.policy.rule import Rule
from tests.command_line import assay

RELEASES = range(22, 38)
KINDS = ("initContainers", "containers", "ephemeralContainers")
LINUX_ONLY = ("PSS-R-PrivEsc", "PSS-R-Capabilities", "PSS-R-Seccomp")
"""Controls that do not apply to Windows pods, from 1.25."""

CONTAINER = {"securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}}
POD = {"securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}}
APART = {"hostUsers": False}
"""In a user namespace of its own."""
WINDOWS = {"os": {"name": "windows"}}


@dataclass(frozen=True)
class Case:
    """What is done to a sound pod, and the controls that it breaks, with the releases from ... until ..."""

    name: str
    breaks: dict[str, tuple[int, int]] = field(default_factory=dict)
    pod: dict[str, Any] = field(default_factory=dict)
    container: dict[str, Any] = field(default_factory=dict)
    annotations: dict[str, str] = field(default_factory=dict)
    everywhere: bool = False
    """It is done to all containers at once."""

    def at(self, minor: int) -> set[str]:
        """The controls that it breaks in a release."""
        return {control for control, (first, last) in self.breaks.items() if first <= minor <= last}


def always(*controls: str) -> dict[str, tuple[int, int]]:
    return dict.fromkeys(controls, (22, 37))


def until(last: int, *controls: str) -> dict[str, tuple[int, int]]:
    return dict.fromkeys(controls, (22, last))


def since(first: int, *controls: str) -> dict[str, tuple[int, int]]:
    return dict.fromkeys(controls, (first, 37))


def context(**fields: Any) -> dict[str, Any]:
    return {"securityContext": fields}


def on_both(name: str, control: str, **fields: Any) -> Iterator[Case]:
    """A setting that pod and container both have."""
    yield Case(f"pod-{name}", always(control), pod=context(**fields))
    yield Case(f"container-{name}", always(control), container=context(**fields))


def simple_cases() -> Iterator[Case]:
    yield Case("sound")
    yield Case("sound-windows", pod=WINDOWS)
    yield Case("sound-apart", pod=APART)
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        yield Case(name, always("PSS-B-HostNamespaces"), pod={name: True})
        yield Case(f"{name}-off", pod={name: False})
    yield Case("privileged", always("PSS-B-Privileged"), container=context(privileged=True))
    yield Case("privileged-off", container=context(privileged=False))
    yield Case("host-port", always("PSS-B-HostPorts"), container={"ports": [{"containerPort": 80, "hostPort": 80}]})
    yield Case("host-port-zero", container={"ports": [{"containerPort": 80, "hostPort": 0}]})
    yield from on_both("host-process", "PSS-B-HostProcess", windowsOptions={"hostProcess": True})
    yield Case("host-process-off", pod=context(windowsOptions={"hostProcess": False}))
    yield Case("escalation", always("PSS-R-PrivEsc"), container=context(allowPrivilegeEscalation=True))
    yield Case("escalation-unsaid", always("PSS-R-PrivEsc"), container=context(allowPrivilegeEscalation=None))


def probes() -> Iterator[Case]:
    """Hosts in probes and in handlers of the life cycle, which the standard knows from 1.34."""
    for handler in ("httpGet", "tcpSocket"):
        to, inside = {handler: {"host": "10.0.0.1", "port": 80}}, {handler: {"port": 80}}
        for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
            yield Case(f"{probe}-{handler}", since(34, "PSS-B-HostProbes"), container={probe: to})
            yield Case(f"{probe}-{handler}-inside", container={probe: inside})
        for moment in ("postStart", "preStop"):
            broken = since(34, "PSS-B-HostProbes")
            yield Case(f"{moment}-{handler}", broken, container={"lifecycle": {moment: to}})
            yield Case(f"{moment}-{handler}-inside", container={"lifecycle": {moment: inside}})


def users() -> Iterator[Case]:
    yield Case("root-lifted", always("PSS-R-NonRoot"), container=context(runAsNonRoot=False))
    yield Case("root-unsaid", always("PSS-R-NonRoot"), pod=context(runAsNonRoot=None))
    said = {"runAsNonRoot": False}
    yield Case("root-by-pod", always("PSS-R-NonRoot"), pod=context(**said), container=context(runAsNonRoot=True))
    yield Case(
        "container-non-root", pod=context(runAsNonRoot=None), container=context(runAsNonRoot=True), everywhere=True
    )
    yield from on_both("user-0", "PSS-R-NonRootUser", runAsUser=0)
    yield Case("user-1000", pod=context(runAsUser=1000), container=context(runAsUser=1000))
    both = until(34, "PSS-R-NonRoot", "PSS-R-NonRootUser")
    yield Case("root-apart", both, pod={**APART, **context(runAsNonRoot=False, runAsUser=0)})
    yield Case("user-0-apart", until(34, "PSS-R-NonRootUser"), pod=APART, container=context(runAsUser=0))


def proc_mounts() -> Iterator[Case]:
    yield Case("proc-default", container=context(procMount="Default"))
    unmasked = context(procMount="Unmasked")
    yield Case("proc-unmasked", always("PSS-B-ProcMount"), container=unmasked)
    apart = until(34, "PSS-B-ProcMount") | since(35, "PSS-R-ProcMount")
    yield Case("proc-unmasked-apart", apart, pod=APART, container=unmasked)


def capabilities() -> Iterator[Case]:
    def add(*names: str) -> dict[str, Any]:
        return context(capabilities={"drop": ["ALL"], "add": list(names)})

    yield Case("bind", container=add("NET_BIND_SERVICE"))
    usual = "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD SETFCAP SETGID SETPCAP SETUID SYS_CHROOT"
    for name in usual.split():
        yield Case(f"usual-{name}", always("PSS-R-Capabilities"), container=add(name))
    for name in ("NET_RAW", "NET_ADMIN", "SYS_ADMIN", "ALL"):
        yield Case(f"wild-{name}", always("PSS-B-Capabilities", "PSS-R-Capabilities"), container=add(name))
    dropped: tuple[list[str] | None, ...] = (None, ["NET_RAW"])
    for names in dropped:
        some = "none" if names is None else "some"
        yield Case(f"drop-{some}", always("PSS-R-Capabilities"), container=context(capabilities={"drop": names}))


def profiles() -> Iterator[Case]:
    for kind in ("RuntimeDefault", "Localhost"):
        yield Case(f"seccomp-{kind}", pod=context(seccompProfile={"type": kind}))
        yield Case(f"apparmor-{kind}", pod=context(appArmorProfile={"type": kind}))
    off = {"type": "Unconfined"}
    seccomp = always("PSS-B-Seccomp", "PSS-R-Seccomp")
    yield Case("container-seccomp-off", seccomp, container=context(seccompProfile=off))
    own = context(seccompProfile={"type": "RuntimeDefault"})
    yield Case("pod-seccomp-off", seccomp, pod=context(seccompProfile=off))
    yield Case("pod-seccomp-off-container-not", seccomp, pod=context(seccompProfile=off), container=own)
    yield Case("seccomp-unsaid", always("PSS-R-Seccomp"), pod=context(seccompProfile=None))
    yield Case("seccomp-by-container", pod=context(seccompProfile=None), container=own, everywhere=True)
    yield from on_both("apparmor-off", "PSS-B-AppArmor", appArmorProfile=off)
    for profile, bad in (("unconfined", True), ("runtime/default", False), ("localhost/own", False)):
        note = {f"container.apparmor.security.beta.kubernetes.io/{kind}": profile for kind in KINDS}
        yield Case(f"note-{profile.replace('/', '-')}", always("PSS-B-AppArmor") if bad else {}, annotations=note)


def labels() -> Iterator[Case]:
    for name in ("container_t", "container_init_t", "container_kvm_t", ""):
        yield Case(f"selinux-{name.replace('_', '-') or 'empty'}", pod=context(seLinuxOptions={"type": name}))
    yield from on_both("selinux-other", "PSS-B-SELinux", seLinuxOptions={"type": "spc_t"})
    yield from on_both("selinux-user", "PSS-B-SELinux", seLinuxOptions={"user": "system_u"})
    yield from on_both("selinux-role", "PSS-B-SELinux", seLinuxOptions={"role": "system_r"})
    engine = context(seLinuxOptions={"type": "container_engine_t"})
    yield Case("selinux-engine", until(30, "PSS-B-SELinux"), container=engine)


SYSCTLS = {
    22: "kernel.shm_rmid_forced net.ipv4.ip_local_port_range net.ipv4.tcp_syncookies net.ipv4.ping_group_range "
    "net.ipv4.ip_unprivileged_port_start",
    27: "net.ipv4.ip_local_reserved_ports",
    29: "net.ipv4.tcp_keepalive_time net.ipv4.tcp_fin_timeout net.ipv4.tcp_keepalive_intvl "
    "net.ipv4.tcp_keepalive_probes",
    32: "net.ipv4.tcp_rmem net.ipv4.tcp_wmem",
    37: "net.ipv4.tcp_slow_start_after_idle net.ipv4.tcp_notsent_lowat",
}
"""The safe ones, by the release that adds them."""


def sysctls() -> Iterator[Case]:
    for first, names in SYSCTLS.items():
        for name in names.split():
            breaks = until(first - 1, "PSS-B-Sysctls") if first > RELEASES[0] else {}
            yield Case(f"sysctl-{name}", breaks, pod=context(sysctls=[{"name": name, "value": "1"}]))
    other = [{"name": "kernel.msgmax", "value": "65536"}]
    yield Case("sysctl-unsafe", always("PSS-B-Sysctls"), pod=context(sysctls=other))


VOLUMES = "configMap csi downwardAPI emptyDir ephemeral image persistentVolumeClaim projected secret"
OTHERS = (
    "awsElasticBlockStore azureDisk azureFile cephfs cinder fc flexVolume flocker gcePersistentDisk gitRepo glusterfs "
    "iscsi nfs photonPersistentDisk portworxVolume quobyte rbd scaleIO storageos vsphereVolume"
)


def volumes() -> Iterator[Case]:
    for name in VOLUMES.split():
        yield Case(f"volume-{name}", pod={"volumes": [{"name": "data", name: {}}]})
    for name in OTHERS.split():
        yield Case(f"volume-{name}", always("PSS-R-VolumeTypes"), pod={"volumes": [{"name": "data", name: {}}]})
    host = {"volumes": [{"name": "data", "hostPath": {"path": "/data"}}]}
    yield Case("volume-hostPath", always("PSS-B-HostPath", "PSS-R-VolumeTypes"), pod=host)


def windows() -> Iterator[Case]:
    """A Windows pod need not say what only Linux knows; everything else holds for it too."""
    bare = {"allowPrivilegeEscalation": None, "capabilities": None}
    breaks = until(24, *LINUX_ONLY)
    pod = {**WINDOWS, **context(seccompProfile=None)}
    yield Case("windows-bare", breaks, pod=pod, container=context(**bare), everywhere=True)
    yield Case("windows-privileged", always("PSS-B-Privileged"), pod=WINDOWS, container=context(privileged=True))
    yield Case("linux-bare", always(*LINUX_ONLY), pod=context(seccompProfile=None), container=context(**bare))


CASES = [
    case
    for family in (simple_cases, probes, users, proc_mounts, capabilities, profiles, labels, sysctls, volumes, windows)
    for case in family()
]


def merged(base: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """One mapping laid over another; None takes a field away."""
    result = copy.deepcopy(base)
    for key, value in more.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merged(result[key], value)
        else:
            result[key] = value
    return result


def pods(case: Case) -> Iterator[dict[str, Any]]:
    """The pod of a case, once for each kind of container that the fault can be in."""
    for faulty in KINDS if case.container else KINDS[:1]:
        spec = merged(POD, case.pod)
        for kind in KINDS:
            own = merged(CONTAINER, case.container) if kind == faulty or case.everywhere else CONTAINER
            spec[kind] = [{"name": kind, "image": "registry.example/app:1.4.2", **own}]
        metadata = {"name": f"{case.name}--{faulty}", "namespace": "shop", "annotations": case.annotations}
        yield {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


@pytest.fixture(scope="module")
def found() -> list[Subject]:
    """The subjects of all pods."""
    everything = {"apiVersion": "v1", "kind": "List", "items": [pod for case in CASES for pod in pods(case)]}
    return list(subjects.recognise(documents.read("pods.json", json.dumps(everything))).subjects)


@pytest.fixture(scope="module")
def rules() -> dict[str, Rule]:
    """The rules of the standards."""
    return {rule.info.id: rule for rule in load(Profile.OPINION, Cache(None)).rules if broken_by(rule)}


@pytest.mark.parametrize("minor", RELEASES)
def test_each_fault_breaks_the_controls_of_its_release_and_no_other(
    minor: int, found: list[Subject], rules: dict[str, Rule]
) -> None:
    broken: dict[str, set[str]] = {pod["metadata"]["name"]: set() for case in CASES for pod in pods(case)}
    for finding in Evaluator(rules.values(), kubernetes_minor=minor).evaluate(found).findings:
        if finding.outcome is Outcome.FAIL:
            broken[finding.subject_name.split()[1].rstrip(",")] |= broken_by(rules[finding.rule])
    wrong = {
        pod["metadata"]["name"]: broken[pod["metadata"]["name"]]
        for case in CASES
        for pod in pods(case)
        if broken[pod["metadata"]["name"]] != case.at(minor)
    }
    assert wrong == {}


def broken_by(rule: Rule) -> set[str]:
    """The controls of the standards that a failure of a rule breaks."""
    return {name for name in rule.info.same_as if name.startswith("PSS-")}


def test_every_control_of_both_levels_is_broken_by_some_fault() -> None:
    (standards,) = catalogue.choose(catalogue.load(Cache(None)), ["pod-security-standards"])
    assert {control.id for control in standards.controls} <= {control for case in CASES for control in case.breaks}


@pytest.mark.parametrize("minor", [34, 37])
def test_with_the_framework_alone_each_fault_fails_at_its_controls(minor: int, tmp_path: Path) -> None:
    """At least at these: a control of Restricted also names the rules of Baseline for the same field."""
    every = {pod["metadata"]["name"]: (case, pod) for case in CASES for pod in pods(case)}
    items = [pod for _, pod in every.values()]
    (tmp_path / "pods.json").write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))
    options = ("--framework", "pod-security-standards", "--kubernetes-version", f"1.{minor}")
    results = json.loads(assay("scan", "pods.json", *options, "--output", "json", cwd=tmp_path).stdout)
    controls = {item["control"]: set(item["rules"]) for item in results["controls"]}
    broken: dict[str, set[str]] = {name: set() for name in every}
    for finding in results["findings"]:
        if finding["outcome"] == "fail":
            name = finding["subject"]["name"].split()[1].rstrip(",")
            broken[name] |= {control for control, rules in controls.items() if finding["rule"] in rules}
    for name, (case, _) in every.items():
        assert case.at(minor) <= broken[name], name
        assert bool(case.at(minor)) == bool(broken[name]), name
