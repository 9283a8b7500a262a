"""What is derived of the network of a cluster: isolation, routes from outside, budgets and monitors."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from msgspec.structs import replace

from scanner import documents, subjects
from scanner.facts.step import Unread, Whole
from scanner.model import Subject
from tests.known import Known, cut, known

Thing = dict[str, Any]


def thing(version: str, kind: str, name: str, namespace: str = "", **spec: Any) -> Thing:
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec}


def deployment(name: str = "d", namespace: str = "", kind: str = "Deployment", **pod: Any) -> Thing:
    pod.setdefault("containers", [{"name": "c", "ports": [{"name": "http", "containerPort": 8080}]}])
    return thing("apps/v1", kind, name, namespace, template={"metadata": {"labels": {"app": name}}, "spec": pod})


def policy(name: str = "p", namespace: str = "", selector: Any = None, **spec: Any) -> Thing:
    return thing("networking.k8s.io/v1", "NetworkPolicy", name, namespace, podSelector=selector or {}, **spec)


def cilium(kind: str = "CiliumNetworkPolicy", namespace: str = "", selector: Any = None, **spec: Any) -> Thing:
    return thing("cilium.io/v2", kind, "p", namespace, endpointSelector=selector or {}, **spec)


def calico(kind: str = "NetworkPolicy", namespace: str = "", **spec: Any) -> Thing:
    return thing("projectcalico.org/v3", kind, "p", namespace, **spec)


def service(name: str = "s", namespace: str = "", app: str = "d", **spec: Any) -> Thing:
    return thing("v1", "Service", name, namespace, **{"selector": {"app": app}, "ports": [{"port": 80}], **spec})


def built(*overlays: list[Thing]) -> list[Known]:
    """What several overlays build, each from its own folder."""
    found = []
    for number, things in enumerate(overlays):
        path, text = f"{number}/kustomization.yaml", yaml.safe_dump_all(things, sort_keys=False)
        of_one = subjects.recognise(documents.read(f"{number}/a.yaml", text)).subjects
        found += [replace(subject, group=path, overlay=path) for subject in of_one]
    return known(cut(found), whole=True)


def cluster(*things: Thing, whole: Whole = True) -> list[Known]:
    text = yaml.safe_dump_all(things, sort_keys=False)
    return known(cut(subjects.recognise(documents.read("a.yaml", text)).subjects), whole=whole)


def workload(found: list[Known], name: str = "d") -> Known:
    (one,) = [item for item in found if item.kind == "kubernetes.workload" and item.name.endswith(f" {name}")]
    return one


def resource(found: list[Known], name: str) -> Known:
    (one,) = [item for item in found if item.kind == "kubernetes.resource" and item.name == name]
    return one


# Isolation

OTHER = {"matchLabels": {"app": "x"}}


@pytest.mark.parametrize(
    ("one", "two", "isolated", "closed"),
    [
        ({}, {}, {"ingress": True, "egress": False}, True),
        ({}, {"selector": OTHER}, {"egress": False}, None),
        ({"selector": OTHER}, {"selector": OTHER}, {"ingress": False, "egress": False}, False),
        ({"selector": {"matchLabels": {"app": "d"}}}, {}, {"ingress": True, "egress": False}, None),
        ({}, {"ingress": [{}]}, {"egress": False}, None),
        ({}, {"policyTypes": ["Egress"]}, {}, None),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_of_policies_of_one_name_neither_wins(
    one: Thing, two: Thing, isolated: Thing, closed: bool | None, turned: bool
) -> None:
    policies = [policy("p", "n", **spec) for spec in ((two, one) if turned else (one, two))]
    found = cluster(deployment(namespace="n"), thing("v1", "Namespace", "n"), *policies)
    assert workload(found).facts.get("isolated", {}) == isolated
    assert resource(found, "Namespace").facts["default_deny"].get("ingress") is closed


EVERYWHERE = {"ipBlock": {"cidr": "0.0.0.0/0"}}
ALL_PODS: Thing = {"namespaceSelector": {}}
SOME = {"podSelector": {"matchLabels": {"app": "x"}}}


@pytest.mark.parametrize(
    ("spec", "ingress", "egress"),
    [
        ({}, True, False),
        ({"egress": []}, True, False),
        ({"egress": [{"to": [SOME]}]}, True, True),
        ({"policyTypes": []}, True, False),
        ({"policyTypes": ["Egress"]}, False, True),
        ({"policyTypes": ["Egress"], "ingress": [{}]}, False, True),
        ({"policyTypes": ["Ingress"], "egress": [{}]}, True, False),
        ({"policyTypes": ["Ingress", "Egress"]}, True, True),
        ({"ingress": [{}]}, False, False),
        ({"ingress": [{"from": [SOME]}, {}]}, False, False),
        ({"ingress": [{"from": []}]}, False, False),
        ({"ingress": [{"from": [SOME, EVERYWHERE]}]}, False, False),
        ({"ingress": [{"from": [ALL_PODS]}]}, False, False),
        ({"ingress": [{"from": [{**ALL_PODS, **SOME}]}]}, True, False),
        ({"ingress": [{"from": [{"podSelector": {}}]}]}, True, False),
        ({"ingress": [{"from": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"]}}]}]}, True, False),
        ({"ingress": [{"ports": [{"port": 80}]}]}, True, False),
        ({"ingress": [{"ports": [{"protocol": "TCP"}]}]}, False, False),
        ({"ingress": [{"ports": [{"port": 1, "endPort": 65535}]}]}, False, False),
        ({"ingress": [{"ports": [{"protocol": "UDP"}]}]}, True, False),
        ({"policyTypes": ["Ingress", "Egress"], "egress": [{"to": [EVERYWHERE]}]}, True, False),
    ],
    ids=str,
)
def test_a_policy_isolates_what_kubernetes_says(spec: Thing, *, ingress: bool, egress: bool) -> None:
    found = workload(cluster(policy(**spec), deployment()))
    assert found.facts["isolated"] == {"ingress": ingress, "egress": egress}
    assert found.facts["network_policies"] == ["p"]


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        (cilium(ingress=[{}]), {"ingress": True, "egress": False}),
        (cilium(ingress=[]), {"ingress": False, "egress": False}),
        (cilium(ingress=[{"fromEntities": ["all"]}]), {"ingress": False, "egress": False}),
        (cilium(ingress=[{"fromEntities": ["all"], "toPorts": [{}]}]), {"ingress": True, "egress": False}),
        (cilium(ingressDeny=[{}], enableDefaultDeny={"ingress": False}), {"ingress": False, "egress": False}),
        (cilium(egress=[{"toEntities": ["cluster"]}]), {"ingress": False, "egress": True}),
        (cilium(selector={"matchLabels": {"k8s:app": "d"}}, ingress=[{}]), {"ingress": True, "egress": False}),
        (cilium(selector={"matchLabels": {"any:app": "e"}}, ingress=[{}]), {"ingress": False, "egress": False}),
        (
            cilium(
                selector={"matchLabels": {"io.kubernetes.pod.namespace": "x"}},
                ingress=[{}],
                kind="CiliumClusterwideNetworkPolicy",
            ),
            {"egress": False},
        ),
        (calico(), {"ingress": True, "egress": False}),
        (calico(selector="all()", egress=[{"action": "Deny"}]), {"ingress": False, "egress": True}),
        (calico(ingress=[{"action": "Allow"}]), {"ingress": False, "egress": False}),
        (calico(selector="app == 'd'", types=["Ingress", "Egress"]), {"ingress": True, "egress": True}),
        (calico(selector='app == "e"'), {"ingress": False, "egress": False}),
        (calico(selector="app in {'d'}"), {"egress": False}),
        (calico("GlobalNetworkPolicy", namespaceSelector="x == 'y'"), {"egress": False}),
        (cilium(ingress=[{"fromEntities": ["cluster"]}]), {"ingress": False, "egress": False}),
        (cilium(egress=[{"toEntities": ["world"]}]), {"ingress": False, "egress": False}),
        (cilium(egress=[{"toFQDNs": [{"matchPattern": "*"}]}]), {"ingress": False, "egress": False}),
        (cilium(egress=[{"toFQDNs": [{"matchPattern": "*.example"}]}]), {"ingress": False, "egress": True}),
        (cilium(egress=[{"toCIDR": ["0.0.0.0/0"]}]), {"ingress": False, "egress": False}),
        (cilium(ingress=[{"fromEndpoints": [{}]}]), {"ingress": True, "egress": False}),
        (
            cilium("CiliumClusterwideNetworkPolicy", ingress=[{"fromEndpoints": [{}]}]),
            {"ingress": False, "egress": False},
        ),
        (
            cilium(ingress=[{"fromEntities": ["all"], "toPorts": [{"rules": {"http": [{"path": "/public"}]}}]}]),
            {"ingress": True, "egress": False},
        ),
    ],
    ids=str,
)
def test_policies_of_plugins_isolate_where_they_can_be_read(stated: Thing, expected: dict[str, bool]) -> None:
    assert workload(cluster(stated, deployment())).facts.get("isolated", {}) == expected


def of_cluster(labels: dict[str, str], *terms: Thing) -> Thing:
    selector = {"matchLabels": labels, "matchExpressions": list(terms)}
    return cilium("CiliumClusterwideNetworkPolicy", selector=selector, ingress=[{}])


BLUE = "k8s:io.cilium.k8s.namespace.labels.team"
SPACE = "io.kubernetes.pod.namespace"


@pytest.mark.parametrize(
    ("stated", "ingress"),
    [
        (of_cluster({BLUE: "blue"}), True),
        (of_cluster({BLUE: "red"}), False),
        (of_cluster({BLUE: "blue", "app": "x"}), False),
        (of_cluster({}, {"key": BLUE, "operator": "In", "values": ["blue", "red"]}), True),
        (of_cluster({}, {"key": BLUE, "operator": "DoesNotExist"}), False),
        (of_cluster({f"k8s:{SPACE}": "shop"}), True),
        (of_cluster({SPACE: "till"}), False),
        (of_cluster({}, {"key": SPACE, "operator": "NotIn", "values": ["shop"]}), False),
        (of_cluster({"io.cilium.k8s.policy.serviceaccount": "web"}), None),
        (calico("GlobalNetworkPolicy", namespaceSelector="team == 'blue'"), True),
        (calico("GlobalNetworkPolicy", namespaceSelector="team == 'red'"), False),
        (calico("GlobalNetworkPolicy", namespaceSelector="projectcalico.org/name == 'shop'"), True),
        (calico("GlobalNetworkPolicy", serviceAccountSelector="team == 'red'"), None),
    ],
    ids=str,
)
def test_policies_of_plugins_select_namespaces(stated: Thing, ingress: bool | None) -> None:
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": {"team": "blue"}}}
    found = cluster(space, stated, deployment("d", "shop"))
    assert workload(found).facts["isolated"].get("ingress") is ingress
    closed = "app" not in stated["spec"].get("endpointSelector", {}).get("matchLabels", {}) and ingress
    assert resource(found, "Namespace shop").facts["default_deny"].get("ingress") is closed


ADMINISTRATIVE = {
    "anp": ("policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy"),
    "banp": ("policy.networking.k8s.io/v1alpha1", "BaselineAdminNetworkPolicy"),
    "cnp": ("policy.networking.k8s.io/v1alpha2", "ClusterNetworkPolicy"),
}
EVERY_POD: Thing = {"from": [{"namespaces": {}}]}
EVERY_ADDRESS: Thing = {"to": [{"networks": ["0.0.0.0/0", "::/0"]}]}
SHOP = {"namespaces": {"matchLabels": {"kubernetes.io/metadata.name": "shop"}}}
TEAM = {"namespaces": {"matchLabels": {"team": "a"}}}


def administrative(form: str, name: str = "p", subject: Any = None, **spec: Any) -> Thing:
    return thing(*ADMINISTRATIVE[form], name, subject=subject or {"namespaces": {}}, **spec)


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ([administrative("anp", ingress=[{"action": "Deny", **EVERY_POD}])], {"ingress": True, "egress": False}),
        ([administrative("anp", egress=[{"action": "Deny", **EVERY_ADDRESS}])], {"ingress": False, "egress": True}),
        (
            [administrative("anp", egress=[{"action": "Deny", "to": [{"namespaces": {}}]}])],
            {"ingress": False, "egress": False},
        ),
        (
            [administrative("anp", ingress=[{"action": "Deny", **EVERY_POD, "ports": [{"portNumber": {"port": 80}}]}])],
            {"ingress": False, "egress": False},
        ),
        (
            [
                administrative("cnp", "low", tier="Admin", priority=2, ingress=[{"action": "Deny", **EVERY_POD}]),
                administrative("cnp", "high", tier="Admin", priority=1, ingress=[{"action": "Accept", **EVERY_POD}]),
                policy("p", "shop"),
            ],
            {"ingress": False, "egress": False},
        ),
        (
            [
                administrative("cnp", "a", tier="Admin", priority=1, ingress=[{"action": "Deny", **EVERY_POD}]),
                administrative("cnp", "b", tier="Admin", priority=1, ingress=[{"action": "Accept", **EVERY_POD}]),
            ],
            {"egress": False},
        ),
        (
            [
                administrative("anp", priority=1, ingress=[{"action": "Pass", **EVERY_POD}]),
                administrative(
                    "banp", ingress=[{"action": "Deny", "from": [{"namespaces": {"namespaceSelector": {}}}]}]
                ),
            ],
            {"ingress": True, "egress": False},
        ),
        (
            [
                administrative("cnp", tier="Baseline", priority=1, ingress=[{"action": "Deny", **EVERY_POD}]),
                policy("open", "shop", ingress=[{}]),
            ],
            {"ingress": False, "egress": False},
        ),
        ([administrative("cnp", ingress=[{"action": "Deny", **EVERY_POD}])], {"egress": False}),
        (
            [administrative("anp", subject=SHOP, ingress=[{"action": "Deny", **EVERY_POD}])],
            {"ingress": True, "egress": False},
        ),
        ([administrative("anp", subject=TEAM, ingress=[{"action": "Deny", **EVERY_POD}])], {"egress": False}),
        (
            [
                administrative("anp", subject=TEAM, ingress=[{"action": "Deny", **EVERY_POD}]),
                {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": {"team": "a"}}},
            ],
            {"ingress": True, "egress": False},
        ),
        (
            [
                administrative(
                    "anp",
                    subject={"pods": {"namespaceSelector": {}, "podSelector": {"matchLabels": {"app": "other"}}}},
                    ingress=[
                        {"action": "Deny", "from": [{"pods": {"namespaceSelector": {}, "podSelector": {}}}]},
                    ],
                )
            ],
            {"ingress": False, "egress": False},
        ),
    ],
    ids=str,
)
def test_policies_of_administrators_come_before_and_after_those_of_namespaces(
    stated: list[Thing], expected: dict[str, bool]
) -> None:
    assert workload(cluster(*stated, deployment(namespace="shop"))).facts.get("isolated", {}) == expected


def test_a_policy_of_administrators_that_restricts_nothing_is_no_policy_of_a_workload() -> None:
    deny = administrative("anp", "deny", ingress=[{"action": "Deny", **EVERY_POD}])
    some = administrative("anp", "some", ingress=[{"action": "Deny", "from": [TEAM]}])
    found = cluster(deny, some, deployment(namespace="shop"))
    assert workload(found).facts["network_policies"] == ["deny"]
    assert workload(cluster(some, deployment(namespace="shop"))).facts["network_policies"] == []


@pytest.mark.parametrize(
    ("subject", "expected"), [(None, True), (SHOP, True), (TEAM, False)], ids=["all", "by name", "by label"]
)
def test_a_baseline_closes_the_namespaces_that_it_is_about(subject: Any, expected: bool) -> None:
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
    baseline = administrative("banp", subject=subject, ingress=[{"action": "Deny", **EVERY_POD}])
    assert resource(cluster(baseline, space), "Namespace shop").facts["default_deny"]["ingress"] is expected


def test_policies_add_up_and_one_that_opens_undoes_the_others() -> None:
    narrow = policy("narrow", policyTypes=["Ingress", "Egress"])
    wide = policy("wide", selector={"matchLabels": {"app": "d"}}, ingress=[{"from": [SOME]}, {}])
    found = cluster(narrow, wide, deployment(), deployment("other"))
    assert workload(found).facts["isolated"] == {"ingress": False, "egress": True}
    assert workload(found).facts["network_policies"] == ["narrow", "wide"]
    assert workload(found).related["ingress_opened"].field == "spec.ingress.1"
    assert workload(found, "other").facts["isolated"] == {"ingress": True, "egress": True}
    assert "ingress_opened" not in workload(found, "other").related


DENIED = policy("p", "shop", {"matchLabels": {"app": "d"}}, policyTypes=["Ingress"])


@pytest.mark.parametrize(
    ("overlays", "expected"),
    [
        ([[deployment("d", "shop")], [DENIED]], {"egress": False}),
        ([[deployment("d", "shop"), DENIED], []], {"ingress": True, "egress": False}),
        ([[deployment("d", "other")], [DENIED]], {"ingress": False, "egress": False}),
        ([[deployment("d")], [DENIED]], {"ingress": False, "egress": False}),
        ([[deployment("d", "shop")], [DENIED, deployment("e", "shop")]], {"egress": False}),
    ],
)
def test_a_policy_of_an_overlay_without_its_workloads_may_be_for_another_overlay(
    overlays: list[list[Thing]], expected: dict[str, bool]
) -> None:
    assert workload(built(*overlays)).facts.get("isolated", {}) == expected


def test_a_policy_that_selects_a_workload_of_its_overlay_says_nothing_about_another_one() -> None:
    found = built([deployment("d", "shop"), DENIED], [deployment("d", "shop")])
    told = [item.facts["isolated"] for item in found if item.kind == "kubernetes.workload"]
    assert told == [{"ingress": True, "egress": False}, {"ingress": False, "egress": False}]


TO_ALL: Thing = {"endpointSelector": {}, "egress": [{"toEntities": ["all"]}]}
WIDE = "CiliumClusterwideNetworkPolicy"
LET_IN: Thing = {"ingress": [{"fromEntities": ["cluster"]}]}
TO_CLUSTER: Thing = {"egress": [{"toEntities": ["cluster"]}]}


@pytest.mark.parametrize(
    ("overlays", "expected"),
    [
        ([[cilium(WIDE, **TO_CLUSTER, **LET_IN)]], {"ingress": False, "egress": True}),
        ([[cilium(WIDE, ingressDeny=[{"fromEntities": ["world"]}])]], {"ingress": True, "egress": False}),
        ([[calico("GlobalNetworkPolicy", types=["Egress"])]], {"ingress": False, "egress": True}),
        ([[cilium(WIDE, **LET_IN)]], None),
        ([[cilium(WIDE, **TO_CLUSTER, enableDefaultDeny={"egress": False})]], None),
        (
            [
                [
                    cilium(WIDE, **TO_CLUSTER),
                    thing("cilium.io/v2", WIDE, "q", **TO_ALL),
                ]
            ],
            None,
        ),
        ([[cilium(WIDE, selector={"matchLabels": {"app": "d"}}, **TO_CLUSTER)]], None),
        ([[cilium(WIDE, selector={"matchLabels": {"k8s:io.kubernetes.pod.namespace": "shop"}}, **TO_CLUSTER)]], None),
        ([[cilium(WIDE, selector={"matchLabels": {"reserved:host": ""}}, **TO_CLUSTER)]], None),
        ([[cilium(WIDE, **TO_CLUSTER), cilium(WIDE, **LET_IN)]], None),
        ([[cilium("CiliumNetworkPolicy", "other", **TO_CLUSTER)]], None),
    ],
    ids=str,
)
def test_a_policy_for_every_pod_of_the_cluster_of_another_overlay(
    overlays: list[list[Thing]], expected: dict[str, bool] | None
) -> None:
    found = workload(built([deployment("d", "shop")], *overlays))
    assert found.facts["isolated"] == {"ingress": False, "egress": False}
    assert found.facts.get("isolated_elsewhere") == expected
    assert ("policy_elsewhere" in found.related) is (expected is not None)


def test_a_policy_that_isolates_the_workload_goes_before_one_for_every_pod_of_another_overlay() -> None:
    found = workload(built([deployment("d", "shop"), DENIED], [cilium(WIDE, **TO_CLUSTER)]))
    assert (found.facts["isolated"], "isolated_elsewhere" in found.facts) == ({"ingress": True, "egress": False}, False)


@pytest.mark.parametrize(
    ("stated", "whole", "expected"),
    [
        (policy("p"), False, {"ingress": True}),
        (policy("p", ingress=[{}]), False, {"ingress": False}),
        (policy("p", "elsewhere"), False, {}),
        (policy("p", "elsewhere", ingress=[{}]), True, {"egress": False}),
        (policy("p", "elsewhere"), True, {"egress": False}),
    ],
)
def test_what_may_be_elsewhere_is_left_open(stated: Thing, *, whole: bool, expected: dict[str, bool]) -> None:
    found = workload(cluster(stated, deployment(), whole=whole))
    assert found.facts.get("isolated", {}) == expected


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ([], {"ingress": False, "egress": False}),
        ([policy("p", "shop")], {"ingress": True, "egress": False}),
        ([policy("p", "shop", ingress=[{"from": [{"podSelector": {}}]}])], {"ingress": True, "egress": False}),
        ([policy("p", "shop", ingress=[{}])], {"ingress": False, "egress": False}),
        ([policy("p", "shop", {"matchLabels": {"app": "d"}})], {"ingress": False, "egress": False}),
        ([policy("p", "other")], {"ingress": False, "egress": False}),
        ([policy("p")], {"egress": False}),
        ([cilium("CiliumClusterwideNetworkPolicy", egress=[{}])], {"ingress": False, "egress": True}),
        ([calico("GlobalNetworkPolicy", selector="has(x)")], {"egress": False}),
    ],
    ids=str,
)
def test_a_namespace_is_closed_by_a_policy_for_all_its_pods(stated: list[Thing], expected: dict[str, bool]) -> None:
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
    found = resource(cluster(space, *stated, deployment("d", "shop"), deployment("d", "other")), "Namespace shop")
    assert (found.facts["workloads"], found.facts["default_deny"]) == (1, expected)


NAMED = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "other"}}}
LABELLED = {"namespaceSelector": {"matchLabels": {"team": "blue"}}}


@pytest.mark.parametrize(
    ("peer", "whole", "expected"),
    [
        ({"podSelector": {"matchLabels": {"app": "d"}}}, True, True),
        ({"podSelector": {"matchLabels": {"app": "e"}}}, True, False),
        ({"podSelector": {"matchLabels": {"app": "e"}}}, False, None),
        ({"podSelector": {"matchLabels": {"app": "e"}}, **NAMED}, True, True),
        ({"podSelector": {"matchLabels": {"app": "d"}}, **NAMED}, True, False),
        ({"podSelector": {"matchLabels": {"app": "e"}}, **LABELLED}, True, True),
        ({"podSelector": {"matchLabels": {"app": "x"}}, **LABELLED}, True, None),
        ({"podSelector": {"matchLabels": {"cluster": "made-primary"}}}, True, None),
        ({"podSelector": {"matchLabels": {"name": "keeper"}}}, True, None),
    ],
    ids=str,
)
def test_a_peer_is_a_pod_among_the_files(peer: Thing, *, whole: bool, expected: bool | None) -> None:
    spaces = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "other", "labels": {"team": "blue"}}}
    made = thing("db.example/v1", "Keeper", "made", "shop")
    stated = policy("p", "shop", ingress=[{"from": [EVERYWHERE, {"podSelector": {}}, peer]}])
    found = cluster(stated, spaces, made, deployment("d", "shop"), deployment("e", "other"), whole=whole)
    (item,) = resource(found, "NetworkPolicy p").facts["peers"]
    assert (item["field"], item["direction"], item.get("found")) == ("spec.ingress.0.from.2", "ingress", expected)


# From outside

BACKENDS: list[Thing] = [
    thing("networking.k8s.io/v1", "Ingress", "r", defaultBackend={"service": {"name": "s", "port": {"number": 80}}}),
    thing("extensions/v1beta1", "Ingress", "r", backend={"serviceName": "s", "servicePort": 80}),
    thing(
        "networking.k8s.io/v1",
        "Ingress",
        "r",
        rules=[{"http": {"paths": [{"backend": {"service": {"name": "s", "port": {"number": 80}}}}]}}],
    ),
    thing(
        "gateway.networking.k8s.io/v1",
        "HTTPRoute",
        "r",
        parentRefs=[{"name": "g"}],
        rules=[{"backendRefs": [{"name": "s", "port": 80}, {"kind": "ServiceImport", "name": "x"}]}],
    ),
    thing(
        "gateway.networking.k8s.io/v1alpha2",
        "TLSRoute",
        "r",
        parentRefs=[{"name": "g"}],
        rules=[{"backendRefs": [{"name": "s", "port": 80}]}],
    ),
    thing("route.openshift.io/v1", "Route", "r", to={"kind": "Service", "name": "s"}),
    thing(
        "networking.istio.io/v1",
        "VirtualService",
        "r",
        gateways=["g"],
        http=[{"route": [{"destination": {"host": "s", "port": {"number": 80}}}]}],
    ),
    thing("projectcontour.io/v1", "HTTPProxy", "r", routes=[{"services": [{"name": "s", "port": 80}]}]),
    thing("traefik.io/v1alpha1", "IngressRoute", "r", routes=[{"services": [{"name": "s", "port": 80}]}]),
]


@pytest.mark.parametrize("route", BACKENDS, ids=lambda route: route["kind"])
def test_a_route_leads_through_a_service_to_a_workload(route: Thing) -> None:
    found = cluster(route, service(), deployment(), deployment("aside"))
    stated = resource(found, f"{route['kind']} r")
    (item,) = stated.facts["backends"]
    assert (item["name"], item["found"], item.get("port_found", True)) == ("s", True, True)
    assert stated.related["backends.0.service"].path == "a.yaml"
    (way,) = workload(found).facts["exposed"]
    assert (way["kind"], way["name"]) == (route["kind"], "r")
    assert workload(found).related["exposed"].line < workload(found).related["exposed_service"].line
    assert workload(found, "aside").facts["exposed"] == []

    lost = resource(cluster(route, deployment()), f"{route['kind']} r")
    assert [item["found"] for item in lost.facts["backends"]] == [False]
    part = resource(cluster(route, deployment(), whole=False), f"{route['kind']} r")
    assert [item.get("found") for item in part.facts["backends"]] == [None]


@pytest.mark.parametrize(
    ("port", "spec", "expected"),
    [
        ({"number": 80}, {}, True),
        ({"number": 8080}, {}, False),
        ({"name": "web"}, {"ports": [{"name": "web", "port": 80}]}, True),
        ({"name": "http"}, {"ports": [{"name": "web", "port": 80, "targetPort": "http"}]}, False),
        ({"number": 80}, {"type": "ExternalName", "ports": [{"port": 443}]}, None),
    ],
)
def test_a_backend_is_called_on_a_port_of_the_service(port: Thing, spec: Thing, *, expected: bool | None) -> None:
    route = thing("networking.k8s.io/v1", "Ingress", "r", defaultBackend={"service": {"name": "s", "port": port}})
    (item,) = resource(cluster(route, service(**spec)), "Ingress r").facts["backends"]
    assert item.get("port_found") is expected


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("s", True),
        ("gone", False),
        ("s.shop", True),
        ("api.example", None),
        ("s.shop.svc.cluster.local", True),
        ("gone.shop.svc.cluster.local", False),
        ("www.api.example", "no Service"),
        ("*.shop.svc.cluster.local.example", "no Service"),
    ],
)
def test_a_host_of_istio_is_a_service_where_it_can_be_no_other(host: str, expected: bool | str | None) -> None:
    route = thing(
        "networking.istio.io/v1", "VirtualService", "r", "shop", tcp=[{"route": [{"destination": {"host": host}}]}]
    )
    items = resource(cluster(route, service("s", "shop")), "VirtualService r").facts["backends"]
    assert [item.get("found") for item in items] == ([] if expected == "no Service" else [expected])


def test_what_an_operator_may_make_is_left_open() -> None:
    made = thing("db.example/v1", "Keeper", "store")
    route = thing("networking.k8s.io/v1", "Ingress", "r", defaultBackend={"service": {"name": "store-rw"}})
    found = cluster(made, route, service("s", app="store"), thing("monitoring.coreos.com/v1", "PodMonitor", "store-rw"))
    assert "found" not in resource(found, "Ingress r").facts["backends"][0]
    assert "selected" not in resource(found, "Service s").facts


GATEWAY = thing(
    "gateway.networking.k8s.io/v1",
    "Gateway",
    "g",
    listeners=[{"name": "plain", "protocol": "HTTP", "port": 80}, {"name": "safe", "protocol": "HTTPS", "port": 443}],
)
ISTIO = thing("networking.istio.io/v1", "Gateway", "g", servers=[{"port": {"number": 443}, "tls": {"mode": "SIMPLE"}}])


def attached(**parent: Any) -> Thing:
    return {**BACKENDS[3], "spec": {**BACKENDS[3]["spec"], "parentRefs": [{"name": "g", **parent}]}}


def through(*gateways: str) -> Thing:
    return {**BACKENDS[6], "spec": {**BACKENDS[6]["spec"], "gateways": list(gateways)}}


@pytest.mark.parametrize(
    ("things", "expected"),
    [
        ([BACKENDS[0]], False),
        ([{**BACKENDS[0], "spec": {**BACKENDS[0]["spec"], "tls": [{"secretName": "t"}]}}], True),
        ([{**BACKENDS[0], "metadata": {"name": "r", "annotations": {"x.example/certificate": "y"}}}], None),
        ([attached(), GATEWAY], False),
        ([attached(sectionName="safe"), GATEWAY], True),
        ([attached(port=80), GATEWAY], False),
        ([attached(sectionName="safe")], None),
        ([BACKENDS[4]], True),
        ([BACKENDS[6], ISTIO], True),
        ([BACKENDS[6], {**ISTIO, "spec": {"servers": [{"port": {"number": 80}}]}}], False),
        ([through("mesh", "g"), ISTIO], True),
        ([through("mesh", "g"), {**ISTIO, "spec": {"servers": [{"port": {"number": 80}}]}}], False),
        ([through("mesh", "g")], None),
        ([service("open", type="LoadBalancer")], None),
    ],
    ids=str,
)
def test_a_way_in_says_whether_it_has_tls(things: list[Thing], *, expected: bool | None) -> None:
    (way,) = workload(cluster(*things, service(), deployment())).facts["exposed"]
    assert way.get("tls") is expected


@pytest.mark.parametrize(
    ("things", "kinds"),
    [
        ([service(type="NodePort"), deployment()], ["Service"]),
        ([service(externalIPs=["192.0.2.1"]), deployment()], ["Service"]),
        ([service(), deployment()], []),
        ([deployment(hostNetwork=True, containers=[])], ["hostNetwork"]),
        ([deployment(containers=[{"name": "c", "ports": [{"containerPort": 1, "hostPort": 1}]}])], ["hostPort"]),
        ([attached(kind="Service"), service(), deployment()], []),
        ([service("a", type="NodePort"), service("b"), BACKENDS[0], deployment()], ["Service"]),
    ],
    ids=str,
)
def test_ways_in_of_other_kinds(things: list[Thing], kinds: list[str]) -> None:
    assert [way["kind"] for way in workload(cluster(*things)).facts["exposed"]] == kinds


def test_of_several_of_one_name_the_one_in_the_same_file_is_meant() -> None:
    files = {
        "a.yaml": [service(ports=[{"port": 1}])],
        "b.yaml": [BACKENDS[0], service()],
        "c.yaml": [service(ports=[])],
    }
    found: list[Subject] = []
    for name, things in files.items():
        reading = subjects.recognise(documents.read(name, yaml.safe_dump_all(things)))
        found.extend(cut(reading.subjects))
    route = resource(known(found), "Ingress r")
    assert (route.related["backends.0.service"].path, route.facts["backends"][0]["port_found"]) == ("b.yaml", True)


def test_a_route_of_the_mesh_leads_nobody_in() -> None:
    inner = {**BACKENDS[6], "spec": {"http": BACKENDS[6]["spec"]["http"]}}
    assert workload(cluster(inner, service(), deployment())).facts["exposed"] == []
    assert "exposed" not in workload(cluster(inner, service(), deployment(), whole=False)).facts


@pytest.mark.parametrize(("kind", "known"), [("ClusterPolicy", True), ("Service", False), ("HTTPRoute", False)])
def test_only_a_service_or_a_route_that_was_not_read_may_lead_in(kind: str, known: bool) -> None:
    found = cluster(service(), deployment(), whole=frozenset({Unread(kind)}))
    assert ("exposed" in workload(found).facts) is known


@pytest.mark.parametrize(
    ("target", "whole", "expected"),
    [("http", True, True), ("gone", True, False), ("gone", False, None), ("8080", True, "none"), (8080, True, "none")],
)
def test_a_port_name_is_sought_in_the_containers(target: Any, *, whole: bool, expected: bool | str | None) -> None:
    found = cluster(service(ports=[{"port": 80, "targetPort": target}]), deployment(), whole=whole)
    items = resource(found, "Service s").facts["target_ports"]
    assert [item.get("found") for item in items] == ([] if expected == "none" else [expected])


@pytest.mark.parametrize(
    ("things", "whole", "expected"),
    [
        ([service(clusterIP="None")], True, {"found": True, "headless": True}),
        ([service()], True, {"found": True, "headless": False}),
        ([], True, {"found": False}),
        ([], False, {}),
        ([service("s", "other", clusterIP="None")], True, {}),
    ],
)
def test_a_stateful_set_knows_its_service(things: list[Thing], *, whole: bool, expected: Thing) -> None:
    owner = deployment(kind="StatefulSet")
    owner["spec"]["serviceName"] = "s"
    found = workload(cluster(owner, *things, whole=whole))
    assert found.facts["governing_service"] == {"name": "s", **expected}


# Availability


def scaler(**spec: Any) -> Thing:
    return thing(
        "autoscaling/v2", "HorizontalPodAutoscaler", "h", scaleTargetRef={"kind": "Deployment", "name": "d"}, **spec
    )


def keda(**spec: Any) -> Thing:
    return thing("keda.sh/v1alpha1", "ScaledObject", "k", scaleTargetRef={"name": "d"}, **spec)


def replicated(number: Any) -> Thing:
    owner = deployment()
    owner["spec"]["replicas"] = number
    return owner


@pytest.mark.parametrize(
    ("things", "whole", "expected"),
    [
        ([deployment()], True, 1),
        ([replicated(3)], True, 3),
        ([replicated(3)], False, None),
        ([replicated("3")], True, None),
        ([replicated(3), scaler(minReplicas=2)], True, 2),
        ([replicated(3), scaler(minReplicas=2)], False, 2),
        ([replicated(3), scaler()], True, 1),
        ([replicated(3), keda()], True, 0),
        ([replicated(3), keda(minReplicaCount=4)], True, 4),
        ([deployment(kind="DaemonSet")], True, None),
    ],
    ids=str,
)
def test_the_fewest_replicas(things: list[Thing], *, whole: bool, expected: int | None) -> None:
    assert workload(cluster(*things, whole=whole)).facts.get("least_replicas") == expected


@pytest.mark.parametrize(
    ("spec", "replicas", "allowed"),
    [
        ({"minAvailable": 1}, 1, 0),
        ({"minAvailable": 1}, 2, 1),
        ({"minAvailable": 5}, 2, 0),
        ({"minAvailable": "50%"}, 1, 0),
        ({"minAvailable": "50%"}, 3, 1),
        ({"maxUnavailable": "1%"}, 3, 1),
        ({"maxUnavailable": 0}, 3, 0),
        ({"maxUnavailable": 9}, 3, 3),
        ({"minAvailable": "half"}, 3, None),
        ({}, 3, None),
        ({"minAvailable": 1}, 0, None),
    ],
    ids=str,
)
def test_what_a_budget_lets_go(spec: Thing, replicas: int, allowed: int | None) -> None:
    budget = thing("policy/v1", "PodDisruptionBudget", "b", selector={"matchLabels": {"app": "d"}}, **spec)
    found = resource(cluster(budget, replicated(replicas)), "PodDisruptionBudget b").facts.get("eviction")
    assert found == (None if allowed is None else {"pods": replicas, "allowed": allowed})


# Monitors


@pytest.mark.parametrize(
    ("spec", "selected"),
    [
        ({"selector": {"matchLabels": {"part": "x"}}}, ["Service s"]),
        ({"selector": {"matchLabels": {"part": "y"}}}, []),
        ({"selector": {}}, ["Service s"]),
        ({"selector": {"matchLabels": {"part": "x"}}, "namespaceSelector": {"any": True}}, ["Service s", "Service o"]),
        ({"selector": {"matchLabels": {"part": "y"}}, "namespaceSelector": {"any": True}}, None),
        ({"selector": {"matchLabels": {"part": "x"}}, "namespaceSelector": {"matchNames": ["other"]}}, ["Service o"]),
        ({"selector": {"matchLabels": {"part": "y"}}, "namespaceSelector": {"matchNames": ["other"]}}, []),
        ({"selector": {"matchLabels": {"part": "y"}}, "namespaceSelector": {"matchNames": ["third"]}}, None),
        ({"selector": {"matchLabels": {"part": "x"}}, "namespaceSelector": {"matchNames": ["kube-system"]}}, None),
    ],
    ids=str,
)
def test_a_monitor_selects_services_by_their_own_labels(spec: Thing, selected: list[str] | None) -> None:
    near, far = service("s", "shop", ports=[{"name": "web", "port": 80}]), service("o", "other")
    for one in (near, far):
        one["metadata"]["labels"] = {"part": "x"}
    endpoints = [{"port": "web"}, {"port": "gone"}, {"targetPort": 9}]
    monitor = thing("monitoring.coreos.com/v1", "ServiceMonitor", "m", "shop", endpoints=endpoints, **spec)
    stated = resource(cluster(near, far, monitor), "ServiceMonitor m").facts
    assert stated.get("selected") == selected
    if selected == ["Service s"]:
        assert [(item["field"], item["found"]) for item in stated["endpoints"]] == [
            ("spec.endpoints.0.port", True),
            ("spec.endpoints.1.port", False),
        ]


# Hostile input

BUNDLE: list[Thing] = [
    *BACKENDS,
    GATEWAY,
    ISTIO,
    deployment(),
    deployment(kind="StatefulSet"),
    service(ports=[{"name": "web", "port": 80, "targetPort": "http"}], type="NodePort"),
    scaler(minReplicas=1),
    keda(minReplicaCount=1),
    thing("policy/v1", "PodDisruptionBudget", "b", selector={"matchLabels": {"app": "d"}}, minAvailable="50%"),
    policy(ingress=[{"from": [EVERYWHERE, {**ALL_PODS, **SOME}], "ports": [{"port": 1}]}], policyTypes=["Ingress"]),
    cilium(
        ingress=[{"fromEntities": ["all"]}], enableDefaultDeny={"egress": True}, selector={"matchLabels": {"a": "b"}}
    ),
    calico(selector="a == 'b'", types=["Egress"], egress=[{"action": "Allow"}]),
    thing(
        "monitoring.coreos.com/v1",
        "ServiceMonitor",
        "m",
        selector={"matchLabels": {}},
        namespaceSelector={"matchNames": ["x"]},
        endpoints=[{"port": "web"}],
    ),
    thing(
        "security.istio.io/v1", "PeerAuthentication", "p", selector={"matchLabels": {"app": "d"}}, mtls={"mode": "X"}
    ),
    thing("security.istio.io/v1", "RequestAuthentication", "q", selector={"matchLabels": {"app": "d"}}, jwtRules=[{}]),
    thing(
        "security.istio.io/v1",
        "AuthorizationPolicy",
        "a",
        action="ALLOW",
        selector={"matchLabels": {"app": "d"}},
        rules=[{"from": [{"source": {"requestPrincipals": ["*"]}}], "when": [{"key": "x"}]}],
    ),
]


def ill_typed(value: Any, wrong: Any) -> list[Any]:
    """Copies of a value, each with another part of it replaced."""
    copies = [wrong]
    if isinstance(value, dict):
        for key, inner in value.items():
            copies += [{**value, key: changed} for changed in ill_typed(inner, wrong)]
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            copies += [[*value[:index], changed, *value[index + 1 :]] for changed in ill_typed(inner, wrong)]
    return copies


@pytest.mark.parametrize("wrong", [5, "x", [5], [[]], {"a": []}, {"a": {"b": [{}]}}], ids=str)
def test_nothing_ill_typed_stops_the_facts(wrong: Any) -> None:
    def read(one: Thing) -> list[Subject]:
        return cut(subjects.recognise(documents.read("a.json", json.dumps(one))).subjects)

    others = [item for one in BUNDLE for item in read(one)]
    for stated in BUNDLE:
        for part in ("metadata", "spec"):
            for changed in ill_typed(stated[part], wrong):
                together = [*others, *read({**stated, part: changed})]  # it comes last, so that the others find it
                assert known(together)[-1].facts or together[-1].kind == "kubernetes.resource"


@pytest.mark.parametrize(
    ("version", "kind", "found"),
    [
        ("monitoring.googleapis.com/v1", "PodMonitoring", False),
        ("operator.victoriametrics.com/v1beta1", "VMServiceScrape", False),
        ("operator.victoriametrics.com/v1beta1", "VMSingle", None),
    ],
)
def test_what_only_watches_makes_no_service(version: str, kind: str, found: bool | None) -> None:
    rule = {"backendRefs": [{"name": "web", "port": 80}]}
    route = thing("gateway.networking.k8s.io/v1", "HTTPRoute", "r", "shop", rules=[rule])
    objects = cluster(route, thing(version, kind, "web", "shop"))
    assert resource(objects, "HTTPRoute r").facts["backends"][0].get("found") is found
