"""A graph as SVG: boxes and lines without a script and without anything from outside."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import pairwise

from scanner.agent_graph import EdgeKind, GraphEdge, NodeKind, SetupGraph
from scanner.library import data_root
from scanner.model import Finding
from scanner.reports.graph.layout import HEIGHT, WIDTH, Layout, laid_out
from scanner.reports.graph.marks import MOST, direction, marks
from scanner.reports.graph.shapes import box, head, text_of, titled
from scanner.reports.graph.table import table
from scanner.reports.safe_text import shown

_MARGIN, _LEGEND = 16, 34
_APART = 10
"""Between two lines that join the same boxes."""
_LISTED, _LINE = 150, 20
"""Columns and height of a line of a list."""
_STEP = 150
"""Of the legend."""


def pictures(graphs: Sequence[SetupGraph], findings: Sequence[Finding]) -> str:
    """A document with the pictures of several graphs below each other."""
    drawn = [(picture if len(graph.nodes) <= MOST else _listing)(graph, findings) for graph in graphs]
    wide = max((size[0] for _, size in drawn), default=320)
    parts, y = [], 0
    for graph, (text, (_, height)) in zip(graphs, drawn, strict=True):
        title = f'<text class="setup" x="{_MARGIN}" y="{y + 24}">{text_of(graph.name, 100)}</text>'
        parts.append(f'{title}<g transform="translate(0 {y + 32})">{text}</g>')
        y += height + 48
    if not drawn:
        parts, y = [f'<text class="setup" x="{_MARGIN}" y="24">no agents, servers, swarms or flows</text>'], 40
    style = (data_root() / "templates" / "graph.css").read_text(encoding="utf-8")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="graph" viewBox="0 0 {wide} {y}" width="{wide}" height="{y}"'
        f' role="img" aria-label="Graphs"><style>{style}</style>'
        f'<rect class="paper" width="{wide}" height="{y}"/>{"".join(parts)}</svg>\n'
    )


def embedded(graph: SetupGraph, findings: Sequence[Finding]) -> str:
    """The picture of one graph as a part of a page that has the style."""
    text, (wide, height) = picture(graph, findings)
    label = escape(shown(f"Graph of {graph.name}"), quote=True)
    return (
        f'<svg class="graph" viewBox="0 0 {wide} {height}" width="{wide}" height="{height}" role="img" '
        f'aria-label="{label}">{text}</svg>'
    )


def picture(graph: SetupGraph, findings: Sequence[Finding]) -> tuple[str, tuple[int, int]]:
    """The elements of a picture, and its width and height."""
    if graph.is_system:
        from scanner.reports.graph.system_svg import system_picture

        return system_picture(graph, findings)
    last = [number for number, node in enumerate(graph.nodes) if node.kind is NodeKind.CAPABILITY]
    layout = laid_out(len(graph.nodes), [direction(edge) for edge in graph.edges], last)
    marked = marks(graph, findings)
    lines = "".join(_line(edge, layout) for edge in graph.edges)
    boxes = "".join(
        box(node, layout.nodes[number], marked.get(number), title) for number, (node, title) in enumerate(titled(graph))
    )
    kinds = [kind for kind in EdgeKind if any(edge.kind is kind for edge in graph.edges)]
    wide = max(layout.width, _STEP * len(kinds)) + 2 * _MARGIN
    height = layout.height + _LEGEND + 2 * _MARGIN
    inner = f'<g transform="translate({_MARGIN} {_MARGIN + _LEGEND})">{lines}{boxes}</g>'
    return _legend(kinds) + inner, (wide, height)


def _listing(graph: SetupGraph, findings: Sequence[Finding]) -> tuple[str, tuple[int, int]]:
    """A graph that is too large to be drawn, a node a line."""
    lines = []
    for index, row in enumerate(table(graph, findings)):
        text = "; ".join(filter(None, (f"{row.kind} {row.name}", row.findings, *row.relations)))
        lines.append(f'<text x="{_MARGIN}" y="{_MARGIN + index * _LINE}">{text_of(text, _LISTED)}</text>')
    return "".join(lines), (_LISTED * 8, len(lines) * _LINE + _MARGIN)


def _legend(kinds: Sequence[EdgeKind]) -> str:
    parts = []
    for index, kind in enumerate(kinds):
        x, name = _MARGIN + index * _STEP, _name_of(kind)
        parts.append(
            f'<path class="edge {name}" d="M{x} {_MARGIN + 6}h30"/>{head(x + 30, _MARGIN + 6, name, 1)}'
            f'<text class="legend" x="{x + 40}" y="{_MARGIN + 10}">{kind}</text>'
        )
    return "".join(parts)


def _name_of(kind: EdgeKind) -> str:
    return kind.replace(" ", "-")


def _line(edge: GraphEdge, layout: Layout) -> str:
    """A line with an arrow at the target: from left to right, or to the left where the target stands there."""
    ends = direction(edge)
    upwards = ends != (edge.source, edge.target)
    points = list(layout.paths[ends])
    (x, y), (to_x, to_y) = layout.nodes[ends[0]], layout.nodes[ends[1]]
    rightwards = to_x > x
    height = HEIGHT // 2 + (_APART if edge.kind is EdgeKind.ESCALATES else 0)
    start = (x + (WIDTH if rightwards else 0), y + height)
    end = (to_x + (0 if rightwards else WIDTH), to_y + height)
    whole = [start, *points, end]
    d = f"M{whole[0][0]} {whole[0][1]}"
    for (px, py), (qx, qy) in pairwise(whole):
        middle = (px + qx) // 2
        d += f"C{middle} {py} {middle} {qy} {qx} {qy}"
    head_x, head_y = start if upwards else end
    points_right = rightwards != upwards
    name = _name_of(edge.kind)
    return f'<path class="edge {name}" d="{d}"/>{head(head_x, head_y, name, 1 if points_right else -1)}'
