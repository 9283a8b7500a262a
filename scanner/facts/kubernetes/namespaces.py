"""Namespaces: their Pod Security levels, LimitRanges and quotas, and these facts for their workloads."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import Required, TypedDict

from scanner.facts.fact import Fact
from scanner.facts.groups import place
from scanner.facts.kubernetes import lacks
from scanner.facts.kubernetes.cluster import Cluster
from scanner.facts.kubernetes.objects import (
    Objects,
    in_same_namespace,
    in_same_system,
    listed,
    mapping,
    name_of,
    namespace_of,
    path,
)
from scanner.facts.lack import Lack
from scanner.facts.step import Facts, read, step
from scanner.model import Subject
from scanner.subjects.kubernetes import RESOURCE, WORKLOAD


class Level(TypedDict, total=False):
    """The level of Pod Security that a namespace enforces, and its version."""

    enforce: str
    enforce_version: str


class Namespace(Level):
    """A namespace, and what it enforces."""

    name: Required[str]


LIMIT_RANGES = Fact(
    "limit_ranges",
    (RESOURCE,),
    list[str],
    "Names of its LimitRanges that apply to containers; absent where none is found and some may be outside "
    "of the scanned files.",
    provide="scan the folder that holds the LimitRanges of the namespace",
    objects=("Namespace",),
    related=("limit_ranges",),
)
RESOURCE_QUOTAS = Fact(
    "resource_quotas",
    (RESOURCE,),
    list[str],
    "Names of its ResourceQuotas; absent where none is found and some may be outside of the scanned files.",
    provide="scan the folder that holds the ResourceQuotas of the namespace",
    objects=("Namespace",),
    related=("resource_quotas",),
)
NAMESPACE = Fact(
    "namespace",
    (WORKLOAD,),
    Namespace,
    "The namespace that it states, with the Pod Security level that the namespace enforces, where the Namespace is in"
    " the files.",
    provide="state the namespace of the workload, and scan the folder that holds that Namespace",
    related=("namespace",),
)
MEMORY_LIMITED = Fact(
    "memory_limited_by_namespace",
    (WORKLOAD,),
    bool,
    "True where a LimitRange of its namespace sets a memory limit for a container that states none, and no container "
    "states 0; absent otherwise.",
    provide="scan the folder that holds the LimitRanges of the namespace",
)

_ENFORCE = "pod-security.kubernetes.io/enforce"
_CONTAINERS = ("initContainers", "containers")
_NO_LIMIT = "0"


@step(Cluster, gives=(LIMIT_RANGES,), reads=(read(RESOURCE, "object.spec.limits.*.type", objects=("LimitRange",)),))
def find_limit_ranges(cluster: Cluster, facts: Facts) -> None:
    """The LimitRanges of each namespace that apply to containers."""
    ranges = [limits for limits in cluster.objects.of("core", "LimitRange") if _for_containers(limits)]
    _bound("LimitRange", ranges, LIMIT_RANGES, cluster.objects, facts)


@step(
    Cluster,
    gives=(MEMORY_LIMITED,),
    reads=(
        read(
            RESOURCE,
            *(f"object.spec.limits.*.{field}" for field in ("type", "default.memory", "max.memory")),
            objects=("LimitRange",),
        ),
        read(WORKLOAD, *(f"pod.{field}.*.resources.limits.memory" for field in _CONTAINERS)),
    ),
)
def find_memory_limits(cluster: Cluster, facts: Facts) -> None:
    """The workloads whose containers get a memory limit at admission."""
    ranges = [limits for limits in cluster.objects.of("core", "LimitRange") if _limits_memory(limits)]
    for workload in cluster.objects.workloads if ranges else ():
        if any(in_same_namespace(limits, workload) for limits in ranges) and not _states_no_limit(workload):
            facts.add(workload, MEMORY_LIMITED, True)


@step(Cluster, gives=(RESOURCE_QUOTAS,))
def find_quotas(cluster: Cluster, facts: Facts) -> None:
    """The ResourceQuotas of each namespace."""
    _bound("ResourceQuota", cluster.objects.of("core", "ResourceQuota"), RESOURCE_QUOTAS, cluster.objects, facts)


@step(
    Cluster,
    gives=(NAMESPACE,),
    reads=(
        read(
            RESOURCE,
            f'object.metadata.labels."{_ENFORCE}"',
            f'object.metadata.labels."{_ENFORCE}-version"',
            objects=("Namespace",),
        ),
    ),
)
def find_enforced_levels(cluster: Cluster, facts: Facts) -> None:
    """What the namespace of each workload enforces."""
    known: dict[tuple[str, str], tuple[Namespace, Subject | None]] = {}
    for workload in cluster.objects.workloads:
        if name := namespace_of(workload):
            if (name, workload.group) not in known:
                known[name, workload.group] = _enforced(cluster.objects, workload, name)
            stated, source = known[name, workload.group]
            facts.add(workload, NAMESPACE, stated)
            if not source:
                facts.lack(workload, NAMESPACE, partial(lacks.of_object, cluster.objects, workload, "Namespace", name))
            if source:
                facts.relate(workload, "namespace", place(source))


def _bound(kind: str, bounds: list[Subject], fact: Fact[list[str]], objects: Objects, facts: Facts) -> None:
    """The objects that bound each namespace; nothing where one that states no namespace may be in it."""
    stated: defaultdict[str, list[Subject]] = defaultdict(list)
    loose: set[str] = set()
    for bound in bounds:
        if name := namespace_of(bound):
            stated[name].append(bound)
        else:
            loose.add(bound.group)
    for namespace in objects.of("core", "Namespace"):
        near = [bound for bound in stated.get(name_of(namespace), ()) if in_same_namespace(namespace, bound)]
        maybe = loose & {namespace.group, ""} if namespace.group else loose
        if near:
            facts.add(namespace, fact, [name_of(bound) for bound in near])
            facts.relate(namespace, fact.name, place(near[0]))
        elif objects.complete(kind, near=namespace) and not maybe:
            facts.add(namespace, fact, [])
        else:
            loosely = [bound for bound in bounds if not namespace_of(bound) and in_same_system(namespace, bound)]
            facts.lack(namespace, fact, partial(_lack, objects, namespace, kind, loosely))


def _lack(objects: Objects, namespace: Subject, kind: str, loose: list[Subject]) -> Lack:
    """One that states no namespace may be in it, or one may be where nothing was read."""
    if loose:
        return lacks.of_doubt(namespace, loose[0], name_of(namespace))
    return lacks.of_objects(objects, f"a {kind} of namespace `{name_of(namespace)}`", kind, near=namespace)


def _for_containers(limits: Subject) -> bool:
    """Whether a LimitRange applies to containers, not only to pods or claims."""
    stated = path(limits.bindings["object"], "spec", "limits")
    return isinstance(stated, list) and any(path(item, "type") == "Container" for item in stated)


def _limits_memory(limits: Subject) -> bool:
    """Whether a LimitRange sets a memory limit for a container that states none: its default, or else its maximum."""
    for item in listed(path(limits.bindings["object"], "spec", "limits")):
        if path(item, "type") == "Container":
            limit = path(item, "default", "memory") or path(item, "max", "memory")
            if limit and str(limit) != _NO_LIMIT:
                return True
    return False


def _states_no_limit(workload: Subject) -> bool:
    """Whether a container states a limit of 0, which a LimitRange leaves as it is."""
    every = (each for field in _CONTAINERS for each in listed(workload.bindings["pod"].get(field)))
    return any(str(path(each, "resources", "limits", "memory")) == _NO_LIMIT for each in every)


def _enforced(objects: Objects, workload: Subject, name: str) -> tuple[Namespace, Subject | None]:
    """Name of a namespace and, where it is among the objects and they agree, its Pod Security level; the object."""
    near, _ = objects.near(workload, "core", "Namespace", name)
    levels = [_level(namespace) for namespace in near]
    if not levels or any(level != levels[0] for level in levels):
        return {"name": name}, None
    return {"name": name, **levels[0]}, near[-1]


def _level(namespace: Subject) -> Level:
    """Level and version that a Namespace enforces by label, as far as stated."""
    labels = mapping(path(namespace.bindings["object"], "metadata", "labels"))
    level: Level = {}
    if (enforced := labels.get(_ENFORCE)) is not None:
        level["enforce"] = str(enforced)
    if (version := labels.get(f"{_ENFORCE}-version")) is not None:
        level["enforce_version"] = str(version)
    return level
