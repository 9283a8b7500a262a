"""What is derived of a service mesh: the mutual TLS that workloads demand, and tokens that are required."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from scanner import documents, subjects
from tests.known import Known, cut, known

Thing = dict[str, Any]


def thing(kind: str, name: str = "x", namespace: str = "shop", **spec: Any) -> Thing:
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": "security.istio.io/v1", "kind": kind, "metadata": metadata, "spec": spec}


def peers(mode: str | None = None, namespace: str = "shop", app: str = "", **spec: Any) -> Thing:
    if app:
        spec["selector"] = {"matchLabels": {"app": app}}
    if mode:
        spec["mtls"] = {"mode": mode}
    return thing("PeerAuthentication", namespace=namespace, **spec)


def pod(namespace: str = "shop", notes: dict[str, str] | None = None, **labels: str) -> Thing:
    metadata = {"name": "d", "labels": {"app": "d", **labels}, "annotations": notes or {}}
    stated = {**metadata, "namespace": namespace} if namespace else metadata
    return {"apiVersion": "v1", "kind": "Pod", "metadata": stated, "spec": {"containers": [{"name": "c"}]}}


def space(**labels: str) -> Thing:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": labels}}


def cluster(*things: Thing, whole: bool = True) -> list[Known]:
    text = yaml.safe_dump_all(things, sort_keys=False)
    return known(cut(subjects.recognise(documents.read("a.yaml", text)).subjects), whole=whole)


def root(namespace: str) -> Thing:
    metadata = {"name": namespace, "namespace": "istio-system"}
    spec = {"meshConfig": {"rootNamespace": namespace}}
    return {"apiVersion": "install.istio.io/v1alpha1", "kind": "IstioOperator", "metadata": metadata, "spec": spec}


INJECTED: Thing = {"istio-injection": "enabled"}
MEMBER: Thing = {"sidecar.istio.io/inject": "true"}
ASIDE: Thing = {"sidecar.istio.io/inject": "false"}
NAMED: Thing = {"gateway.networking.k8s.io/gateway-name": "g"}
DOOR: Thing = {"inject.istio.io/templates": "gateway"}


@pytest.mark.parametrize(
    ("things", "expected"),
    [
        ([pod()], None),
        ([peers("STRICT"), pod()], "STRICT"),
        ([peers("STRICT", "istio-system"), pod()], "STRICT"),
        ([peers("STRICT", "istio-system"), peers("DISABLE"), pod()], "DISABLE"),
        ([root("mesh"), peers("STRICT", "mesh"), pod()], "STRICT"),
        ([root("mesh"), peers("STRICT", "istio-system"), pod()], None),
        ([root("mesh"), root("other"), peers("STRICT", "mesh"), pod()], None),
        ([root("mesh"), root("other"), peers("STRICT"), pod()], "STRICT"),
        ([root("${ROOT}"), peers("STRICT", "istio-system"), pod()], "STRICT"),
        ([peers("STRICT"), peers("PERMISSIVE", app="d"), pod()], "PERMISSIVE"),
        ([peers("STRICT"), peers("PERMISSIVE", app="e"), pod()], "STRICT"),
        ([peers("STRICT"), peers("UNSET", app="d"), pod()], "STRICT"),
        ([peers("STRICT"), peers(app="d", portLevelMtls={"80": {"mode": "DISABLE"}}), pod()], "STRICT"),
        ([peers("STRICT"), peers("PERMISSIVE"), pod()], None),
        ([peers("STRICT", "other"), pod()], None),
        ([peers("DISABLE", "istio-system", app="d"), pod()], None),
        ([peers("STRICT", ""), pod()], None),
        ([peers("STRICT", ""), pod("")], "STRICT"),
        ([space(**INJECTED), pod()], "PERMISSIVE"),
        ([space(**{"istio.io/rev": "canary"}), pod()], "PERMISSIVE"),
        ([space(**{"istio.io/dataplane-mode": "ambient"}), pod()], "PERMISSIVE"),
        ([space(**INJECTED), peers("STRICT", "other"), pod()], "PERMISSIVE"),
        ([space(**INJECTED), pod(**ASIDE)], None),
        ([space(**INJECTED), pod(notes=ASIDE)], None),
        ([peers("STRICT"), pod(notes=DOOR)], None),
        ([peers("STRICT"), pod(**NAMED)], None),
        ([space(), pod(**MEMBER)], "PERMISSIVE"),
    ],
    ids=str,
)
def test_the_narrowest_policy_decides_on_mutual_tls(things: list[Thing], expected: str | None) -> None:
    (found,) = [item for item in cluster(*things) if item.kind == "kubernetes.workload"]
    assert found.facts.get("mtls") == expected


@pytest.mark.parametrize("chart", ["one", "two"])
def test_policies_of_two_charts_that_state_no_namespace_are_two(chart: str) -> None:
    """They may be installed in two namespaces, so that neither stands for the other."""
    texts = {"a.yaml": (peers("STRICT", ""), "one"), "b.yaml": (peers("STRICT", ""), "two"), "d.yaml": (pod(""), chart)}
    found = [
        subject
        for path, (content, group) in texts.items()
        for subject in cut(subjects.Recognition(documents.read(path, yaml.safe_dump(content)), group))
    ]
    (workload,) = [item for item in known(found) if item.kind == "kubernetes.workload"]
    assert workload.facts["mtls"] == "STRICT"
    assert workload.related["mtls"].path == {"one": "a.yaml", "two": "b.yaml"}[chart]


def test_the_deciding_policy_is_a_related_place() -> None:
    found = cluster(peers("STRICT"), peers("PERMISSIVE", app="d"), pod())
    (workload,) = [item for item in found if item.kind == "kubernetes.workload"]
    assert workload.related["mtls"].line == 10


def test_in_part_of_a_bundle_the_policy_may_be_elsewhere() -> None:
    def mode(*things: Thing) -> Any:
        (found,) = [item for item in cluster(*things, whole=False) if item.kind == "kubernetes.workload"]
        return found.facts.get("mtls")

    assert mode(space(**INJECTED), pod()) is None
    assert mode(peers("STRICT"), pod()) == "STRICT"


def checks(namespace: str = "shop", **spec: Any) -> Thing:
    return thing("RequestAuthentication", "r", namespace, jwtRules=[{"issuer": "https://login.example"}], **spec)


def allows(namespace: str = "shop", **spec: Any) -> Thing:
    return thing("AuthorizationPolicy", "a", namespace, **spec)


D: Thing = {"selector": {"matchLabels": {"app": "d"}}}
E: Thing = {"selector": {"matchLabels": {"app": "e"}}}
REF: Thing = {"targetRefs": [{"kind": "Service", "name": "d"}]}
ANY: Thing = {"rules": [{"from": [{"source": {"requestPrincipals": ["*"]}}]}]}
NONE: Thing = {"action": "DENY", "rules": [{"from": [{"source": {"notRequestPrincipals": ["*"]}}]}]}
CLAIM: Thing = {"rules": [{"when": [{"key": "request.auth.claims[groups]", "values": ["x"]}]}]}
PLACE: Thing = {"rules": [{"from": [{"source": {"namespaces": ["door"]}}]}]}


@pytest.mark.parametrize(
    ("checking", "policies", "whole", "expected"),
    [
        (checks(), [], True, False),
        (checks(), [], False, None),
        (checks(), [allows(**ANY)], True, True),
        (checks(), [allows(**ANY)], False, True),
        (checks(), [allows(**NONE)], True, True),
        (checks(), [allows(**CLAIM)], True, True),
        (checks(), [allows(**PLACE)], True, False),
        (checks(), [allows(**PLACE), allows(**ANY)], True, True),
        (checks(), [allows("other", **ANY)], True, False),
        (checks(), [allows("istio-system", **ANY)], True, True),
        (checks("istio-system"), [allows(**ANY)], True, None),
        (checks("istio-system"), [allows("istio-system", **ANY)], True, True),
        (checks(), [allows("", **ANY)], True, None),
        (checks(**D), [allows(**ANY)], True, True),
        (checks(**D), [allows(**ANY, **D)], True, True),
        (checks(**D), [allows(**ANY, **E)], True, None),
        (checks(), [allows(**ANY, **D)], True, None),
        (checks(**REF), [allows(**ANY, **REF)], True, True),
        (checks(**REF), [allows(**ANY)], True, None),
        (checks(), [allows(action="CUSTOM", provider={"name": "x"})], True, None),
    ],
    ids=str,
)
def test_a_token_is_required_by_a_policy_for_the_same_workloads(
    checking: Thing, policies: list[Thing], *, whole: bool, expected: bool | None
) -> None:
    (found,) = [item for item in cluster(checking, *policies, whole=whole) if item.name == "RequestAuthentication r"]
    assert found.facts.get("token_required") is expected
    assert ("policy" in found.related) is (expected is True)
