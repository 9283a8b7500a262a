"""Every fact that is derived, by the kind of subject that can have it.

The declarations stand in the modules that compute the facts. They are collected when they are first asked for, a family
of subjects at a time: the modules about Kubernetes are not loaded for a question about a swarm.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import Any

from scanner.facts.fact import Fact
from scanner.subjects import KINDS

_KUBERNETES = tuple(
    f"scanner.facts.kubernetes.{name}"
    for name in (
        "access.accounts",
        "access.rbac",
        "access.tokens",
        "autoscaling",
        "availability",
        "namespaces",
        "network.mesh",
        "network.monitors",
        "network.network_policies",
        "network.routes",
        "objects",
        "references.accounts",
        "references.claims",
        "references.links",
        "selections",
    )
)
_OTHERS = tuple(
    f"scanner.facts.{name}" for name in ("accountability", "architecture", "inventory", "resilience", "swarms")
)


@cache
def of(kind: str) -> Mapping[str, Fact[Any]]:
    """The facts that subjects of a kind can have, by name; none for a kind that has none."""
    return MappingProxyType({fact.name: fact for fact in _declared(kind) if kind in fact.kinds})


@cache
def related(kind: str) -> frozenset[str]:
    """The names that `related` of a rule about a kind of subject may use, those of items included."""
    return frozenset(name for fact in of(kind).values() for name in (*fact.related, *fact.item_related))


def every() -> Iterator[Fact[Any]]:
    """Every fact once, by module and in the order of declaration."""
    yield from dict.fromkeys(fact for kind in KINDS for fact in of(kind).values())


def _declared(kind: str) -> Iterator[Fact[Any]]:
    for module in _KUBERNETES if kind.startswith("kubernetes.") else _OTHERS:
        for value in vars(import_module(module)).values():
            if isinstance(value, Fact):
                yield value
