"""Whether the services of a stack run on one node of the swarm or on several, as far as their placement shows it."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.documents.positions import Node
from scanner.late import regex
from scanner.subjects.stacks.applied import texts

ONE, SEVERAL = "one", "several"
_BOUND = regex(r"node\.(?:hostname|id) *== *(\S+)\Z")
_OTHERS = regex(r"node\.role *(?:== *worker|!= *manager)\Z|node\.(?:hostname|id) *!= *\S+\Z")
"""What is only true of some of several nodes."""


def nodes_of(services: Node) -> str:
    """`one`, `several`, or empty where nothing shows it: a variable may name any node."""
    bound: list[frozenset[str]] = []
    for _, service in services.items():  # noqa: PERF102 - a node has no values()
        placement = service.get("deploy", "placement")
        stated = [text.strip() for text, _ in texts(placement.get("constraints"))]
        if any(map(_OTHERS.match, stated)) or placement.get("preferences") or placement.get("max_replicas_per_node"):
            return SEVERAL
        bound.append(frozenset(_names(stated)))
    names = frozenset().union(*bound)
    if len(names) > 1:
        return SEVERAL
    return ONE if names and all(bound) else ""


def _names(constraints: list[str]) -> Iterator[str]:
    for constraint in constraints:
        if (found := _BOUND.match(constraint)) and "$" not in found[1]:
            yield found[1]
