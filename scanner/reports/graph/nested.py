"""Places nodes of equal size inside boundaries, which may be inside of others; nothing overlaps.

The contents of each boundary are laid out by columns as in `layout`, from the innermost outwards, and the boundary then
takes part in the layout of the one around it as one box.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec import Struct

from scanner.agent_graph import SetupGraph
from scanner.reports.graph.layout import HEIGHT, WIDTH, laid_out

_GAP, _ROW, _PAD, _TITLE = 76, 20, 18, 30
"""Between columns, between rows, inside a boundary, and the height of its title."""
_TALLEST = 700
"""Height from which a column is divided."""
_WIDEST = 2300
"""Width from which the columns of the whole picture continue below."""
_FIRST = ("internet", "public")
"""Kinds of boundaries that stand on the left."""
_Size = tuple[int, int]


class Rectangle(Struct, frozen=True):
    """Where something is, in pixels from the upper left corner."""

    x: int
    y: int
    width: int
    height: int


class NestedLayout(Struct):
    """Where all nodes and boundaries are."""

    width: int
    height: int
    nodes: dict[int, Rectangle]
    boundaries: dict[int, Rectangle]


def laid_out_in_boundaries(graph: SetupGraph) -> NestedLayout:
    """The layout of a system."""
    around = {number: index for index, each in enumerate(graph.boundaries) for number in each.members}
    found = NestedLayout(0, 0, {}, {})
    sizes: dict[int, _Size] = {}
    inner: dict[int, list[tuple[int, int, int]]] = {}
    for index in (*range(len(graph.boundaries) - 1, -1, -1), -1):
        items = list(_items(graph, index, around))
        placed, size = _arranged(items, _lifted(graph, items, around), sizes)
        inner[index] = placed
        top = _TITLE if index >= 0 else 0
        sizes[index] = (size[0] + 2 * _PAD, size[1] + 2 * _PAD + top) if index >= 0 else size
    found.width, found.height = sizes[-1]
    _settle(-1, (0, 0), inner, sizes, found)
    return found


def _items(graph: SetupGraph, index: int, around: dict[int, int]) -> Iterator[int]:
    """What is directly in a boundary: numbers of nodes, and of boundaries as -2 and below."""
    yield from (number for number in range(len(graph.nodes)) if around.get(number, -1) == index)
    yield from (-2 - inside for inside, each in enumerate(graph.boundaries) if each.parent == index and inside != index)


def _lifted(graph: SetupGraph, items: Sequence[int], around: dict[int, int]) -> list[tuple[int, int]]:
    """The edges between the items of a boundary, also those that lead to something inside of them."""
    index = {item: number for number, item in enumerate(items)}

    def holder(node: int) -> int | None:
        if node in index:
            return index[node]
        boundary = around.get(node, -1)
        while boundary >= 0:
            if -2 - boundary in index:
                return index[-2 - boundary]
            boundary = graph.boundaries[boundary].parent
        return None

    pairs = ((holder(edge.source), holder(edge.target)) for edge in graph.edges)
    joined = Counter((one, other) for one, other in pairs if one is not None and other is not None and one != other)
    first = {
        index[-2 - inside]
        for inside, each in enumerate(graph.boundaries)
        if each.kind in _FIRST and -2 - inside in index
    }
    return [
        (one, other)
        for (one, other), number in joined.items()
        if other not in first and (one in first or number >= joined[other, one])
    ]


def _arranged(
    items: Sequence[int], edges: list[tuple[int, int]], sizes: dict[int, _Size]
) -> tuple[list[tuple[int, int, int]], _Size]:
    """The items with their corners, and the size of all together."""
    columns: dict[int, list[tuple[int, int]]] = {}
    for number, (x, y) in enumerate(laid_out(len(items), edges).nodes):
        columns.setdefault(x, []).append((y, items[number]))
    parts = [part for x in sorted(columns) for part in _divided([item for _, item in sorted(columns[x])], sizes)]
    placed: list[tuple[int, int, int]] = []
    wide = down = 0
    for row in _rows(parts, sizes):
        x, tall = 0, max(_height(part, sizes) for part in row)
        for part in row:
            y = down + (tall - _height(part, sizes)) // 2
            room = _width(part, sizes)
            for item in part:
                own = _size(item, sizes)
                placed.append((item, x + (room - own[0]) // 2, y))
                y += own[1] + _ROW
            x += room + _GAP
        wide, down = max(wide, x - _GAP), down + tall + _GAP
    return placed, (wide, max(0, down - _GAP))


def _rows(parts: Sequence[list[int]], sizes: dict[int, _Size]) -> Iterator[list[list[int]]]:
    """The columns, in several rows where they are too wide."""
    row: list[list[int]] = []
    used = 0
    for part in parts:
        wide = _width(part, sizes) + _GAP
        if row and used + wide > _WIDEST:
            yield row
            row, used = [], 0
        row.append(part)
        used += wide
    if row:
        yield row


def _width(part: Sequence[int], sizes: dict[int, _Size]) -> int:
    return max(_size(item, sizes)[0] for item in part)


def _divided(column: list[int], sizes: dict[int, _Size]) -> Iterator[list[int]]:
    part: list[int] = []
    for item in column:
        if part and _height([*part, item], sizes) > _TALLEST:
            yield part
            part = []
        part.append(item)
    if part:
        yield part


def _size(item: int, sizes: dict[int, _Size]) -> _Size:
    return (WIDTH, HEIGHT) if item >= 0 else sizes[-2 - item]


def _height(part: Sequence[int], sizes: dict[int, _Size]) -> int:
    return sum(_size(item, sizes)[1] for item in part) + _ROW * (len(part) - 1)


def _settle(
    index: int,
    corner: tuple[int, int],
    inner: dict[int, list[tuple[int, int, int]]],
    sizes: dict[int, _Size],
    found: NestedLayout,
) -> None:
    """Give all that is in a boundary its place in the picture."""
    inset = (_PAD, _PAD + _TITLE) if index >= 0 else (0, 0)
    for item, x, y in inner[index]:
        left, top = corner[0] + inset[0] + x, corner[1] + inset[1] + y
        wide, high = _size(item, sizes)
        if item >= 0:
            found.nodes[item] = Rectangle(left, top, wide, high)
        else:
            found.boundaries[-2 - item] = Rectangle(left, top, wide, high)
            _settle(-2 - item, (left, top), inner, sizes, found)
