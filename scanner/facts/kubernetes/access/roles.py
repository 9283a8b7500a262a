"""Roles: which one a binding means, and what it grants once the cluster has put it together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct, field

from scanner.facts.groups import place
from scanner.facts.kubernetes.access import built_in_roles, permissions
from scanner.facts.kubernetes.objects import Objects, folder_of, kind_of, name_of, namespace_of, opens, path
from scanner.facts.kubernetes.selectors import selects
from scanner.facts.step import read
from scanner.model import Subject
from scanner.places import Location
from scanner.subjects.kubernetes import RESOURCE

RBAC = "rbac.authorization.k8s.io"
_AGGREGATE = f"{RBAC}/aggregate-to-"
GRANTS_READ = (
    read(RESOURCE, "object.roleRef", "object.subjects", objects=("ClusterRoleBinding", "RoleBinding")),
    read(
        RESOURCE,
        "object.aggregationRule",
        "object.metadata.labels",
        "object.rules",
        objects=("ClusterRole", "Role"),
    ),
)
"""What a step reads that follows bindings to what their roles permit."""


class PolicyRule(Struct, frozen=True):
    """One of the `rules` of a role."""

    rule: Any
    owner: Subject | None = None
    """The role that states it; none where the platform does."""
    number: int = 0

    def place(self) -> Location | None:
        """The place of the rule in its role."""
        return place(self.owner, "rules", str(self.number)) if self.owner else None


class Role(Struct, frozen=True):
    """What the `roleRef` of a binding means."""

    kind: str
    name: str
    found: bool | None
    """Whether the role exists; None where the files do not show it."""
    clauses: tuple[PolicyRule, ...] | None = None
    """All that it grants; None where the files do not show it."""
    rights: dict[permissions.Permission, PolicyRule] = field(default_factory=dict)
    """The rights among them that lead to more."""


class Roles:
    """The Roles and ClusterRoles of a scan."""

    def __init__(self, objects: Objects) -> None:
        self.all = objects.of(RBAC, "Role", "ClusterRole")
        self._whole = objects.complete("ClusterRole", "Role")
        self._all_bound = self._whole and objects.complete("ClusterRoleBinding", "RoleBinding")
        self._here: defaultdict[tuple[str, str, str], list[Subject]] = defaultdict(list)
        self._there: defaultdict[tuple[str, str, str], list[Subject]] = defaultdict(list)
        self._called: defaultdict[tuple[str, str], list[Subject]] = defaultdict(list)
        self._labelled: defaultdict[tuple[str, Any], list[Subject]] = defaultdict(list)
        self._granted: dict[int, tuple[tuple[PolicyRule, ...], dict[permissions.Permission, PolicyRule]]] = {}
        self._referred: set[int] = set()
        """The ids of roles that a binding means, and of those that others take in."""
        self._doubtful: set[tuple[str, str]] = set()
        """Kinds and names for which it is not known which of several roles a binding means."""
        for role in self.all:
            self._here[kind_of(role), name_of(role), bundle(role)].append(role)
            self._there[kind_of(role), name_of(role), _space(role)].append(role)
            self._called[kind_of(role), name_of(role)].append(role)
            if kind_of(role) == "ClusterRole":
                for label in _labels(role).items():
                    if isinstance(label[1], str):
                        self._labelled[label].append(role)

    def of(self, binding: Subject) -> Role:
        """The role that a binding gives."""
        reference = path(binding.bindings["object"], "roleRef")
        kind, name = str(path(reference, "kind")), str(path(reference, "name"))
        chosen, sure = self._meant(binding, kind, name)
        if sure:
            self._referred.update(map(id, chosen))
        else:
            self._doubtful.add((kind, name))
        known = built_in_roles.rules(kind, name)
        if known is not None:
            added = [self._grants(role)[0] for role in chosen]
            added += [self._grants(role)[0] for role in self._collected(binding, name)]
            clauses = (*map(PolicyRule, known), *(clause for some in added for clause in some))
            return Role(kind, name, True, clauses, permissions.rights((clause.rule, clause) for clause in clauses))
        if not chosen or not sure:
            absent = False if self._whole and sure and not opens(binding, kind) else None
            return Role(kind, name, built_in_roles.of_platform(kind, name) or absent)
        first, *others = map(self._grants, chosen)
        if any([clause.rule for clause in first[0]] != [clause.rule for clause in other[0]] for other in others):
            return Role(kind, name, True)
        return Role(kind, name, True, *first)

    def _meant(self, binding: Subject, kind: str, name: str) -> tuple[list[Subject], bool]:
        """The roles that a reference can mean, and whether it means one of these for certain."""
        here = [role for role in self._here.get((kind, name, bundle(binding)), ()) if _may_meet(binding, role)]
        if here:
            near = [role for role in here if role.origin.path == binding.origin.path] or here
            # Of two roles of one name, the one that states no namespace is in another than the one that states it.
            return [role for role in near if _space(role) == namespace_of(binding)] or near, True
        space = "" if kind == "ClusterRole" else namespace_of(binding)
        met = [role for role in self._there.get((kind, name, space), ()) if compatible(binding, role)]
        if kind == "ClusterRole" or (met and space):
            return met, True
        if space:
            doubtful = any(compatible(binding, role) for role in self._there.get((kind, name, ""), ()))
        else:
            doubtful = any(compatible(binding, role) for role in self._called.get((kind, name), ()))
        return [], not doubtful

    def _grants(self, role: Subject) -> tuple[tuple[PolicyRule, ...], dict[permissions.Permission, PolicyRule]]:
        """What a role grants: its own rules, or in their place those of the roles that it aggregates."""
        if id(role) not in self._granted:
            clauses = tuple(self._clauses(role, set()))
            self._granted[id(role)] = clauses, permissions.rights((clause.rule, clause) for clause in clauses)
        return self._granted[id(role)]

    def _clauses(self, role: Subject, met: set[int]) -> Iterator[PolicyRule]:
        met.add(id(role))
        selectors = path(role.bindings["object"], "aggregationRule", "clusterRoleSelectors")
        if kind_of(role) == "ClusterRole" and isinstance(selectors, list):
            for selector in selectors:
                for other in self._selected(role, selector):
                    if id(other) not in met:
                        yield from self._clauses(other, met)
            return
        rules = path(role.bindings["object"], "rules")
        for number, rule in enumerate(rules if isinstance(rules, list) else ()):
            yield PolicyRule(rule, role, number)

    def _selected(self, role: Subject, selector: Any) -> Iterator[Subject]:
        """The ClusterRoles that a selector of an aggregating one takes in."""
        if not isinstance(selector, dict):
            return
        stated = selector.get("matchLabels")
        first = next(iter(stated.items()), None) if isinstance(stated, dict) else None
        candidates: Iterable[Subject] = self.all
        if first:
            candidates = self._labelled.get(first, ()) if isinstance(first[1], str) else ()
        for other in candidates:
            if kind_of(other) == "ClusterRole" and compatible(role, other) and selects(selector, _labels(other)):
                self._referred.add(id(other))
                yield other

    def _collected(self, seeker: Subject, name: str) -> Iterator[Subject]:
        """The ClusterRoles that are labelled to be part of a built-in one."""
        for part in built_in_roles.COLLECTING.get(name, ()):
            for role in self._labelled.get((_AGGREGATE + part, "true"), ()):
                if compatible(seeker, role):
                    yield role

    def bound(self) -> Iterator[tuple[Subject, bool]]:
        """Whether a binding or an aggregation grants each role; roles for which it is not known are left out."""
        for part in ("admin", "edit", "view"):
            self._referred.update(map(id, self._labelled.get((_AGGREGATE + part, "true"), ())))
        for role in self.all:
            if kind_of(role) == "ClusterRole" and path(role.bindings["object"], "aggregationRule"):
                self._grants(role)
        for role in self.all:
            if id(role) in self._referred:
                yield role, True
            elif self._all_bound and (kind_of(role), name_of(role)) not in self._doubtful:
                yield role, False


def bundle(subject: Subject) -> str:
    """What is applied together with an object: its chart or overlay, else its folder."""
    return subject.group or "\0" + folder_of(subject.origin.path)


def compatible(one: Subject, other: Subject) -> bool:
    """Whether two objects can be of one system: not of two charts or overlays."""
    return not one.group or not other.group or one.group == other.group


def _may_meet(binding: Subject, role: Subject) -> bool:
    """Whether a binding and a role of one bundle can be in one namespace."""
    left, right = namespace_of(binding), _space(role)
    return kind_of(role) == "ClusterRole" or not left or not right or left == right


def _space(role: Subject) -> str:
    return "" if kind_of(role) == "ClusterRole" else namespace_of(role)


def _labels(role: Subject) -> dict[str, Any]:
    labels = path(role.bindings["object"], "metadata", "labels")
    return labels if isinstance(labels, dict) else {}
