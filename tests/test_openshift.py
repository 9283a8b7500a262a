"""Findings that count lower because OpenShift's default security context constraint mends them at admission."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scanner.model import Outcome
from scanner.options import Options
from scanner.scan import scan
from tests.command_line import assay

RULES = ("capabilities-dropped", "privilege-escalation-off", "runs-as-non-root", "seccomp-profile-set")
ROUTE = """\
apiVersion: route.openshift.io/v1
kind: Route
metadata: {name: web, namespace: shop}
spec: {to: {kind: Service, name: web}}
"""
INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: shop}
spec: {defaultBackend: {service: {name: web, port: {number: 80}}}}
"""
WEB = "{name: web, image: 'registry.example/web:1.4.2'%s}"
OC = ", command: [sh, -c, 'set -e; oc get nodes']"


def deployment(container: str = WEB % "", pod: str = "", namespace: str = "shop", template: str = "") -> str:
    return (
        f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web, namespace: {namespace}}}\n"
        f"spec: {{template: {{{template}spec: {{{pod}containers: [{container}]}}}}}}\n"
    )


def binding(role: str, account: str = "default", namespace: str = "shop", kind: str = "ClusterRole") -> str:
    return (
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: web, namespace: shop}\n"
        f"roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: {kind}, name: '{role}'}}\n"
        f"subjects: [{{kind: ServiceAccount, name: {account}, namespace: {namespace}}}]\n"
    )


def role(rule: str) -> str:
    head = "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: own, namespace: shop}\n"
    return f"{head}rules: [{{{rule}}}]\n"


USE = "apiGroups: [security.openshift.io], resources: [securitycontextconstraints], verbs: [use]"
CONSTRAINT = """\
apiVersion: security.openshift.io/v1
kind: SecurityContextConstraints
metadata: {name: own}
users: ['system:serviceaccount:shop:default']
"""


def lower(folder: Path, *texts: str, files: dict[str, str] | None = None) -> list[str]:
    """The rules of which every finding counts lower because of OpenShift."""
    for name, text in {"all.yaml": "---\n".join(texts), **(files or {})}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    found = [each for each in scan([str(folder)], Options()).findings if each.outcome is Outcome.FAIL]
    counted: dict[str, set[bool]] = {}
    for each in found:
        name = each.rule.removeprefix("kubernetes.container-")
        if name in RULES:
            counted.setdefault(name, set()).add("OpenShift" in each.counted_because and each.severity == "low")
    return sorted(name for name, told in counted.items() if told == {True})


@pytest.mark.parametrize(
    "texts",
    [
        (ROUTE, deployment()),
        (deployment(namespace="openshift-config"),),
        (deployment(WEB.replace("registry.example", "image-registry.openshift-image-registry.svc:5000/shop") % ""),),
        (deployment(WEB.replace("registry.example/web:1.4.2", "registry.redhat.io/openshift4/ose-cli:v4.15") % ""),),
        (deployment(WEB % OC),),
        (ROUTE, deployment(), binding("view")),
        (ROUTE, deployment(), binding("system:openshift:scc:anyuid", account="other")),
        (ROUTE, deployment(), binding("system:openshift:scc:anyuid", namespace="other")),
        (ROUTE, deployment(), binding("system:openshift:scc:restricted-v2")),
        (ROUTE, deployment(), binding("own", kind="Role"), role(f"{USE}, resourceNames: [restricted-v2]")),
        (ROUTE, deployment(), binding("own", kind="Role"), role("apiGroups: [''], resources: [pods], verbs: ['*']")),
    ],
)
def test_what_the_default_constraint_sets_counts_lower(tmp_path: Path, texts: tuple[str, ...]) -> None:
    assert lower(tmp_path, *texts) == [*RULES]


@pytest.mark.parametrize(
    "texts",
    [
        (deployment(),),
        (deployment(WEB % ", command: [sh, -c, 'kubectl get nodes; echo oc']"),),
        (ROUTE, INGRESS, deployment()),
        (ROUTE, deployment().replace("apps/v1", "v1").replace("Deployment", "Pod")),
        (ROUTE.replace("shop", "default"), deployment(namespace="default")),
        (ROUTE, deployment(), binding("system:openshift:scc:anyuid")),
        (ROUTE, deployment(), binding("cluster-admin")),
        (ROUTE, deployment(), binding("of-somebody-else")),
        (ROUTE, deployment(), binding("own", kind="Role"), role(f"{USE}, resourceNames: [anyuid]")),
        (ROUTE, deployment(), binding("own", kind="Role"), role("apiGroups: ['*'], resources: ['*'], verbs: ['*']")),
        (ROUTE, deployment(), CONSTRAINT),
        (
            ROUTE,
            deployment(),
            CONSTRAINT.replace("users: ['system:serviceaccount:shop:default']", "groups: [system:authenticated]"),
        ),
        (ROUTE, deployment(template="metadata: {annotations: {openshift.io/required-scc: anyuid}}, ")),
        (ROUTE, deployment(pod="hostNetwork: true, ")),
        (ROUTE, deployment(pod="securityContext: {runAsUser: 0}, ")),
        (ROUTE, deployment(pod="volumes: [{name: logs, hostPath: {path: /var/log}}], ")),
        (ROUTE, deployment(WEB % ", securityContext: {privileged: true}")),
        (ROUTE, deployment(WEB % ", securityContext: {capabilities: {add: [NET_ADMIN]}}")),
        (ROUTE, deployment(WEB % ", securityContext: {allowPrivilegeEscalation: true}")),
        (ROUTE, deployment(WEB % ", securityContext: {seccompProfile: {type: Unconfined}}")),
        (ROUTE, deployment(WEB % ", ports: [{containerPort: 80, hostPort: 80}]")),
        (
            ROUTE,
            deployment(),
            "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {openshift.io/run-level: '1'}}\n",
        ),
    ],
)
def test_what_another_constraint_may_leave_open_counts_in_full(tmp_path: Path, texts: tuple[str, ...]) -> None:
    assert lower(tmp_path, *texts) == []


def test_a_route_of_another_folder_shows_nothing(tmp_path: Path) -> None:
    assert lower(tmp_path, deployment(), files={"other/route.yaml": ROUTE}) == []
    assert lower(tmp_path, deployment(), files={"route.yaml": ROUTE}) == [*RULES]


def test_of_two_workloads_with_one_name_both_must_be_restricted(tmp_path: Path) -> None:
    """A file with two states of an object: the second one is admitted under another constraint."""
    assert lower(tmp_path, ROUTE, deployment(), deployment(pod="hostPID: true, ")) == []


def test_a_severity_that_is_configured_stays(tmp_path: Path) -> None:
    (tmp_path / "all.yaml").write_text(f"{ROUTE}---\n{deployment()}")
    name = "kubernetes.container-seccomp-profile-set"
    (tmp_path / "assay.yaml").write_text(f"rules: {{{name}: {{severity: high, reason: every pod needs one}}}}\n")
    told = json.loads(assay("scan", ".", "--output", "json", cwd=tmp_path).stdout)["findings"]
    own = [each for each in told if each["rule"] == name and each["outcome"] == "fail"]
    assert [(each["counted_severity"], "counted_because" in each) for each in own] == [("high", False)]


def test_a_second_scan_from_the_cache_counts_the_same(tmp_path: Path) -> None:
    (tmp_path / "all.yaml").write_text(f"{ROUTE}---\n{deployment()}")

    def told(*more: str) -> list[tuple[str, str]]:
        done = assay("scan", ".", "--output", "json", *more, cwd=tmp_path, XDG_CACHE_HOME=str(tmp_path / "cache"))
        return [(each["rule"], each.get("counted_because", "")) for each in json.loads(done.stdout)["findings"]]

    first = told()
    (tmp_path / "other.yaml").write_text("a: 1\n")  # so that the result of the whole scan is not taken
    assert told() == first
    assert any("OpenShift" in because for _, because in first)
