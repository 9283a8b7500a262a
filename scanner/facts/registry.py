"""Every fact, by the kind of subject that can have it, and the steps that derive them, in their order.

Facts and steps are declared in the modules that compute them. They are collected on first use, a family of subjects at
a time: the modules about Kubernetes are not loaded for a swarm.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from types import MappingProxyType
from typing import Any

from scanner.facts.fact import Fact
from scanner.facts.step import FieldRead, Step
from scanner.model import ANY_KIND
from scanner.subjects import DOCUMENT, KINDS

KUBERNETES, STACK = "kubernetes", "stack"
_MODULES = {
    KUBERNETES: (
        "kubernetes.access.accounts",
        "kubernetes.access.rbac",
        "kubernetes.access.tokens",
        "kubernetes.admission_policies",
        "kubernetes.autoscaling",
        "kubernetes.availability",
        "kubernetes.containers",
        "kubernetes.databases",
        "kubernetes.kubelets",
        "kubernetes.namespaces",
        "kubernetes.network.address_pools",
        "kubernetes.network.governing_services",
        "kubernetes.network.grants",
        "kubernetes.network.mesh",
        "kubernetes.network.monitors",
        "kubernetes.network.network_policies",
        "kubernetes.network.peers",
        "kubernetes.network.routes",
        "kubernetes.openshift",
        "kubernetes.references.accounts",
        "kubernetes.references.claims",
        "kubernetes.references.links",
        "kubernetes.selections",
    ),
    DOCUMENT: (),
    STACK: ("stack_purpose", "stack_references", "stacks"),
    "": (
        "accountability",
        "agents.approved",
        "agents.text_places",
        "agents.exfiltration",
        "architecture.boundaries",
        "architecture.card_scope",
        "architecture.data",
        "architecture.dependencies",
        "architecture.flows",
        "architecture.parties",
        "architecture.references",
        "architecture.repeated_ids",
        "architecture.single_points",
        "architecture.stacks",
        "architecture.transfers",
        "architecture.travel",
        "catalogue",
        "escalations",
        "frameworks",
        "inventory",
        "resilience",
        "swarm_tools",
        "swarms",
    ),
}
"""The modules that declare facts, by the family of subjects that these are about; the empty one is all others.

Every text is a document, so that a fact about documents would load the facts of a family in every scan.
"""


@cache
def of(kind: str) -> Mapping[str, Fact[Any]]:
    """The facts that subjects of a kind can have, by name; none for a kind that has none."""
    facts = (fact for each in _declared(_family(kind)) for fact in each.gives if kind in fact.kinds)
    return MappingProxyType({fact.name: fact for fact in facts})


@cache
def related(kind: str) -> frozenset[str]:
    """The names that `related` of a rule about a kind of subject may use, those of items included."""
    return frozenset(name for fact in of(kind).values() for name in (*fact.related, *fact.item_related))


def every() -> Iterator[Fact[Any]]:
    """Every fact once."""
    yield from dict.fromkeys(fact for kind in KINDS for fact in of(kind).values())


def steps(kinds: Iterable[str]) -> Iterator[Step[Any]]:
    """The steps that give facts to subjects of some kinds, each behind those that give what it needs."""
    present = frozenset(kinds)
    for family in sorted({_family(kind) for kind in present}):
        for each in _in_order(family):
            if any(not present.isdisjoint(fact.kinds) for fact in each.gives):
                yield each


@cache
def reads(kind: str) -> tuple[FieldRead, ...]:
    """What steps and their views read of subjects of a kind; only steps of the same family do."""
    steps_of_family = _declared(_family(kind))
    views = dict.fromkeys(each.view for each in steps_of_family)
    by_views = (read for view in views for read in view.READS)
    by_steps = (read for each in steps_of_family for read in each.reads)
    return tuple(read for read in (*by_views, *by_steps) if read.kind == kind)


@cache
def drawn_from(kind: str, fields: frozenset[str]) -> frozenset[str]:
    """The names of the facts that may depend on fields with these names of a subject of a kind."""
    found: set[Fact[Any]] = set()
    for each in _in_order(_family(kind)):
        about = (read for read in (*each.view.READS, *each.reads) if read.kind in (kind, ANY_KIND))
        paths = [path.split(".") for read in about for path in (*(read.paths or ("",)), *read.names)]
        if any(len(path) == 1 or not fields.isdisjoint(path) for path in paths) or not found.isdisjoint(each.needs):
            found.update(each.gives)
    return frozenset(fact.name for fact in found)


def _family(kind: str) -> str:
    family = kind.partition(".")[0]
    return family if family in _MODULES else ""


@cache
def _declared(family: str) -> tuple[Step[Any], ...]:
    modules = (import_module(f"scanner.facts.{name}") for name in _MODULES[family])
    return tuple(value for module in modules for value in vars(module).values() if isinstance(value, Step))


@cache
def _in_order(family: str) -> Sequence[Step[Any]]:
    return in_order(_declared(family))


def in_order(some: Iterable[Step[Any]]) -> Sequence[Step[Any]]:
    """Steps, each behind all that give a fact that it needs.

    Raises ValueError for steps that need each other's facts.
    """
    all_steps = tuple(some)
    givers: dict[Fact[Any], list[Step[Any]]] = {}
    for each in all_steps:
        for fact in each.gives:
            givers.setdefault(fact, []).append(each)
    needed = {each: [giver for fact in each.needs for giver in givers.get(fact, ())] for each in all_steps}
    try:
        return tuple(TopologicalSorter(needed).static_order())
    except CycleError as error:
        names = ", ".join(each.run.__name__ for each in error.args[1])
        raise ValueError(f"steps need each other's facts: {names}") from error
