"""Graphs in the language of Graphviz."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scanner.agent_graph import EdgeKind, NodeKind, SetupGraph
from scanner.model import Finding
from scanner.reports.graph.marks import EdgeMark, edge_marks, marks
from scanner.reports.safe_text import shown

_STYLES = {EdgeKind.CAN: "dashed", EdgeKind.ESCALATES: "dotted"}
_SHAPES = {NodeKind.CAPABILITY: "ellipse", NodeKind.PERSON: "ellipse", NodeKind.STORE: "cylinder"}


def digraphs(graphs: Sequence[SetupGraph], findings: Sequence[Finding]) -> str:
    """One digraph with a cluster for each graph."""
    return "\n".join(("digraph systems {", "  rankdir=LR", "  node [shape=box]", *_parts(graphs, findings), "}", ""))


def _parts(graphs: Sequence[SetupGraph], findings: Sequence[Finding]) -> Iterator[str]:
    for index, graph in enumerate(graphs):
        marked = marks(graph, findings)
        yield f"  subgraph cluster_{index} {{"
        yield f"    label={_quoted(graph.name)}"
        yield from _clusters(graph, index)
        told = edge_marks(graph, findings)
        for number, node in enumerate(graph.nodes):
            mark = marked.get(number)
            lines = filter(None, (node.name, node.detail, mark.words if mark else ""))
            more = f" shape={_SHAPES[node.kind]}" if node.kind in _SHAPES else ""
            more += " penwidth=3" if mark else ""
            yield f"    s{index}n{number} [label={_quoted(*lines)}{more}]"
        for number, edge in enumerate(graph.edges):
            style = f" style={_STYLES[edge.kind]}" if edge.kind in _STYLES else ""
            style += _emphasis(told.get(number))
            label = edge.detail if graph.is_system else edge.kind
            yield f"    s{index}n{edge.source} -> s{index}n{edge.target} [label={_quoted(label)}{style}]"
        yield "  }"


def _emphasis(mark: EdgeMark | None) -> str:
    """How an edge with a failing finding is drawn, and one on the path by which data comes to a finding."""
    if mark and mark.mark:
        return " penwidth=3 color=red"
    return " style=dashed penwidth=2" if mark else ""


def _clusters(graph: SetupGraph, index: int, parent: int = -1) -> Iterator[str]:
    """The boundaries inside one, each with its nodes and the boundaries inside it."""
    for number, boundary in enumerate(graph.boundaries):
        if boundary.parent == parent:
            yield f"    subgraph cluster_{index}_{number} {{"
            yield f"      label={_quoted(f'{boundary.name} ({boundary.kind})')}"
            yield from _clusters(graph, index, number)
            yield from (f"      s{index}n{member}" for member in boundary.members)
            yield "    }"


def _quoted(*lines: str) -> str:
    """A text of some lines in quotes; a backslash is a character."""
    plain = (shown(" ".join(line.split()))[:80].replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    return '"' + "\\n".join(plain) + '"'
