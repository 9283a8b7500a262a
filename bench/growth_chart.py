"""Draws how time grows with size, on two logarithmic axes: an SVG that is legible on a light and on a dark page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import ceil, floor, log10
from xml.sax.saxutils import escape

Curve = Sequence[tuple[int, float]]
"""Sizes with their seconds, by size."""

_WIDTH, _HEIGHT = 720, 400
_LEFT, _TOP, _RIGHT, _BOTTOM = 64, 24, 150, 52
_GREY, _COLOURS = "#7a7f87", ("#2f81d6", "#d0722a")
"""With a contrast of at least 3 to 1 to white and to black."""
_TEXT = f'font-family="sans-serif" font-size="13" fill="{_GREY}"'
_DECADES = {-2: "0.01", -1: "0.1", 0: "1", 1: "10", 2: "100", 3: "1,000", 4: "10,000", 5: "100,000"}


class _Axes:
    """Positions of sizes and seconds, whole decades of each."""

    def __init__(self, curves: Mapping[str, Curve]) -> None:
        sizes = [size for curve in curves.values() for size, _ in curve]
        seconds = [each for curve in curves.values() for _, each in curve]
        self.sizes, self.seconds = _decades(sizes), _decades(seconds)

    def x(self, decade: float) -> float:
        """Pixels from the left."""
        return _LEFT + (decade - self.sizes[0]) / (len(self.sizes) - 1) * (_WIDTH - _LEFT - _RIGHT)

    def y(self, decade: float) -> float:
        """Pixels from the top."""
        return _HEIGHT - _BOTTOM - (decade - self.seconds[0]) / (len(self.seconds) - 1) * (_HEIGHT - _TOP - _BOTTOM)


def _decades(values: Sequence[float]) -> range:
    """The whole decades around some values, two or more."""
    first, last = floor(log10(min(values))), ceil(log10(max(values)))
    return range(first, max(last, first + 1) + 1)


def drawn(curves: Mapping[str, Curve]) -> str:
    """The picture of some curves, by the names of what is counted in each."""
    axes = _Axes(curves)
    told = "; ".join(f"{size:,} {name} {seconds:.2g} s" for name, curve in curves.items() for size, seconds in curve)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" {_TEXT}>',
        "<title>Seconds of a scan by the size of its input</title>",
        f"<desc>{escape(told)}</desc>",
        *_grid(axes),
        *_proportional(axes),
    ]
    for (name, curve), colour in zip(curves.items(), _COLOURS, strict=False):
        lines.extend(_curve(name, curve, colour, axes))
    return "\n".join((*lines, "</svg>", ""))


def _grid(axes: _Axes) -> Iterator[str]:
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
    for decade in axes.sizes:
        x = axes.x(decade)
        yield f'<path d="M{x:.1f} {_TOP}V{bottom}" stroke="{_GREY}" stroke-opacity="0.3"/>'
        yield f'<text x="{x:.1f}" y="{bottom + 20}" text-anchor="middle">{_DECADES[decade]}</text>'
    for decade in axes.seconds:
        y = axes.y(decade)
        yield f'<path d="M{_LEFT} {y:.1f}H{right}" stroke="{_GREY}" stroke-opacity="0.3"/>'
        yield f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{_DECADES[decade]} s</text>'
    yield f'<text x="{(_LEFT + right) / 2:.1f}" y="{bottom + 42}" text-anchor="middle">size of the input</text>'


def _proportional(axes: _Axes) -> Iterator[str]:
    """A dashed line along which ten times as much takes ten times as long, through the upper right corner."""
    decades = min(len(axes.sizes), len(axes.seconds)) - 1
    right, top = axes.sizes[-1], axes.seconds[-1]
    x, y = axes.x(right - decades), axes.y(top - decades)
    yield (
        f'<path d="M{x:.1f} {y:.1f}L{axes.x(right):.1f} {axes.y(top):.1f}" stroke="{_GREY}" stroke-dasharray="4 5"/>'
    )
    yield f'<text x="{axes.x(right) + 8:.1f}" y="{axes.y(top) + 4:.1f}">proportional</text>'


def _curve(name: str, curve: Curve, colour: str, axes: _Axes) -> Iterator[str]:
    points = [(axes.x(log10(size)), axes.y(log10(seconds))) for size, seconds in curve]
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    yield f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2.5"/>'
    for (x, y), (size, seconds) in zip(points, curve, strict=True):
        label = f"{size:,} {name}: {seconds:.2f} s"
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"><title>{escape(label)}</title></circle>'
    label = f"{name}, {curve[-1][1]:.1f} s"
    yield f'<text x="{_WIDTH - _RIGHT + 8}" y="{points[-1][1] + 4:.1f}" fill="{colour}">{escape(label)}</text>'
