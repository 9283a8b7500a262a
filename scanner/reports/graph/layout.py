"""Places nodes of equal size in columns, so that edges lead from left to right and few of them cross.

The method is Sugiyama's: break circles, give each node a column behind all that lead to it, divide edges over several
columns by joints, and sort each column by the mean of its neighbours.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise

from msgspec import Struct

WIDTH, HEIGHT = 224, 46
"""Of a node."""
_GAP, _ROW, _JOINT = 90, 18, 14
"""Between columns, between the nodes of a column, and the height of a joint."""
_SWEEPS = 12
_Edge = tuple[int, int]


class Layout(Struct, frozen=True):
    """Where everything is, in pixels from the upper left corner."""

    width: int
    height: int
    nodes: Sequence[tuple[int, int]]
    """The upper left corner of each node."""
    paths: Mapping[_Edge, Sequence[tuple[int, int]]]
    """The points between both ends that each edge leads through, from its source to its target."""


def laid_out(number: int, edges: Iterable[_Edge], last: Collection[int] = ()) -> Layout:
    """The layout of nodes by their numbers; edges lead from left to right unless they close a circle.

    Those of `last`, from which no edge leads, stand in the last column.
    """
    wanted = list(dict.fromkeys(edge for edge in edges if edge[0] != edge[1]))
    forward = _without_circles(number, wanted)
    columns = _columns(number, forward)
    for node in last:
        columns[node] = max(columns)
    chains = {edge: _chain(edge, columns, number + 1000 * index) for index, edge in enumerate(forward)}
    order = _sorted_columns(number, columns, chains)
    return _placed(number, order, chains, wanted)


def _without_circles(number: int, edges: Sequence[_Edge]) -> list[_Edge]:
    """Each edge once, turned round where it leads back to a node that leads to it."""
    following: dict[int, list[int]] = defaultdict(list)
    for source, target in edges:
        following[source].append(target)
    open_ones: set[int] = set()
    done: set[int] = set()
    back: set[_Edge] = set()
    entered = {target for _, target in edges}
    for start in sorted(range(number), key=lambda node: (node in entered, node)):
        pending = [] if start in done else [(start, iter(following[start]))]
        open_ones.update(node for node, _ in pending)
        while pending:
            node, rest = pending[-1]
            other = next(rest, None)
            if other is None:
                pending.pop()
                open_ones.discard(node)
                done.add(node)
            elif other in open_ones:
                back.add((node, other))
            elif other not in done:
                open_ones.add(other)
                pending.append((other, iter(following[other])))
    turned = ((target, source) if (source, target) in back else (source, target) for source, target in edges)
    return list(dict.fromkeys(turned))


def _columns(number: int, edges: Sequence[_Edge]) -> list[int]:
    """The column of each node: behind all that lead to it."""
    columns = [0] * number
    for _ in range(number):
        before = list(columns)
        for source, target in edges:
            columns[target] = max(columns[target], columns[source] + 1)
        if columns == before:
            break
    return columns


def _chain(edge: _Edge, columns: Sequence[int], first: int) -> list[tuple[int, int]]:
    """The (member, column) of an edge: its ends, and a joint in each column between them."""
    source, target = edge
    between = range(columns[source] + 1, columns[target])
    return [
        (source, columns[source]),
        *((first + index, column) for index, column in enumerate(between)),
        (target, columns[target]),
    ]


def _sorted_columns(
    number: int, columns: Sequence[int], chains: Mapping[_Edge, Sequence[tuple[int, int]]]
) -> list[list[int]]:
    """The members of each column from top to bottom."""
    order: list[list[int]] = [[] for _ in range(max(columns, default=0) + 1)]
    for node in range(number):
        order[columns[node]].append(node)
    left: dict[int, list[int]] = defaultdict(list)
    right: dict[int, list[int]] = defaultdict(list)
    for chain in chains.values():
        for member, column in chain[1:-1]:
            order[column].append(member)
        for (member, _), (other, _) in pairwise(chain):
            right[member].append(other)
            left[other].append(member)
    for sweep in range(_SWEEPS):
        near, in_turn = (left, order[1:]) if sweep % 2 == 0 else (right, order[-2::-1])
        for members in in_turn:
            place = {member: index / len(each) for each in order for index, member in enumerate(each)}
            means = {member: _mean(member, near[member], place) for member in members}
            members.sort(key=means.__getitem__)
    return order


def _mean(member: int, near: Sequence[int], place: Mapping[int, float]) -> float:
    return sum(place[other] for other in near) / len(near) if near else place[member]


def _placed(
    number: int,
    order: Sequence[Sequence[int]],
    chains: Mapping[_Edge, Sequence[tuple[int, int]]],
    edges: Iterable[_Edge],
) -> Layout:
    sizes = [[HEIGHT if member < number else _JOINT for member in column] for column in order]
    heights = [sum(column) + _ROW * (len(column) - 1) for column in sizes]
    height = max(heights, default=0)
    corners: dict[int, tuple[int, int]] = {}
    for index, column in enumerate(order):
        y = (height - heights[index]) // 2
        for member, size in zip(column, sizes[index], strict=True):
            corners[member] = (index * (WIDTH + _GAP), y)
            y += size + _ROW
    paths: dict[_Edge, list[tuple[int, int]]] = {}
    for source, target in edges:
        chain = chains.get((source, target))
        turned = chains[target, source][::-1] if chain is None else chain
        points = []
        for member, _ in turned[1:-1]:
            x, y = corners[member]
            ends = [(x, y + _JOINT // 2), (x + WIDTH, y + _JOINT // 2)]
            points += ends if chain is not None else ends[::-1]
        paths[source, target] = points
    return Layout(len(order) * (WIDTH + _GAP) - _GAP, height, [corners[node] for node in range(number)], paths)
