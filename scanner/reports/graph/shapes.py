"""What pictures of graphs are made of: boxes with two lines of text, and heads of arrows."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from scanner.agent_graph import GraphEdge, GraphNode, NodeKind, SetupGraph
from scanner.reports.graph.layout import HEIGHT, WIDTH
from scanner.reports.graph.marks import Mark
from scanner.reports.safe_text import shown, width

_NAME, _DETAIL = 29, 36
"""Columns of text that fit into a box, in its two lines."""
_ROUND = {NodeKind.AGENT: 8, NodeKind.SESSION: 8, NodeKind.CAPABILITY: HEIGHT // 2, NodeKind.PERSON: HEIGHT // 2}


def head(x: int, y: int, name: str, to: int) -> str:
    """The head of an arrow to the right (1) or to the left (-1)."""
    return f'<path class="head {name}" d="M{x} {y}l{-9 * to} -5v10z"/>'


def box(node: GraphNode, corner: tuple[int, int], mark: Mark | None, title: str) -> str:
    """A node at a corner, with its failing findings and all that is known of it."""
    x, y = corner
    classes = f"node {node.kind.replace(' ', '-')}" + (f" marked {mark.worst}" if mark else "")
    radius = _ROUND.get(node.kind, 0)
    second = f'<tspan class="finding">{mark.words}</tspan>' if mark else text_of(node.detail or node.kind, _DETAIL)
    told = f"{title}\n{mark.words}" if mark else title
    return (
        f'<g class="{classes}"><title>{escape(shown(told.replace(chr(10), " · ")))}</title>'
        f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="{radius}"/>'
        f'<text class="name" x="{x + WIDTH // 2}" y="{y + 19}">{text_of(node.name, _NAME)}</text>'
        f'<text class="detail" x="{x + WIDTH // 2}" y="{y + 36}">{second}</text></g>'
    )


def text_of(text: str, columns: int) -> str:
    """A text that fits into some columns, without characters that cannot be seen."""
    plain, used, kept = shown(" ".join(text.split())), 0, ""
    for sign in plain:
        used += width(sign)
        if used > columns:
            return escape(kept.rstrip()) + "…"
        kept += sign
    return escape(kept)


def titled(graph: SetupGraph) -> Iterator[tuple[GraphNode, str]]:
    """Each node with all that is known of it, which a reader sees when pointing at it."""
    for number, node in enumerate(graph.nodes):
        told = [f"{node.kind} {node.name}", node.detail, f"{node.path}:{node.line}" if node.path else ""]
        told += [_relation(graph, edge) for edge in graph.edges if edge.source == number]
        yield node, "\n".join(filter(None, told))


def _relation(graph: SetupGraph, edge: GraphEdge) -> str:
    name = graph.nodes[edge.target].name
    return f"{edge.kind} {name} ({edge.detail})" if edge.detail else f"{edge.kind} {name}"
