"""A graph as a table, for one that is too large to be drawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from msgspec import Struct

from scanner.agent_graph import SetupGraph
from scanner.model import Finding
from scanner.reports.graph.marks import marks


class Row(Struct, frozen=True):
    """One node."""

    kind: str
    name: str
    place: str
    relations: tuple[str, ...]
    findings: str


def table(graph: SetupGraph, findings: Sequence[Finding]) -> Iterator[Row]:
    """The nodes of a graph, each with what it has to do with others."""
    marked, relations = marks(graph, findings), defaultdict(list)
    for edge in graph.edges:
        relations[edge.source].append(f"{edge.kind} {graph.nodes[edge.target].name}")
    for number, node in enumerate(graph.nodes):
        place = f"{node.path}:{node.line}" if node.path else ""
        found = marked[number].words if number in marked else ""
        yield Row(node.kind, node.name, place, tuple(relations[number]), found)
