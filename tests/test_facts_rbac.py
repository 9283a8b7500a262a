"""What accounts may do: rules as the API server reads them, roles put together, bindings and whom they reach."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from scanner import documents, subjects
from scanner.facts.kubernetes.access.permissions import POWERS, DangerousPermission
from scanner.model import Profile, Subject
from scanner.scan import Options, scan
from tests.known import Known, cut, known

RBAC = "rbac.authorization.k8s.io"
POD = {"name": "c", "image": "registry.example/c:1"}


def read(files: dict[str, list[dict[str, Any]]], *, whole: bool = True, rendered: bool = False) -> list[Known]:
    """The subjects of files, each a name and its objects, with their facts; rendered: each file a chart by itself."""
    found: list[Subject] = []
    for name, objects in files.items():
        text = yaml.safe_dump_all(objects, sort_keys=False)
        found.extend(cut(subjects.Recognition(documents.read(name, text), name if rendered else "")))
    return known(found, whole=whole)


def thing(kind: str, name: str, namespace: str = "", version: str = "v1", **fields: Any) -> dict[str, Any]:
    labels = {"labels": fields.pop("labels")} if "labels" in fields else {}
    metadata = {"name": name, **({"namespace": namespace} if namespace else {}), **labels}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **fields}


def pod(account: str = "web", namespace: str = "shop", **fields: Any) -> dict[str, Any]:
    spec = {"automountServiceAccountToken": True, "serviceAccountName": account, "containers": [POD], **fields}
    return thing("Pod", "web", namespace, spec={key: value for key, value in spec.items() if value is not None})


def account(name: str = "web", namespace: str = "shop", **fields: Any) -> dict[str, Any]:
    return thing("ServiceAccount", name, namespace, **fields)


def role(name: str, *rules: Any, namespace: str = "", **fields: Any) -> dict[str, Any]:
    kind = "Role" if namespace else "ClusterRole"
    return thing(kind, name, namespace, f"{RBAC}/v1", rules=list(rules), **fields)


def binding(to: str, *whom: Any, namespace: str = "", name: str = "b", kind: str = "ClusterRole") -> dict[str, Any]:
    reference = {"apiGroup": RBAC, "kind": kind, "name": to}
    own = "RoleBinding" if namespace else "ClusterRoleBinding"
    return thing(own, name, namespace.strip("-"), f"{RBAC}/v1", roleRef=reference, subjects=list(whom))


def rule(resources: str, verbs: str, group: str = "", **fields: Any) -> dict[str, Any]:
    return {"apiGroups": [group], "resources": resources.split(), "verbs": verbs.split(), **fields}


WEB = {"kind": "ServiceAccount", "name": "web", "namespace": "shop"}


def workload(found: list[Known], name: str = "web") -> Known:
    (subject,) = [each for each in found if each.kind == "kubernetes.workload" and each.name.endswith(name)]
    return subject


def held(found: list[Known], fact: str = "account_powers") -> list[str]:
    """The powers of the workload: `name`, with its namespace where it has one, or `?` for what is open."""
    return [item.get("name", "?") for item in workload(found).facts[fact]]


def powers(*rules: Any, namespace: str = "") -> list[str]:
    """The powers that a role with some rules gives, in the whole cluster or in a namespace."""
    return held(read({"a.yaml": [pod(), role("r", *rules), binding("r", WEB, namespace=namespace)]}))


# Rules, as the API server reads them

ADMISSION = "admissionregistration.k8s.io"
GRANTS: list[tuple[list[Any], list[str]]] = [
    ([rule("*", "*", "*")], ["everything"]),
    ([rule("*", "*", "shop.example")], []),
    ([rule("secrets", "get")], ["read-secrets"]),
    ([rule("secrets", "list")], ["read-secrets"]),
    ([rule("secrets", "watch")], ["read-secrets"]),
    ([rule("secrets", "create update delete")], []),
    ([rule("secrets", "create get")], ["create-tokens", "read-secrets"]),
    ([rule("secrets", "create"), rule("secrets", "list")], ["create-tokens", "read-secrets"]),
    ([rule("secrets", "get", "apps")], []),
    ([rule("secrets", "get", "*")], ["read-secrets"]),
    ([rule("secrets", "get", resourceNames=["tls"])], []),
    ([rule("secrets", "get", resourceNames=[])], ["read-secrets"]),
    ([rule("serviceaccounts/token", "create")], ["create-tokens"]),
    ([rule("*/token", "create")], ["create-tokens"]),
    ([rule("serviceaccounts/*", "create")], []),
    ([rule("serviceaccounts", "create")], []),
    ([rule("pods", "create")], ["run-pods"]),
    ([rule("pods", "patch")], ["run-pods"]),
    ([rule("pods/*", "create")], []),
    ([rule("pods", "get list watch delete")], []),
    ([rule("deployments", "update", "apps")], ["run-pods"]),
    ([rule("deployments", "update", "batch")], []),
    ([rule("deployments/scale", "update", "apps")], []),
    ([rule("deployments", "update", "apps", resourceNames=["web"])], []),
    ([rule("pods/exec", "create")], ["exec-into-pods"]),
    ([rule("pods/attach", "create")], ["exec-into-pods"]),
    ([rule("pods/exec", "get")], []),
    ([rule("*/exec", "create")], ["exec-into-pods"]),
    ([rule("pods/ephemeralcontainers", "patch")], ["debug-pods"]),
    ([rule("nodes/proxy", "get")], ["proxy-to-nodes"]),
    ([rule("users", "impersonate")], ["impersonate"]),
    ([rule("users", "impersonate", resourceNames=["ada"])], []),
    ([rule("groups", "impersonate")], []),
    (
        [rule("groups", "impersonate"), rule("users", "impersonate", resourceNames=["ada"])],
        ["impersonate"],
    ),
    ([rule("clusterroles", "escalate", RBAC)], []),
    ([rule("clusterroles", "escalate patch", RBAC)], ["escalate-roles"]),
    ([rule("clusterroles", "escalate", RBAC), rule("roles", "patch", RBAC)], []),
    ([rule("clusterroles", "bind", RBAC)], []),
    ([rule("clusterroles", "bind", RBAC), rule("rolebindings", "create", RBAC)], ["bind-roles"]),
    (
        [
            rule("clusterroles", "bind", RBAC, resourceNames=["view"]),
            rule("clusterrolebindings", "create", RBAC),
        ],
        [],
    ),
    ([rule("clusterrolebindings rolebindings", "create update patch", RBAC)], []),
    ([rule("signers", "approve", "certificates.k8s.io")], []),
    (
        [
            rule("signers", "approve", "certificates.k8s.io"),
            rule("certificatesigningrequests/approval", "update", "certificates.k8s.io"),
            rule("certificatesigningrequests", "create", "certificates.k8s.io"),
        ],
        ["approve-certificates"],
    ),
    (
        [
            rule("signers", "approve", "certificates.k8s.io", resourceNames=["kubernetes.io/kubelet-serving"]),
            rule("certificatesigningrequests/approval", "update", "certificates.k8s.io"),
            rule("certificatesigningrequests", "create", "certificates.k8s.io"),
        ],
        [],
    ),
    ([rule("mutatingwebhookconfigurations", "patch", ADMISSION)], ["rewrite-objects"]),
    ([rule("validatingwebhookconfigurations", "create", ADMISSION)], ["change-admission-checks"]),
    ([rule("mutatingadmissionpolicies", "create", ADMISSION)], []),
    ([rule("persistentvolumes", "create")], ["create-volumes"]),
    ([rule("namespaces", "patch")], ["relabel-namespaces"]),
    ([{"nonResourceURLs": ["*"], "verbs": ["*"]}], []),
    ([{"resources": ["secrets"], "verbs": ["get"]}], []),
    ([{"apiGroups": [""], "resources": "secrets", "verbs": ["get"]}, "get secrets", None], []),
    (
        [rule("*", "get list watch", "*")],
        ["proxy-to-nodes", "read-secrets"],
    ),
]


@pytest.mark.parametrize(("rules", "expected"), GRANTS, ids=str)
def test_rules_grant_what_the_api_server_lets_through(rules: list[Any], expected: list[str]) -> None:
    assert powers(*rules) == expected


@pytest.mark.parametrize(
    ("rules", "expected"), [grant for grant in GRANTS if len(grant[1]) == 1 < len(grant[0])], ids=str
)
def test_without_one_of_the_rights_that_it_takes_there_is_no_power(rules: list[Any], expected: list[str]) -> None:
    for index in range(len(rules)):
        assert not set(expected) & set(powers(*rules[:index], *rules[index + 1 :]))


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([rule("*", "*", "*")], ["everything billing"]),
        ([rule("secrets", "get")], ["read-secrets billing"]),
        ([rule("namespaces", "patch")], ["relabel-namespaces billing"]),
        ([rule("serviceaccounts", "impersonate")], ["impersonate billing"]),
        (
            [rule("clusterroles", "bind", RBAC), rule("rolebindings", "create", RBAC)],
            ["bind-roles billing"],
        ),
        ([rule("clusterroles", "bind", RBAC), rule("clusterrolebindings", "create", RBAC)], []),
        ([rule("users", "impersonate")], []),
        ([rule("nodes/proxy", "get")], []),
        ([rule("persistentvolumes", "create")], []),
        ([rule("clusterroles", "escalate patch", RBAC)], []),
        ([rule("mutatingwebhookconfigurations", "patch", ADMISSION)], []),
    ],
    ids=str,
)
def test_a_role_binding_holds_a_role_to_its_namespace(rules: list[Any], expected: list[str]) -> None:
    assert powers(*rules, namespace="billing") == expected


# Roles


def test_a_role_takes_in_what_its_selectors_choose() -> None:
    collecting = {"clusterRoleSelectors": [{"matchLabels": {"part": "yes"}}, {"matchLabels": {"other": "yes"}}]}
    found = read(
        {
            "a.yaml": [
                pod(),
                role("whole", rule("secrets", "get"), aggregationRule=collecting),
                role("part", rule("pods", "create"), labels={"part": "yes"}),
                role("other", rule("pods/exec", "create"), labels={"other": "yes"}),
                role("neither", rule("nodes/proxy", "get"), labels={"part": "no"}),
                binding("whole", WEB),
            ]
        }
    )
    assert held(found) == ["run-pods", "exec-into-pods"]
    rules = [workload(found).related[f"account_powers.{number}.rule"] for number in range(2)]
    assert [place.field for place in rules] == ["rules.0", "rules.0"]
    assert rules[0].line < rules[1].line


def test_roles_that_take_in_each_other_come_to_an_end() -> None:
    around: dict[str, Any] = {"clusterRoleSelectors": [{}]}
    found = read(
        {
            "a.yaml": [
                pod(),
                role("one", aggregationRule=around),
                role("two", aggregationRule=around),
                role("three", rule("pods", "create")),
                binding("one", WEB),
            ]
        }
    )
    assert held(found) == ["run-pods"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cluster-admin", ["everything"]),
        ("edit", ["impersonate", "create-tokens", "run-pods", "exec-into-pods", "read-secrets"]),
        ("view", []),
        ("system:auth-delegator", []),
        ("system:persistent-volume-provisioner", ["create-volumes"]),
        ("system:controller:job-controller", ["?"]),
        ("somewhere-else", ["?"]),
    ],
)
def test_built_in_roles_are_known(name: str, expected: list[str]) -> None:
    assert held(read({"a.yaml": [pod(), binding(name, WEB)]})) == expected


def test_built_in_roles_take_in_what_is_labelled_for_them() -> None:
    added = role("added", rule("nodes/proxy", "get"), labels={f"{RBAC}/aggregate-to-view": "true"})
    for name in ("view", "edit", "admin"):
        assert "proxy-to-nodes" in held(read({"a.yaml": [pod(), added, binding(name, WEB)]}))


def test_a_binding_means_the_role_beside_it() -> None:
    files = {
        "one/rbac.yaml": [role("r", rule("pods", "create")), binding("r", WEB)],
        "two/rbac.yaml": [role("r", rule("secrets", "get"))],
        "app.yaml": [pod()],
    }
    assert held(read(files)) == ["run-pods"]


def test_of_two_roles_of_one_name_the_one_of_the_namespace_is_meant() -> None:
    here = thing("Role", "r", "shop", f"{RBAC}/v1", rules=[rule("pods", "create")])
    other = thing("Role", "r", "", f"{RBAC}/v1", rules=[rule("pods", "get")])
    bound = binding("r", WEB, namespace="shop", kind="Role")
    for roles in ((here, other), (other, here)):
        assert held(read({"a.yaml": [pod(), *roles, bound]})) == ["run-pods shop"]


def test_which_of_several_roles_is_meant_is_open() -> None:
    files = {
        "one/role.yaml": [role("r", rule("pods", "create"))],
        "two/role.yaml": [role("r", rule("secrets", "get"))],
        "app.yaml": [pod(), binding("r", WEB)],
    }
    assert held(read(files)) == ["?"]
    files["two/role.yaml"] = files["one/role.yaml"]
    assert held(read(files)) == ["run-pods"]


# Whom a binding reaches

READ = role("r", rule("secrets", "get"))


@pytest.mark.parametrize(
    ("subject", "namespace", "expected"),
    [
        (WEB, "", ["read-secrets"]),
        ({**WEB, "namespace": "billing"}, "", []),
        ({**WEB, "name": "other"}, "", []),
        ({"kind": "User", "name": "system:serviceaccount:shop:web"}, "", ["read-secrets"]),
        ({"kind": "User", "name": "web"}, "", []),
        ({"kind": "Group", "name": "system:serviceaccounts:shop"}, "", ["read-secrets"]),
        ({"kind": "Group", "name": "system:serviceaccounts:billing"}, "", []),
        ({"kind": "Group", "name": "system:serviceaccounts"}, "", ["read-secrets"]),
        ({"kind": "Group", "name": "system:authenticated"}, "", ["read-secrets"]),
        ({"kind": "Group", "name": "system:unauthenticated"}, "", ["read-secrets"]),
        ({"kind": "User", "name": "system:anonymous"}, "", ["read-secrets"]),
        ({"kind": "Group", "name": "system:masters"}, "", []),
        ({"kind": "ServiceAccount", "name": "web"}, "shop", ["read-secrets shop"]),
        ({"kind": "ServiceAccount", "name": "web"}, "billing", []),
        (WEB, "billing", ["read-secrets billing"]),
    ],
    ids=str,
)
def test_subjects_are_who_they_say(subject: Any, namespace: str, expected: list[str]) -> None:
    found = read({"a.yaml": [pod(), READ, binding("r", subject, namespace=namespace)]})
    assert held(found) == expected
    assert workload(found).facts["account_permitted"] is bool(expected)


def test_a_subject_says_where_a_bundle_goes_that_states_no_namespace() -> None:
    assert held(read({"a.yaml": [pod(namespace=""), READ, binding("r", WEB)]})) == ["read-secrets"]
    elsewhere = {"a/app.yaml": [pod(namespace="")], "b/rbac.yaml": [READ, binding("r", WEB)]}
    assert held(read(elsewhere)) == ["?"]
    two = [binding("r", WEB), binding("r", {**WEB, "namespace": "billing"}, name="c")]
    assert held(read({"a.yaml": [pod(namespace=""), READ, *two]})) == ["?"]


def test_what_matters_not_leaves_nothing_open() -> None:
    harmless = role("r", rule("configmaps", "get"))
    elsewhere = {"a/app.yaml": [pod(namespace="")], "b/rbac.yaml": [harmless, binding("r", WEB)]}
    assert held(read(elsewhere)) == []


def test_copies_of_a_system_keep_their_bindings_apart() -> None:
    system = [pod(namespace=""), account(namespace="")]
    files = {"small.yaml": system, "large.yaml": [*system, READ, binding("r", WEB)]}
    found = read(files)
    facts_of = {each.origin.path: each.facts for each in found if each.kind == "kubernetes.workload"}
    assert facts_of["small.yaml"]["account_powers"] == []
    assert [item["power"] for item in facts_of["large.yaml"]["account_powers"]] == ["read-secrets"]


def test_a_part_of_a_bundle_leaves_more_open() -> None:
    assert held(read({"a.yaml": [pod()]}, whole=False)) == ["?"]
    assert held(read({"a.yaml": [pod(), READ, binding("r", WEB)]}, whole=False)) == ["read-secrets", "?"]


# Powers of several bindings


def test_rights_of_several_bindings_make_a_power_together() -> None:
    found = read(
        {
            "a.yaml": [
                pod(),
                role("binder", rule("clusterroles", "bind", RBAC)),
                role("writer", rule("rolebindings", "create", RBAC)),
                binding("binder", WEB, name="one"),
                binding("writer", WEB, name="two", namespace="billing"),
            ]
        }
    )
    assert held(found) == ["bind-roles billing"]


def test_what_holds_everywhere_is_not_said_of_a_namespace_again() -> None:
    both = [binding("r", WEB), binding("r", WEB, namespace="billing", name="c")]
    assert held(read({"a.yaml": [pod(), READ, *both]})) == ["read-secrets"]


@pytest.mark.parametrize(
    ("rules", "namespace", "expected"),
    [
        ([rule("pods", "create")], "", ["run-pods"]),
        ([rule("pods", "create")], "billing", []),
        ([rule("pods", "create")], "kube-system", ["run-pods kube-system"]),
        ([rule("secrets", "get")], "", []),
        ([rule("secrets", "get create"), rule("pods", "create")], "", ["create-tokens"]),
    ],
    ids=str,
)
def test_some_powers_take_the_cluster_over(rules: list[Any], namespace: str, expected: list[str]) -> None:
    found = read({"a.yaml": [pod(), role("r", *rules), binding("r", WEB, namespace=namespace)]})
    assert held(found, "account_takeover") == expected


TAKES_OVER = (
    *("everything", "escalate-roles", "bind-roles", "impersonate", "create-tokens", "run-pods", "exec-into-pods"),
    *("debug-pods", "proxy-to-nodes", "approve-certificates", "rewrite-objects"),
)
OTHERS = ("read-secrets", "change-admission-checks", "create-volumes", "relabel-namespaces")


def test_it_is_known_of_every_power_whether_it_takes_the_cluster_over() -> None:
    assert [power.name for power in POWERS] == [*TAKES_OVER, *OTHERS]


@pytest.mark.parametrize("power", POWERS, ids=lambda power: power.name)
def test_a_power_in_the_whole_cluster_takes_it_over_or_not(power: DangerousPermission) -> None:
    for way in power.ways:
        rules = [
            {
                "apiGroups": [right.group],
                "resources": [resource],
                "verbs": list(right.verbs),
                **({"resourceNames": list(right.names)} if right.names else {}),
            }
            for right in way
            for resource in right.resources
        ]
        found = read({"a.yaml": [pod(), role("r", *rules), binding("r", WEB)]})
        assert power.name in held(found)
        assert bool(held(found, "account_takeover")) == (power.name in TAKES_OVER)


def test_an_item_tells_the_whole_way() -> None:
    found = read({"a.yaml": [pod(), role("r", rule("pods", "get"), rule("secrets", "get")), binding("r", WEB)]})
    subject = workload(found)
    assert subject.facts["account_powers"] == [
        {
            "power": "read-secrets",
            "scope": "cluster",
            "binding": "ClusterRoleBinding b",
            "role": "ClusterRole r",
            "to": "account",
            "where": "the whole cluster",
            "name": "read-secrets",
            "account": "shop/web",
            "field": "serviceAccountName",
        }
    ]
    assert subject.related["account_powers.0.binding"].field == "subjects.0"
    assert subject.related["account_powers.0.rule"].field == "rules.1"


# The account of a pod and its token


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"serviceAccountName": None}, "default"),
        ({"serviceAccountName": ""}, "default"),
        ({"serviceAccountName": None, "serviceAccount": "old"}, "old"),
        ({"serviceAccount": "old"}, "web"),
    ],
    ids=str,
)
def test_the_account_that_a_pod_runs_as(fields: dict[str, Any], named: str) -> None:
    found = read({"a.yaml": [pod(**fields), READ, binding("r", {**WEB, "name": named})]})
    assert held(found) == ["read-secrets"]


PROJECTED: list[tuple[Any, bool]] = [
    ({"path": "token"}, True),
    ({"path": "token", "audience": "api"}, True),
    ({"path": "token", "audience": "vault"}, False),
]


@pytest.mark.parametrize(("token", "mounted"), PROJECTED, ids=str)
def test_a_projected_token_counts_where_the_api_takes_it(token: Any, *, mounted: bool) -> None:
    volume = {"name": "t", "projected": {"sources": [{"configMap": {}}, {"serviceAccountToken": token}]}}
    found = read({"a.yaml": [pod(automountServiceAccountToken=False, volumes=[{"emptyDir": {}}, volume])]})
    assert workload(found).facts["token_mounted"] is mounted


@pytest.mark.parametrize(
    ("stated", "made", "whole", "mounted"),
    [
        (True, None, True, True),
        (False, None, True, False),
        (None, account(automountServiceAccountToken=False), True, False),
        (True, account(automountServiceAccountToken=False), True, True),
        (None, account(), True, True),
        (None, None, True, None),
        (None, account(namespace="billing"), True, None),
    ],
    ids=str,
)
def test_a_token_is_mounted_unless_pod_or_account_say_otherwise(
    stated: Any, made: Any, mounted: bool | None, *, whole: bool
) -> None:
    objects = [pod(automountServiceAccountToken=stated), *([made] if made else [])]
    assert workload(read({"a.yaml": objects}, whole=whole)).facts.get("token_mounted") is mounted


def test_the_default_account_is_always_there() -> None:
    bare = pod(serviceAccountName=None, automountServiceAccountToken=None)
    assert workload(read({"a.yaml": [bare]})).facts["token_mounted"] is True
    assert "token_mounted" not in workload(read({"a.yaml": [bare]}, whole=False)).facts


# Bindings and roles


def of(found: list[Known], name: str) -> dict[str, Any]:
    """The facts of the resource of a name."""
    (subject,) = [each for each in found if each.kind == "kubernetes.resource" and each.name.endswith(f" {name}")]
    return subject.facts


@pytest.mark.parametrize(
    ("given", "kind", "namespace", "expected"),
    [
        ([role("r")], "ClusterRole", "", True),
        ([role("r")], "ClusterRole", "shop", True),
        ([role("other")], "ClusterRole", "", False),
        ([role("r", namespace="shop")], "Role", "shop", True),
        ([role("r", namespace="billing")], "Role", "shop", False),
        ([role("r")], "Role", "shop", False),
    ],
    ids=str,
)
def test_the_role_of_a_binding_is_found(given: Any, kind: str, namespace: str, *, expected: bool) -> None:
    asking = binding("r", WEB, namespace=namespace, kind=kind)
    assert of(read({"a.yaml": [*given, asking]}), "b")["role_found"] is expected
    beside = of(read({"a.yaml": [asking]}, whole=False), "b")
    assert "role_found" not in beside


def test_a_role_in_a_namespace_that_is_not_stated_may_be_the_one() -> None:
    asking = thing("RoleBinding", "b", "", f"{RBAC}/v1", roleRef={"kind": "Role", "name": "r"}, subjects=[WEB])
    found = read({"a/b.yaml": [asking], "b/r.yaml": [role("r", namespace="shop")]})
    assert "role_found" not in of(found, "b")
    assert "bound" not in of(found, "r")


@pytest.mark.parametrize(
    ("made", "named", "expected"),
    [
        (account(), WEB, [True]),
        (account(namespace=""), WEB, [True]),
        (account(namespace="billing"), WEB, [False]),
        (account("other"), WEB, [False]),
        (account("other"), {**WEB, "name": "default"}, [True]),
        (account("other"), {**WEB, "namespace": "kube-system"}, [None]),
        (account("other"), {"kind": "Group", "name": "system:serviceaccounts:shop"}, []),
    ],
    ids=str,
)
def test_the_accounts_of_a_binding_are_found(made: Any, named: Any, expected: list[bool | None]) -> None:
    found = read({"a.yaml": [made, binding("view", named)]})
    assert [item.get("found") for item in of(found, "b")["accounts"]] == expected


def test_roles_are_bound_by_bindings_and_by_other_roles() -> None:
    collecting = {"clusterRoleSelectors": [{"matchExpressions": [{"key": "part", "operator": "Exists"}]}]}
    objects = [
        role("given"),
        role("part", labels={"part": "yes"}),
        role("whole", aggregationRule=collecting),
        role("seen", labels={f"{RBAC}/aggregate-to-view": "true"}),
        role("mine", namespace="shop"),
        binding("given", WEB),
    ]
    found = read({"a.yaml": objects})
    expected = {"given": True, "part": True, "whole": False, "seen": True, "mine": False}
    assert {name: of(found, name)["bound"] for name in expected} == expected
    assert "bound" not in of(read({"a.yaml": objects}, whole=False), "mine")


def test_what_everyone_may_do_stands_at_the_binding() -> None:
    everyone = {"kind": "Group", "name": "system:authenticated"}
    (item,) = of(read({"a.yaml": [READ, binding("r", WEB, everyone)]}), "b")["everyone_powers"]
    assert (item["power"], item["field"], item["to"]) == ("read-secrets", "subjects.1.name", "everyone")


def test_a_service_account_has_the_powers_of_its_workloads() -> None:
    found = read({"a.yaml": [account(), READ, binding("r", WEB)]})
    (item,) = of(found, "web")["account_powers"]
    assert (item["power"], item["field"]) == ("read-secrets", "metadata.name")


def test_two_charts_do_not_meet() -> None:
    files = {"one.yaml": [pod()], "two.yaml": [READ, binding("r", WEB)]}
    assert held(read(files)) == ["read-secrets"]
    assert held(read(files, rendered=True)) == []


def test_every_namespace_has_its_own() -> None:
    spaces = [f"team-{number}" for number in range(200)]
    objects = [READ]
    for space in spaces:
        objects += [pod(namespace=space), binding("r", {**WEB, "namespace": space}, namespace=space)]
    found = read({"a.yaml": objects})
    named = [each.facts["account_powers"] for each in found if each.kind == "kubernetes.workload"]
    assert [[item["namespace"] for item in items] for items in named] == [[space] for space in spaces]


ODD: list[Any] = [None, 7, "text", [], ["text"], {}, {"text": ["text"]}, [None, {}, {"kind": []}]]


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_objects_of_odd_shapes_grant_nothing(odd: Any) -> None:
    """What no API server would take is somebody else's finding; here it must not stop a scan."""
    objects = [
        {**role("r"), "rules": odd, "aggregationRule": odd},
        role("s", aggregationRule={"clusterRoleSelectors": odd}),
        role("t", aggregationRule={"clusterRoleSelectors": [{"matchLabels": odd}]}),
        {**binding("r", WEB), "subjects": odd},
        {**binding("s", WEB), "roleRef": odd},
        binding("t", WEB, {"kind": "ServiceAccount", "name": odd, "namespace": odd}),
        {**role("l"), "metadata": {"name": "l", "labels": odd}},
        pod(volumes=odd, automountServiceAccountToken=odd),
    ]
    assert [item for item in held(read({"a.yaml": objects})) if item != "?"] == []


# Findings


def test_each_power_is_a_finding_of_its_own(tmp_path: Path) -> None:
    def found(*rules: Any) -> dict[str, str]:
        objects = [pod(), role("r", *rules), binding("r", WEB, namespace="shop")]
        (tmp_path / "a.yaml").write_text(yaml.safe_dump_all(objects, sort_keys=False), encoding="utf-8")
        told = scan([str(tmp_path)], Options(profile=Profile.STRICT)).findings
        mine = [finding for finding in told if finding.rule == "kubernetes.workload-account-cannot-act-as-others"]
        assert all(len(finding.related) == 2 for finding in mine)
        return {finding.message.split(": ")[1].split(")")[0]: finding.fingerprint for finding in mine}

    both = found(rule("pods/exec", "create"), rule("pods", "create"))
    assert set(both) == {"run-pods", "exec-into-pods"}
    assert found(rule("pods/exec", "create")) == {"exec-into-pods": both["exec-into-pods"]}
