"""Rules of the Pod Security Standards change with the release of Kubernetes, as its own admission does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scanner.model import Outcome, Profile
from scanner.scan import Options, scan

WINDOWS = {"os": {"name": "windows"}, "containers": [{"name": "a"}]}
UNMASKED = {"containers": [{"name": "a", "securityContext": {"procMount": "Unmasked"}}]}
UNMASKED_APART = {"hostUsers": False, **UNMASKED}
ROOT_APART = {
    "hostUsers": False,
    "securityContext": {"runAsUser": 0, "runAsNonRoot": False},
    "containers": [{"name": "a"}],
}
LIFTED = {
    "securityContext": {"runAsNonRoot": False},
    "containers": [{"name": "a", "securityContext": {"runAsNonRoot": True}}],
}
SYSCTL = {"securityContext": {"sysctls": [{"name": "net.ipv4.tcp_rmem", "value": "4096"}]}, "containers": []}
ENGINE = {"containers": [{"name": "a", "securityContext": {"seLinuxOptions": {"type": "container_engine_t"}}}]}
PROBE = {"containers": [{"name": "a", "livenessProbe": {"tcpSocket": {"host": "10.0.0.1", "port": 80}}}]}


@pytest.mark.parametrize(
    ("pod", "rule", "last_strict", "first_lenient"),
    [
        (WINDOWS, "container-capabilities-dropped", "1.24", "1.25"),
        (WINDOWS, "container-privilege-escalation-off", "1.24", "1.25"),
        (WINDOWS, "container-seccomp-profile-set", "1.24", "1.25"),
        (UNMASKED_APART, "container-proc-mount-masked", "1.34", "1.35"),
        (ROOT_APART, "container-runs-as-non-root", "1.34", "1.35"),
        (ROOT_APART, "pod-run-as-non-root-not-false", "1.34", "1.35"),
        (ROOT_APART, "pod-user-not-root", "1.34", "1.35"),
        (SYSCTL, "pod-sysctls-safe", "1.31", "1.32"),
        (ENGINE, "container-selinux-confined", "1.30", "1.31"),
    ],
)
def test_what_a_newer_release_allows(
    pod: dict[str, Any], rule: str, last_strict: str, first_lenient: str, tmp_path: Path
) -> None:
    assert fails(pod, rule, last_strict, tmp_path)
    assert not fails(pod, rule, first_lenient, tmp_path)


@pytest.mark.parametrize(
    ("pod", "rule", "last_lenient", "first_strict"),
    [
        (PROBE, "container-probes-without-other-host", "1.33", "1.34"),
        (UNMASKED_APART, "container-proc-mount-default", "1.34", "1.35"),
    ],
)
def test_what_a_newer_release_forbids(
    pod: dict[str, Any], rule: str, last_lenient: str, first_strict: str, tmp_path: Path
) -> None:
    assert not fails(pod, rule, last_lenient, tmp_path)
    assert fails(pod, rule, first_strict, tmp_path)


@pytest.mark.parametrize("version", ["1.22", "1.37"])
def test_what_every_release_forbids(version: str, tmp_path: Path) -> None:
    assert fails(UNMASKED, "container-proc-mount-masked", version, tmp_path)
    assert not fails(UNMASKED, "container-proc-mount-default", version, tmp_path), "one finding for one fault"
    assert fails(LIFTED, "pod-run-as-non-root-not-false", version, tmp_path)
    assert not fails(LIFTED, "container-runs-as-non-root", version, tmp_path)


def fails(pod: dict[str, Any], rule: str, version: str, folder: Path) -> bool:
    """Whether a Pod of this spec fails a rule on a cluster of this version."""
    path = folder / "pod.json"
    path.write_text(json.dumps({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": pod}))
    result = scan([str(path)], Options(profile=Profile.STRICT, kubernetes_version=version))
    return any(item.rule == f"kubernetes.{rule}" and item.outcome is Outcome.FAIL for item in result.findings)
