"""What lets accounts use a security context constraint of OpenShift other than the default."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from scanner.facts.kubernetes.access.bindings import Account, account_of, accounts_of, named_account
from scanner.facts.kubernetes.access.roles import RBAC, Role, Roles, compatible
from scanner.facts.kubernetes.objects import Objects, name_of, path
from scanner.model import Subject

_GROUP, _RESOURCE, _VERB = "security.openshift.io", "securitycontextconstraints", "use"
_DEFAULTS = frozenset({"restricted-v2", "restricted-v3"})
_ROLE = "system:openshift:scc:"
"""How the role for the use of a constraint is called, before the name of the constraint."""
_HARMLESS = frozenset(
    {
        *("basic-user", "cluster-monitoring-view", "cluster-reader", "cluster-status", "registry-admin"),
        *("registry-editor", "registry-viewer", "self-provisioner", "system:deployer", "system:image-builder"),
        *("system:image-puller", "system:image-pusher"),
        *(f"{_ROLE}{name}" for name in _DEFAULTS),
    }
)
"""Roles of OpenShift that let nobody use another constraint."""


class ConstraintGrants:
    """The bindings and constraints that may let an account use another one than the default."""

    def __init__(self, objects: Objects) -> None:
        roles = Roles(objects)
        self._by_name: defaultdict[str | None, list[tuple[str, Subject]]] = defaultdict(list)
        """The namespace that is stated and who grants it, by the name of the account; None for every account."""
        for binding in objects.of(RBAC, "RoleBinding", "ClusterRoleBinding"):
            if _may_use(roles.of(binding)):
                for _, account in accounts_of(binding):
                    self._add(account, binding)
        for constraint in objects.of(_GROUP, "SecurityContextConstraints"):
            if name_of(constraint) not in _DEFAULTS:
                for account in _of_constraint(constraint):
                    self._add(account, constraint)

    def _add(self, account: Account | None, source: Subject) -> None:
        name, namespace = (account.name, account.namespace) if account else (None, "")
        self._by_name[name].append((namespace, source))

    def reach(self, workload: Subject) -> bool:
        """Whether one of them is, or may be, about the account of a workload."""
        account = account_of(workload)
        return any(
            stated == account.namespace if stated and account.namespace else compatible(workload, source)
            for name in (account.name, "", None)
            for stated, source in self._by_name.get(name, ())
        )


def _of_constraint(constraint: Subject) -> Iterator[Account | None]:
    """The accounts that a constraint itself names."""
    for field, kind in (("users", "User"), ("groups", "Group")):
        listed = path(constraint.bindings["object"], field)
        for name in listed if isinstance(listed, list) else ():
            yield from named_account({"kind": kind, "name": name}, "")


def _may_use(role: Role) -> bool:
    """Whether a role lets its holder use another constraint, or may do so."""
    if role.name in _HARMLESS:
        return False
    return role.clauses is None or any(_uses(clause.rule) for clause in role.clauses)


def _uses(rule: Any) -> bool:
    wanted = (("apiGroups", _GROUP), ("resources", _RESOURCE), ("verbs", _VERB))
    if not all({"*", each} & _listed(rule, field) for field, each in wanted):
        return False
    names = _listed(rule, "resourceNames")
    return not names or bool(names - _DEFAULTS)


def _listed(rule: Any, field: str) -> set[str]:
    listed = path(rule, field)
    return set(map(str, listed)) if isinstance(listed, list) else set()
