"""Namespaces: what they enforce and bound, and what their workloads are told of it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, NotRequired, TypedDict

from scanner.facts.fact import Fact
from scanner.facts.groups import place
from scanner.facts.kubernetes.objects import Objects, name_of, namespace_of, nearness, path
from scanner.model import Subject
from scanner.subjects.kubernetes import RESOURCE, WORKLOAD


class Namespace(TypedDict):
    """A namespace, and what its Pod Security labels enforce."""

    name: str
    enforce: NotRequired[str]
    enforce_version: NotRequired[str]


LIMIT_RANGES = Fact(
    "limit_ranges",
    (RESOURCE,),
    list[str],
    "Names of its LimitRanges that speak of containers; absent where none is found and some may be elsewhere.",
    objects=("Namespace",),
    related=("limit_ranges",),
)
RESOURCE_QUOTAS = Fact(
    "resource_quotas",
    (RESOURCE,),
    list[str],
    "Names of its ResourceQuotas; absent where none is found and some may be elsewhere.",
    objects=("Namespace",),
    related=("resource_quotas",),
)
NAMESPACE = Fact(
    "namespace",
    (WORKLOAD,),
    Namespace,
    "The namespace that it states, with the Pod Security level that this enforces where the Namespace is among the "
    "files.",
    related=("namespace",),
)

_BOUNDS = (("LimitRange", "limit_ranges"), ("ResourceQuota", "resource_quotas"))
_ENFORCE = "pod-security.kubernetes.io/enforce"


def derive(objects: Objects) -> None:
    """Attach to namespaces the names of what bounds them, and to workloads what their namespace enforces."""
    for kind, fact in _BOUNDS:
        _bound(objects, kind, fact)
    known: dict[tuple[str, str], tuple[dict[str, str], Subject | None]] = {}
    for workload in objects.workloads:
        if name := namespace_of(workload):
            if (name, workload.group) not in known:
                known[name, workload.group] = _enforced(objects, workload, name)
            workload.facts["namespace"], source = known[name, workload.group]
            if source:
                workload.related["namespace"] = place(source)


def _bound(objects: Objects, kind: str, fact: str) -> None:
    """The objects of a kind in each namespace; nothing where one that states no namespace may be in it."""
    stated: defaultdict[str, list[Subject]] = defaultdict(list)
    loose: set[str] = set()
    for bound in objects.of("core", kind):
        if kind == "LimitRange" and not _for_containers(bound):
            continue
        if name := namespace_of(bound):
            stated[name].append(bound)
        else:
            loose.add(bound.group)
    for namespace in objects.of("core", "Namespace"):
        near = [bound for bound in stated.get(name_of(namespace), ()) if nearness(namespace, bound)]
        maybe = loose & {namespace.group, ""} if namespace.group else loose
        if near:
            namespace.facts[fact] = [name_of(bound) for bound in near]
            namespace.related[fact] = place(near[0])
        elif objects.whole and not maybe:
            namespace.facts[fact] = []


def _for_containers(limits: Subject) -> bool:
    """Whether a LimitRange speaks of containers, not only of pods or claims."""
    stated = path(limits.bindings["object"], "spec", "limits")
    return isinstance(stated, list) and any(path(item, "type") == "Container" for item in stated)


def _enforced(objects: Objects, workload: Subject, name: str) -> tuple[dict[str, str], Subject | None]:
    """Name of a namespace and, where it is among the objects and they agree, its Pod Security level; the object."""
    near, _ = objects.near(workload, "core", "Namespace", name)
    levels = {_level(namespace) for namespace in near}
    return ({"name": name, **dict(levels.pop())}, near[-1]) if len(levels) == 1 else ({"name": name}, None)


def _level(namespace: Subject) -> tuple[tuple[str, str], ...]:
    """Level and version that a Namespace enforces by label, as far as it says."""
    labels: Any = path(namespace.bindings["object"], "metadata", "labels") or {}
    stated = (("enforce", labels.get(_ENFORCE)), ("enforce_version", labels.get(f"{_ENFORCE}-version")))
    return tuple((name, str(value)) for name, value in stated if value is not None)
