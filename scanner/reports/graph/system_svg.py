"""A system as SVG: boundaries around their services and stores, and the flows between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from html import escape

from scanner.agent_graph import GraphEdge, SetupGraph
from scanner.model import Finding
from scanner.reports.graph.marks import EdgeMark, edge_marks, marks
from scanner.reports.graph.nested import NestedLayout, Rectangle, laid_out_in_boundaries
from scanner.reports.graph.routes import End, path_between
from scanner.reports.graph.shapes import box, head, text_of, titled
from scanner.reports.safe_text import shown

_MARGIN, _LEGEND, _STEP, _TITLE = 16, 34, 190, 20
_LETTER = 8
"""Pixels of a column of a title."""
_KINDS = ("flow", "regulated", "path", "failing")
_WORDS = ("flow", "flow of regulated data", "path of inferred data", "flow with a failing finding")
_ROOM = 60
"""On both sides, for lines that leave a box and turn round."""


def system_picture(graph: SetupGraph, findings: Sequence[Finding]) -> tuple[str, tuple[int, int]]:
    """The elements of a picture, and its width and height."""
    layout = laid_out_in_boundaries(graph)
    marked, told = marks(graph, findings), edge_marks(graph, findings)
    zones = "".join(_zone(graph, index, layout.boundaries[index]) for index in range(len(graph.boundaries)))
    ends = _ends(graph, layout)
    order = sorted(
        range(len(graph.edges)), key=lambda number: _KINDS.index(_kind(graph.edges[number], told.get(number)))
    )
    placed = [layout.nodes[number] for number in range(len(graph.nodes))]
    paths = {number: path_between(*ends[number], placed) for number in order}
    lines = "".join(_line(graph, number, ends[number], paths[number], told.get(number)) for number in order)
    boxes = "".join(
        box(node, (layout.nodes[number].x, layout.nodes[number].y), marked.get(number), title)
        for number, (node, title) in enumerate(titled(graph))
    )
    kinds = [kind for kind in _KINDS if any(_kind(edge, told.get(i)) == kind for i, edge in enumerate(graph.edges))]
    wide = max(layout.width + _ROOM * 2, _STEP * len(kinds)) + 2 * _MARGIN
    inner = f'<g transform="translate({_MARGIN + _ROOM} {_MARGIN + _LEGEND})">{zones}{lines}{boxes}</g>'
    return _legend(kinds) + inner, (wide, layout.height + _LEGEND + 2 * _MARGIN)


def _zone(graph: SetupGraph, index: int, at: Rectangle) -> str:
    boundary = graph.boundaries[index]
    title = text_of(f"{boundary.name} · {boundary.kind}" if boundary.kind else boundary.name, at.width // _LETTER)
    return (
        f'<rect class="zone {_slug(boundary.kind)}" x="{at.x}" y="{at.y}"'
        f' width="{at.width}" height="{at.height}" rx="4"/>'
        f'<text class="zone" x="{at.x + 12}" y="{at.y + _TITLE}">{title}</text>'
    )


def _slug(kind: str) -> str:
    return kind if kind in ("internet", "dmz", "cde", "management") else "internal"


def _kind(edge: GraphEdge, mark: EdgeMark | None) -> str:
    if mark and mark.mark:
        return "failing"
    if mark and mark.on_path:
        return "path"
    return "regulated" if edge.regulated else "flow"


def _ends(graph: SetupGraph, layout: NestedLayout) -> list[tuple[End, End]]:
    """Both ends of each edge: those at one side of a box are apart, in the order of where they lead."""
    sides: dict[tuple[int, int], list[tuple[int, int, bool]]] = defaultdict(list)
    for number, edge in enumerate(graph.edges):
        source, target = layout.nodes[edge.source], layout.nodes[edge.target]
        leaves = 1 if target.x >= source.x else -1
        enters = -1 if target.x > source.x else 1
        sides[edge.source, leaves].append((target.y, number, True))
        sides[edge.target, enters].append((source.y, number, False))
    points: dict[tuple[int, bool], End] = {}
    for (node, side), some in sides.items():
        at = layout.nodes[node]
        for place, (_, number, is_source) in enumerate(sorted(some), 1):
            y = at.y + at.height * place // (len(some) + 1)
            points[number, is_source] = (at.x + (at.width if side > 0 else 0), y, side)
    return [(points[number, True], points[number, False]) for number in range(len(graph.edges))]


def _line(graph: SetupGraph, number: int, ends: tuple[End, End], path: str, mark: EdgeMark | None) -> str:
    edge = graph.edges[number]
    to_x, to_y, enters = ends[1]
    name = _kind(edge, mark)
    words = [f"{graph.nodes[edge.source].name} sends to {graph.nodes[edge.target].name}", edge.detail]
    words += [mark.mark.words] if mark and mark.mark else []
    severity = f" {mark.mark.worst}" if mark and mark.mark else ""
    title = escape(shown(" · ".join(filter(None, words))))
    return (
        f'<g class="tie"><title>{title}</title><path class="edge {name}{severity}" d="{path}"/>'
        f"{head(to_x, to_y, name + severity, -enters)}</g>"
    )


def _legend(kinds: Sequence[str]) -> str:
    words: Mapping[str, str] = dict(zip(_KINDS, _WORDS, strict=True))
    parts = []
    for index, kind in enumerate(kinds):
        x = _MARGIN + index * _STEP
        parts.append(
            f'<path class="edge {kind}" d="M{x} {_MARGIN + 6}h30"/>{head(x + 30, _MARGIN + 6, kind, 1)}'
            f'<text class="legend" x="{x + 40}" y="{_MARGIN + 10}">{words[kind]}</text>'
        )
    return "".join(parts)
