"""The dangerous permissions that RBAC rules grant, each under a name.

Rules are read as the API server's own authorizer reads them: `*` stands for every verb, group or resource with all its
subresources, `*/exec` for that subresource of every resource, and `pods/*` for nothing at all. Names under
`resourceNames` limit a permission, except where the named object itself allows the escalation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from msgspec import Struct

_Path = TypeVar("_Path")

_WRITE = ("create", "update", "patch")
_READ = ("get", "list", "watch")
_CHANGE = ("update", "patch")
_RBAC = "rbac.authorization.k8s.io"
_ADMISSION = "admissionregistration.k8s.io"
_CERTIFICATES = "certificates.k8s.io"
_TRUSTED_SIGNERS = ("kubernetes.io/*", "kubernetes.io/kube-apiserver-client", "kubernetes.io/legacy-unknown")
_WIDE_ROLES = ("cluster-admin", "admin", "edit")


class Permission(Struct, frozen=True, eq=False):
    """A request that a rule may allow: one of the verbs on one of the resources."""

    group: str
    resources: tuple[str, ...]
    verbs: tuple[str, ...]
    names: tuple[str, ...] | None = ()
    """Objects that suffice in place of all; None where any one does."""
    cluster: bool = False
    """Asked for no namespace, so that no RoleBinding gives it."""


class DangerousPermission(Struct, frozen=True, eq=False):
    """A dangerous thing to be allowed."""

    name: str
    ways: tuple[tuple[Permission, ...], ...]
    """Sets of rights, any of which makes the power; the first right of a set is what the power is about."""
    takes_over: bool = False
    """Its holder in the whole cluster, or in kube-system, can make themselves administrator of the cluster."""


_READ_SECRETS = Permission("", ("secrets",), _READ)
EVERYTHING = DangerousPermission("everything", ((Permission("*", ("*",), ("*",)),),), takes_over=True)
POWERS = (
    EVERYTHING,
    DangerousPermission(
        "escalate-roles",
        (
            (
                Permission(_RBAC, ("clusterroles",), ("escalate",), None, cluster=True),
                Permission(_RBAC, ("clusterroles",), _WRITE, None, cluster=True),
            ),
            (Permission(_RBAC, ("roles",), ("escalate",), None), Permission(_RBAC, ("roles",), _WRITE, None)),
        ),
        takes_over=True,
    ),
    DangerousPermission(
        "bind-roles",
        tuple(
            (
                Permission(_RBAC, ("clusterroles", "roles"), ("bind",), _WIDE_ROLES),
                Permission(_RBAC, (bindings,), _WRITE, None, cluster=bindings == "clusterrolebindings"),
            )
            for bindings in ("clusterrolebindings", "rolebindings")
        ),
        takes_over=True,
    ),
    DangerousPermission(
        "impersonate",
        (
            (Permission("", ("users",), ("impersonate",), cluster=True),),
            (Permission("", ("serviceaccounts",), ("impersonate",)),),
            (
                Permission("", ("groups",), ("impersonate",), ("system:masters",), cluster=True),
                Permission("", ("users", "serviceaccounts"), ("impersonate",), None),
            ),
        ),
        takes_over=True,
    ),
    DangerousPermission(
        "create-tokens",
        (
            (Permission("", ("serviceaccounts/token",), ("create",)),),
            (Permission("", ("secrets",), ("create",)), _READ_SECRETS),
        ),
        takes_over=True,
    ),
    DangerousPermission(
        "run-pods",
        (
            (Permission("", ("pods", "replicationcontrollers"), _WRITE),),
            (Permission("apps", ("deployments", "daemonsets", "statefulsets", "replicasets"), _WRITE),),
            (Permission("batch", ("jobs", "cronjobs"), _WRITE),),
        ),
        takes_over=True,
    ),
    # `get` opened a web socket on older clusters; counted, it would make every role that reads all a way to take over
    DangerousPermission(
        "exec-into-pods", ((Permission("", ("pods/exec", "pods/attach"), ("create",)),),), takes_over=True
    ),
    DangerousPermission("debug-pods", ((Permission("", ("pods/ephemeralcontainers",), _CHANGE),),), takes_over=True),
    DangerousPermission(
        "proxy-to-nodes", ((Permission("", ("nodes/proxy",), ("create", "get"), cluster=True),),), takes_over=True
    ),
    DangerousPermission(
        "approve-certificates",
        (
            (
                Permission(_CERTIFICATES, ("signers",), ("approve",), _TRUSTED_SIGNERS, cluster=True),
                Permission(_CERTIFICATES, ("certificatesigningrequests/approval",), _CHANGE, cluster=True),
                Permission(_CERTIFICATES, ("certificatesigningrequests",), ("create",), cluster=True),
            ),
        ),
        takes_over=True,
    ),
    DangerousPermission(
        "rewrite-objects",
        (
            (Permission(_ADMISSION, ("mutatingwebhookconfigurations",), _WRITE, cluster=True),),
            (
                Permission(_ADMISSION, ("mutatingadmissionpolicies",), _WRITE, cluster=True),
                Permission(_ADMISSION, ("mutatingadmissionpolicybindings",), _WRITE, cluster=True),
            ),
        ),
        takes_over=True,
    ),
    DangerousPermission("read-secrets", ((_READ_SECRETS,),)),
    DangerousPermission(
        "change-admission-checks",
        ((Permission(_ADMISSION, ("validatingwebhookconfigurations",), _WRITE, cluster=True),),),
    ),
    DangerousPermission("create-volumes", ((Permission("", ("persistentvolumes",), ("create",), cluster=True),),)),
    DangerousPermission("relabel-namespaces", ((Permission("", ("namespaces",), _CHANGE),),)),
)
"""Worst first."""

_RIGHTS = tuple(dict.fromkeys(right for power in POWERS for way in power.ways for right in way))


def rights(rules: Iterable[tuple[Any, _Path]]) -> dict[Permission, _Path]:
    """The permissions that rules grant, each with the value that comes with the first rule that grants it."""
    found: dict[Permission, _Path] = {}
    for rule, path in rules:
        groups = _listed(rule, "apiGroups")
        some = _RIGHTS if "*" in groups else [right for right in _RIGHTS if right.group in groups]
        for right in some:
            if right not in found and _allows(rule, right):
                found[right] = path
    return found


def held(rights: Mapping[Permission, _Path], *, cluster: bool) -> dict[DangerousPermission, _Path]:
    """The dangerous permissions that single permissions add up to, each by the first of them.

    They are in the whole cluster or in one namespace. An account with all permissions is not reported with the others
    too.
    """
    found: dict[DangerousPermission, _Path] = {}
    for power in POWERS if rights else ():
        for way in power.ways:
            if all(right in rights and (cluster or not right.cluster) for right in way):
                found[power] = rights[way[0]]
                break
        if EVERYTHING in found:
            break
    return found


def permits(rule: Any) -> bool:
    """Whether a rule allows anything at all."""
    return bool(_listed(rule, "verbs")) and bool(_listed(rule, "resources") or _listed(rule, "nonResourceURLs"))


def asks(rule: Any) -> bool:
    """Whether a rule allows a request; what is checked for `use` is the pod as it is made, without its token."""
    return permits(rule) and any(verb != "use" for verb in _listed(rule, "verbs"))


def _allows(rule: Any, right: Permission) -> bool:
    return (
        _names(rule, "verbs", right.verbs)
        and (_names(rule, "resources", right.resources) or _any_subresource(rule, right.resources))
        and _reaches(rule, right.names)
    )


def _names(rule: Any, field: str, wanted: tuple[str, ...]) -> bool:
    listed = _listed(rule, field)
    return "*" in listed or any(item in listed for item in wanted)


def _any_subresource(rule: Any, resources: tuple[str, ...]) -> bool:
    """Whether a rule has `*/exec` where pods/exec is needed."""
    listed = _listed(rule, "resources")
    return any("/" in item and f"*/{item.partition('/')[2]}" in listed for item in resources)


def _reaches(rule: Any, names: tuple[str, ...] | None) -> bool:
    """Whether a rule is not bound to objects of no interest."""
    bound = _listed(rule, "resourceNames")
    return not bound or names is None or any(name in bound for name in names)


def _listed(rule: Any, field: str) -> list[Any]:
    listed = rule.get(field) if isinstance(rule, dict) else None
    return listed if isinstance(listed, list) else []
