"""Graphs as flowcharts of Mermaid, which GitHub and GitLab draw in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scanner.agent_graph import EdgeKind, NodeKind, SetupGraph
from scanner.model import Finding, Severity
from scanner.reports.graph.marks import edge_marks, marks
from scanner.reports.safe_text import shown

_LINES = {EdgeKind.CAN: "-.->", EdgeKind.ESCALATES: "-.->"}
_SHAPES = {NodeKind.CAPABILITY: ("([", "])"), NodeKind.SERVER: ("[", "]"), NodeKind.STORE: ("[(", ")]")}
_COLOURS = {
    Severity.CRITICAL: "#8c0f34",
    Severity.HIGH: "#a33a05",
    Severity.MEDIUM: "#735200",
    Severity.LOW: "#2c5a86",
    Severity.INFO: "#585d66",
}


def flowcharts(graphs: Sequence[SetupGraph], findings: Sequence[Finding]) -> str:
    """One flowchart with a part for each graph."""
    return "\n".join(("flowchart LR", *_parts(graphs, findings), ""))


def _parts(graphs: Sequence[SetupGraph], findings: Sequence[Finding]) -> Iterator[str]:
    used = set()
    for index, graph in enumerate(graphs):
        marked = marks(graph, findings)
        yield f'  subgraph s{index}["{_text(graph.name)}"]'
        told = edge_marks(graph, findings)
        for number, node in enumerate(graph.nodes):
            mark = marked.get(number)
            start, end = _SHAPES.get(node.kind, ("(", ")"))
            label = "<br>".join(filter(None, (_text(node.name), _text(node.detail), mark.words if mark else "")))
            yield f'    s{index}n{number}{start}"{label}"{end}' + (f":::{mark.worst}" if mark else "")
            used |= {mark.worst} if mark else set()
        yield from _subgraphs(graph, index)
        yield "  end"
        for number, edge in enumerate(graph.edges):
            line = ("==>" if each.mark else "-.->") if (each := told.get(number)) else _LINES.get(edge.kind, "-->")
            words = [edge.detail or edge.kind if graph.is_system else edge.kind]
            words += [each.mark.words] if each and each.mark else []
            yield f'  s{index}n{edge.source} {line}|"{_text("; ".join(words))}"| s{index}n{edge.target}'
    for severity in sorted(used):
        yield f"  classDef {severity} stroke:{_COLOURS[severity]},stroke-width:3px"


def _subgraphs(graph: SetupGraph, index: int, parent: int = -1) -> Iterator[str]:
    """The boundaries inside one, each with its nodes and the boundaries inside it."""
    for number, boundary in enumerate(graph.boundaries):
        if boundary.parent == parent:
            yield f'    subgraph s{index}b{number}["{_text(f"{boundary.name}, {boundary.kind}")}"]'
            yield from _subgraphs(graph, index, number)
            yield from (f"      s{index}n{member}" for member in boundary.members)
            yield "    end"


def _text(text: str) -> str:
    """A text that is nothing but text in a label: every other sign than letters, digits and a few is an entity."""
    plain = shown(" ".join(text.split()))[:80]
    return "".join(sign if sign.isalnum() or sign in " .,-_/" else f"#{ord(sign)};" for sign in plain)
