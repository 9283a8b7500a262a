"""Walks plain data and its marks side by side, and turns marks into places in an input."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from msgspec import Struct

from scanner.late import regex
from scanner.marks import Mark, children_of, entries_of, items_of
from scanner.places import Location, Origin

_SEGMENT = regex(r'"((?:[^"\\]|\\.)*)"|([^.]+)', re.DOTALL)
_ESCAPED = regex(r"\\(.)", re.DOTALL)
_QUOTED = regex(r'[\\"]')


@lru_cache(maxsize=4096)
def split_path(dotted: str) -> tuple[str, ...]:
    """`a.b.0."c.d"` -> ("a", "b", "0", "c.d"); an empty text is the empty path."""
    return tuple(plain or _ESCAPED.sub(r"\1", quoted) for quoted, plain in _SEGMENT.findall(dotted))


def join_path(parts: tuple[str | int, ...]) -> str:
    """The inverse of `split_path`; a part that holds a dot, starts with a quote or is empty is quoted."""
    return ".".join(_segment(str(part)) for part in parts)


def _segment(part: str) -> str:
    if part and "." not in part and part[0] != '"':
        return part
    return '"' + _QUOTED.sub(r"\\\g<0>", part) + '"'


class Node(Struct, frozen=True):
    """A value and its mark: a cursor into a document. A missing value is a Node without a mark."""

    value: Any
    mark: Mark | None

    def __bool__(self) -> bool:
        return self.mark is not None

    def get(self, *path: str | int) -> Node:
        """The node at a path of keys and indices, or a missing node."""
        value, mark = self.value, self.mark
        for part in path:
            children = children_of(mark) if mark else None
            if type(children) is dict and part not in children:  # an exception takes longer
                return MISSING
            try:
                mark = children[part]  # type: ignore[index]
                value = value[part]
            except (KeyError, IndexError, TypeError):
                return MISSING
        return Node(value, mark)

    def first(self, *names: str) -> Node:
        """The first of several keys that is present: the same thing under different names."""
        return next((node for name in names if (node := self.get(name))), MISSING)

    def items(self) -> Iterator[tuple[str, Node]]:
        """Keys and nodes of a mapping; nothing for anything else."""
        if isinstance(self.value, dict) and self.mark:
            for key, mark in entries_of(self.mark).items():
                yield key, Node(self.value[key], mark)

    def elements(self) -> Iterator[Node]:
        """The nodes of a sequence; nothing for anything else."""
        if isinstance(self.value, list) and self.mark:
            for value, mark in zip(self.value, items_of(self.mark), strict=True):
                yield Node(value, mark)


MISSING = Node(None, None)


def find(mark: Mark, path: tuple[str, ...]) -> tuple[Mark, tuple[str, ...]]:
    """The mark of the deepest existing field along a path, and the part of the path that leads there."""
    for depth, part in enumerate(path):
        children = children_of(mark)
        if isinstance(children, dict) and part in children:
            mark = children[part]
        elif isinstance(children, list) and part.isdecimal() and int(part) < len(children):
            mark = children[int(part)]
        else:
            return mark, path[:depth]
    return mark, path


def locate(origin: Origin, mark: Mark, field: str = "") -> Location:
    """The region a person would underline.

    Key and value for a scalar or a collection on one line; the key alone for a longer collection; the first entry for
    a collection without a key (an item of a list, or a whole document).
    """
    key_line, key_column, key_end, line, column, end_line, end_column, children = mark
    if children and (key_line, key_column) == (line, column) and not key_end:
        first = next(iter(children.values())) if isinstance(children, dict) else children[0]
        inner = locate(origin, first)
        return Location(inner.path, inner.line, inner.column, inner.end_line, inner.end_column, field)
    if isinstance(children, dict | list) and key_end and end_line > key_line:
        region = (key_line, key_column, key_line, key_end)
    else:
        region = (key_line, key_column, end_line, end_column)
    return _place(origin, region, field)


def _place(origin: Origin, region: tuple[int, int, int, int], field: str) -> Location:
    line, column, end_line, end_column = region
    if origin.columns:
        column += origin.columns[line] if line < len(origin.columns) else 0
        end_column += origin.columns[end_line] if end_line < len(origin.columns) else 0
    path, first = origin.path, origin.first_line
    if origin.parts:
        start, path = origin.parts[bisect_right(origin.parts, line, key=_first_line) - 1]
        first = -start
    return Location(path, first + line + 1, column + 1, first + end_line + 1, end_column + 1, field)


def _first_line(part: tuple[int, str]) -> int:
    return part[0]
