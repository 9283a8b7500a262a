"""Why it is not known what an account may do: the binding or the role in question, and what decides."""

from __future__ import annotations

from scanner.facts.kubernetes import lacks
from scanner.facts.kubernetes.access.bindings import Account, Grant
from scanner.facts.kubernetes.access.roles import RBAC
from scanner.facts.kubernetes.objects import (
    Objects,
    in_same_namespace,
    in_same_system,
    kind_of,
    namespace_of,
    path,
)
from scanner.facts.lack import Lack
from scanner.model import Subject

KINDS = ("ClusterRoleBinding", "RoleBinding", "ClusterRole", "Role")
"""Kinds of objects that give accounts permissions."""


def of_account(objects: Objects, owner: Subject, account: Account, doubt: Grant | None) -> Lack:
    """More permissions than those that are known may be granted to an account."""
    if doubt is None:
        what = f"bindings of the ServiceAccount `{account}` and their roles"
        return lacks.of_objects(objects, what, *KINDS, near=owner)
    if doubt.role.clauses is None:
        return of_role(objects, doubt.binding, doubt.role.kind, doubt.role.name)
    binding, named = lacks.shown(doubt.binding), doubt.account
    if named and not named.namespace and account.namespace:
        why = f"{binding} states no namespace for the account, so it may be `{account}`"
        return Lack(why, "state `namespace` of each of its `subjects`")
    if not account.namespace:
        why = f"{owner.name} states no namespace, and {binding} may be about its ServiceAccount `{account.name}`"
        return Lack(why, f"state `metadata.namespace` in {lacks.at(owner)}")
    why = f"{binding} is about the ServiceAccount `{account}`, and also beside another copy of {owner.name}"
    return Lack(why, "scan only the folder that is applied to the cluster")


def of_role(objects: Objects, binding: Subject, kind: str, name: str) -> Lack:
    """The role that a binding grants is not found or not stated, or several are called so."""
    reference = path(binding.bindings["object"], "roleRef")
    if not (path(reference, "kind") and path(reference, "name")):
        why = f"{lacks.shown(binding)} does not state its role, so the API server refuses it"
        return Lack(why, f"state `kind` and `name` under `roleRef` in {lacks.at(binding)}")
    found = [role for role in objects.named(RBAC, kind, name) if in_same_namespace(binding, role) is not False]
    told = lacks.of_object(objects, binding, kind, name, group=RBAC)
    if len(found) > 1 and (kind == "ClusterRole" or all(map(namespace_of, (binding, *found)))):
        told = lacks.of_several(found, "differ in their rules")
    return Lack(f"{lacks.shown(binding)} grants the {kind} `{name}`, and {told.why}", told.provide)


def of_bindings(objects: Objects, role: Subject) -> Lack:
    """A binding that names a role, or a role that aggregates it, may be elsewhere."""
    name = lacks.shown(role)
    for binding in objects.of(RBAC, "RoleBinding", "ClusterRoleBinding"):
        reference = binding.bindings["object"].get("roleRef")
        wanted = (kind_of(role), role.bindings["object"]["metadata"].get("name"))
        if isinstance(reference, dict) and (reference.get("kind"), reference.get("name")) == wanted:
            if in_same_namespace(binding, role) is None:
                return lacks.of_doubt(binding, role)
            if not in_same_system(binding, role):
                return lacks.of_namesake(role, binding)
            return Lack(f"{lacks.shown(binding)} may mean another role of this name", "give each role its own name")
    return lacks.of_objects(objects, f"a binding of {name}", *KINDS)
