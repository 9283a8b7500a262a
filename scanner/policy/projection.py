"""The part of a subject that some rules read.

The runtime converts the whole value of a variable where an expression reads one field of it, and a subject may be a
large object of which the rules about its kind read the labels.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from scanner.policy.expression import ANY, Path

_PRESENT = False
"""Stands for a value of which only the presence is read."""
_DEPTH = 4
"""Fields that are followed; what lies deeper is kept as a whole."""


class Projection:
    """Cuts values down to the fields that lie on some paths; each path begins with the name of a value.

    Of a collection at one of the `presences`, on which no other path lies, an empty one is kept.
    """

    def __init__(self, paths: Iterable[Path], presences: Iterable[Path] = ()) -> None:
        self._wanted: dict[str, Any] = {}
        for path in paths:
            self._add(path, whole=True)
        for path in presences:
            self._add(path, whole=False)

    def _add(self, path: Path, *, whole: bool) -> None:
        wanted = self._wanted
        fields = path[: path.index(ANY)] if ANY in path else path
        *parents, last = fields[:_DEPTH]
        for name in parents:
            inner = wanted.get(name, _PRESENT)
            if inner is None:
                return
            if inner is _PRESENT:
                inner = wanted[name] = {}
            wanted = inner
        if whole or len(fields) > _DEPTH or fields is not path:
            wanted[last] = None
        else:
            wanted.setdefault(last, _PRESENT)

    def of(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values of which something is read, as far as it is; parts that are read as a whole are not copied."""
        return _cut(values, self._wanted)


def _cut(value: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    kept = {}
    for name, inner in wanted.items():
        if name in value:
            held = value[name]
            kind = type(held)
            if inner is _PRESENT:
                kept[name] = kind() if kind is dict or kind is list else held
            else:
                kept[name] = _cut(held, inner) if inner is not None and kind is dict else held
    return kept
