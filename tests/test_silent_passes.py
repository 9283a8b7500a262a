"""A rule that passes an object which says nothing of the matter says so, and lifts no control by it."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from scanner.finished_scan import Scan
from scanner.model import Outcome, Profile
from scanner.scan import Options, scan
from tests.conftest import REPOSITORY

WORKLOADS = {"Pod", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "ReplicaSet", "PodTemplate"}
PROGRAMS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd", "kubelet", "kube-proxy")
RBAC = {"apiVersion": "rbac.authorization.k8s.io/v1", "metadata": {"name": "a", "namespace": "b"}}
TASKS = """\
mcp__claude-flow__swarm_init({ topology: 'mesh', maxAgents: 5, strategy: 'balanced' })
mcp__claude-flow__agent_spawn({ type: 'coder', name: 'A' })
mcp__claude-flow__task_orchestrate({ task: 'Summarise the README' })
"""
STATED = {
    "kubernetes.audit-policy-without-secret-contents": "a policy without rules records nothing",
    "kubernetes.container-image-registry-maintained": "the image states its registry",
    "kubernetes.container-image-tag-pinned": "the image states its tag",
    "kubernetes.container-requests-equal-limits": "an opinion, which decides nothing",
    "kubernetes.disruption-budget-allows-eviction": "a budget that is there",
    "kubernetes.network-policy-names-destinations": "a policy that is there denies what it does not name",
    "kubernetes.network-policy-names-sources": "a policy that is there denies what it does not name",
    "kubernetes.api-server-request-timeout-short": "the default is what is asked for, and minor",
    "kubernetes.object-outside-default-namespace": "the namespace is stated",
    "kubernetes.role-without-wildcards": "the role names its verbs and resources",
    "kubernetes.workload-namespace-named": "the namespace is stated",
    "kubernetes.workload-outside-system-namespaces": "the namespace is stated",
    "swarm.swarm-size-bounded": "the size is stated",
    "swarm.swarm-size-stated": "the size is stated",
}
"""Rules whose pass rests on something that these objects do state, and on what."""


def pod(name: str, image: str, **more: Any) -> dict[str, Any]:
    return {"containers": [{"name": name, "image": image, **more}]}


def silent() -> dict[str, Any]:
    """File name -> an object that states as little as one can."""
    kinds = {
        (thing["apiVersion"], thing["kind"])
        for path in (REPOSITORY / "rules" / "kubernetes").glob("*.yaml")
        for example in yaml.safe_load(path.read_text(encoding="utf-8"))["examples"]
        if isinstance(thing := example.get("input", {}).get("object"), dict)
        and {"apiVersion", "kind"} <= thing.keys()
        and thing["kind"] not in WORKLOADS
    }
    bare = {
        f"kind-{number}.yaml": {"apiVersion": version, "kind": kind, "metadata": {"name": "a"}, "spec": {}}
        for number, (version, kind) in enumerate(sorted(kinds))
    }
    programs = {
        f"{name}.yaml": {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "namespace": "kube-system"},
            "spec": pod(name, f"registry.k8s.io/{name}:v1.34.0", command=[name]),
        }
        for name in PROGRAMS
    }
    template = {"metadata": {"labels": {"app": "a"}}, "spec": pod("a", "registry.example/a:1.0")}
    meta = {"name": "a", "namespace": "b"}
    return {
        **bare,
        **programs,
        "deployment.yaml": {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": meta,
            "spec": {"template": template},
        },
        "service.yaml": {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": {"ports": [{"port": 80}]}},
        "kubelet.yaml": {"apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration"},
        "role.yaml": {
            **RBAC,
            "kind": "Role",
            "rules": [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"]}],
        },
        "binding.yaml": {
            **RBAC,
            "kind": "RoleBinding",
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "a"},
            "subjects": [{"kind": "ServiceAccount", "name": "x", "namespace": "b"}],
        },
    }  # fmt: skip


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Scan:
    folder = tmp_path_factory.mktemp("silent")
    for name, thing in silent().items():
        (folder / name).write_text(yaml.safe_dump(thing), encoding="utf-8")
    (folder / "tasks.js").write_text(TASKS, encoding="utf-8")
    return scan([str(folder)], Options(profile=Profile.OPINION))


def test_what_passes_without_a_word_proves_nothing(scanned: Scan) -> None:
    passing = {rule for rule, counts in scanned.counts.items() if counts.get(Outcome.PASS)}
    assert len(passing) > 100
    assert {rule for rule in passing if scanned.rules[rule].proves} == STATED.keys()
