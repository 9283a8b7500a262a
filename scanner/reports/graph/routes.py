"""Leads the lines of a picture around its boxes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scanner.reports.graph.nested import Rectangle

End = tuple[int, int, int]
"""A point at a box, and the direction in which a line leaves it: 1 to the right, -1 to the left."""
_Point = tuple[float, float]
_Curve = tuple[_Point, _Point, _Point, _Point]
_BEND, _LONGEST_BEND = 60, 160
"""How far a line leaves a box before it turns."""
_CLEAR = 9
"""Pixels between a line and a box that it is led around."""
_STEPS = 16
"""Points of a curve that are looked at."""
_TRIED = 16
"""Gaps that are tried for one line."""
_MOST = 80
"""Boxes up to which lines are led around them. A picture of more has too many lines to follow one."""


def path_between(start: End, end: End, boxes: Sequence[Rectangle]) -> str:
    """The path of a line as SVG: the direct curve or, where that meets boxes, one that runs straight between some.

    Of all tried it is the one that meets the fewest boxes, and of these the shortest.
    """
    direct = (_curve(start, end),)
    met = _met(direct, boxes) if len(boxes) <= _MOST else []
    if not met:
        return _drawn(direct)
    found = [direct, *_around(start, end, boxes, met)]
    return _drawn(min(found, key=lambda curves: (len(_met(curves, boxes)), _length(curves))))


def _around(start: End, end: End, boxes: Sequence[Rectangle], met: Sequence[Rectangle]) -> Iterator[tuple[_Curve, ...]]:
    """The ways that run straight above or below boxes, those nearest to the direct line first."""
    onwards = 1 if end[0] >= start[0] else -1
    left, right = min(box.x for box in met) - _CLEAR, max(box.x + box.width for box in met) + _CLEAR
    beside = [box for box in boxes if box.x < right and box.x + box.width > left]
    heights = {y for box in beside for y in (box.y - _CLEAR, box.y + box.height + _CLEAR)}
    first, last = (left, right) if onwards > 0 else (right, left)
    middle = (start[1] + end[1]) / 2
    for y in sorted(heights, key=lambda y: (abs(y - middle), y))[:_TRIED]:
        enter, leave = (first, y, -onwards), (last, y, onwards)
        yield _curve(start, enter), _straight(enter, leave), _curve(leave, end)


def _curve(start: End, end: End) -> _Curve:
    (x, y, leaves), (to_x, to_y, enters) = start, end
    bend = max(_BEND // 2, abs(to_x - x) // 3) if leaves != enters else _BEND // 2 + abs(to_y - y) // 12
    bend = min(bend, _LONGEST_BEND)
    return (x, y), (x + leaves * bend, y), (to_x + enters * bend, to_y), (to_x, to_y)


def _straight(start: End, end: End) -> _Curve:
    one, other = (start[0], start[1]), (end[0], end[1])
    return one, one, other, other


def _met(curves: Sequence[_Curve], boxes: Sequence[Rectangle]) -> list[Rectangle]:
    """The boxes that some point of the curves is in; both ends of a line are at the edge of a box and not in it."""
    points = [point for curve in curves for point in _points(curve)]
    return [box for box in boxes if any(_is_in(point, box) for point in points)]


def _points(curve: _Curve) -> Iterator[_Point]:
    for step in range(_STEPS + 1):
        part = step / _STEPS
        weights = ((1 - part) ** 3, 3 * part * (1 - part) ** 2, 3 * part**2 * (1 - part), part**3)
        pairs = list(zip(weights, curve, strict=True))
        yield sum(weight * x for weight, (x, _) in pairs), sum(weight * y for weight, (_, y) in pairs)


def _is_in(point: _Point, box: Rectangle) -> bool:
    return box.x < point[0] < box.x + box.width and box.y < point[1] < box.y + box.height


def _length(curves: Sequence[_Curve]) -> float:
    return sum(abs(curve[3][0] - curve[0][0]) + abs(curve[3][1] - curve[0][1]) for curve in curves)


def _drawn(curves: Sequence[_Curve]) -> str:
    (x, y), *_ = curves[0]
    parts = [f"M{x:.0f} {y:.0f}"]
    for _, one, other, end in curves:
        parts.append("C" + " ".join(f"{x:.0f} {y:.0f}" for x, y in (one, other, end)))
    return "".join(parts)
