"""Graphs in the language of Graphviz."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scanner.agent_graph import EdgeKind, NodeKind, SetupGraph
from scanner.model import Finding
from scanner.reports.graph.marks import marks
from scanner.reports.safe_text import shown

_STYLES = {EdgeKind.CAN: "dashed", EdgeKind.ESCALATES: "dotted"}
_SHAPES = {NodeKind.CAPABILITY: "ellipse"}


def digraphs(graphs: Sequence[SetupGraph], findings: Sequence[Finding]) -> str:
    """One digraph with a cluster for each graph."""
    return "\n".join(("digraph agents {", "  rankdir=LR", "  node [shape=box]", *_parts(graphs, findings), "}", ""))


def _parts(graphs: Sequence[SetupGraph], findings: Sequence[Finding]) -> Iterator[str]:
    for index, graph in enumerate(graphs):
        marked = marks(graph, findings)
        yield f"  subgraph cluster_{index} {{"
        yield f"    label={_quoted(graph.name)}"
        for number, node in enumerate(graph.nodes):
            mark = marked.get(number)
            lines = filter(None, (node.name, node.detail, mark.words if mark else ""))
            more = f" shape={_SHAPES[node.kind]}" if node.kind in _SHAPES else ""
            more += " penwidth=3" if mark else ""
            yield f"    s{index}n{number} [label={_quoted(*lines)}{more}]"
        for edge in graph.edges:
            style = f" style={_STYLES[edge.kind]}" if edge.kind in _STYLES else ""
            yield f"    s{index}n{edge.source} -> s{index}n{edge.target} [label={_quoted(edge.kind)}{style}]"
        yield "  }"


def _quoted(*lines: str) -> str:
    """A text of some lines in quotes; a backslash is a character."""
    plain = (shown(" ".join(line.split()))[:80].replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    return '"' + "\\n".join(plain) + '"'
