"""A graph while it is made: nodes by key, each edge once."""

from __future__ import annotations

from collections.abc import Hashable

from scanner.agent_graph import EdgeKind, GraphEdge, GraphNode, NodeKind, SetupGraph
from scanner.facts.groups import place
from scanner.model import Subject

_SHOWN = 3


class Drawing:
    """Nodes and edges of one setup."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.nodes: dict[Hashable, GraphNode] = {}
        self._numbers: dict[Hashable, int] = {}
        self._edges: dict[tuple[int, int, EdgeKind], list[str]] = {}

    def node(self, key: Hashable, node: GraphNode) -> None:
        """Add a node; the first with a key counts."""
        if key not in self.nodes:
            self._numbers[key] = len(self.nodes)
            self.nodes[key] = node

    def subject(
        self, key: Hashable, kind: NodeKind, subject: Subject, detail: str = "", *, alone: bool = False
    ) -> None:
        """Add the node of a subject, which may be the only one of its file."""
        where = place(subject)
        name = str(subject.bindings[subject.focus].get("name", "")) or subject.name
        path = subject.origin.path
        own = ((path, subject.identity),)
        self.node(key, GraphNode(kind, name, detail, path, where.line, own, (path,) if alone else ()))

    def edge(self, source: Hashable, target: Hashable, kind: EdgeKind, detail: str = "") -> None:
        """Add an edge between two nodes that are there."""
        if source in self._numbers and target in self._numbers and source != target:
            told = self._edges.setdefault((self._numbers[source], self._numbers[target], kind), [])
            if detail and detail not in told:
                told.append(detail)

    def finished(self) -> SetupGraph:
        """The graph."""
        edges = (GraphEdge(*key, ", ".join(told)) for key, told in self._edges.items())
        return SetupGraph(self.name, tuple(self.nodes.values()), tuple(edges))


def some(names: list[str]) -> str:
    """The first of several names, and how many more there are."""
    rest = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")
