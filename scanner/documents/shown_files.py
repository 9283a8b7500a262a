"""A code block that shows several YAML files one after another, without `---` between them -> each of them.

A key at the left margin that occurs again is the start of another file if the first one begins with it, or if a comment
at the margin stands above it as a title. In the second case the page shows another state of the file, which also has
what stands above and does not occur again. Any other repeated key is a fault of one file.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from msgspec import Struct

from scanner.late import regex

_KEY = regex(r"([\w./-]+|\"[^\"\n]*\"|'[^'\n]*')[ \t]*:(?=\s|$)")
_BETWEEN = ("---", "...")
_MOST = 50
"""Files of a block; one that shows more is read as one."""


class _Start(Struct, frozen=True):
    """Where another file begins, and whether it also has what stands above."""

    line: int
    continues: bool


def files(text: str) -> list[tuple[int, str]]:
    """The files that a block shows, each with the number of its first line in the block, from 0."""
    lines = text.split("\n")
    starts = list(_starts(lines))
    if not starts or len(starts) >= _MOST:
        return [(0, text)]
    return list(_files(lines, starts))


def _files(lines: Sequence[str], starts: Sequence[_Start]) -> Iterator[tuple[int, str]]:
    ends = [*(start.line for start in starts[1:]), len(lines)]
    first, above = 0, list(lines[: starts[0].line])
    yield first, "\n".join(above)
    for start, end in zip(starts, ends, strict=True):
        own = lines[start.line : end]
        if not start.continues:
            first, above = start.line, []
        above = [*_without(above, _keys(own)), *own]
        yield first, "\n".join(above)


def _starts(lines: Sequence[str]) -> Iterator[_Start]:
    """Where each file but the first begins."""
    keys: dict[str, int] = {}
    title = 0
    for position, line in enumerate(lines):
        if line.startswith(_BETWEEN):
            keys = {}
        elif line.startswith("#") and not (position and lines[position - 1].startswith("#")):
            title = position
        elif key := _key(line):
            is_first, titled = key == next(iter(keys), ""), title > keys.get(key, len(lines))
            if key in keys and (is_first or titled):
                start = title if titled else position
                yield _Start(start, continues=not is_first)
                if is_first:
                    keys = dict.fromkeys(_keys(lines[start:position]), start)
            keys[key] = position


def _key(line: str) -> str:
    """The key at the margin of a line; empty where it has none."""
    found = _KEY.match(line)
    return found[1].strip("\"'") if found else ""


def _keys(lines: Sequence[str]) -> list[str]:
    return [key for line in lines if (key := _key(line))]


def _without(lines: Sequence[str], keys: Collection[str]) -> list[str]:
    """Lines with those below some keys left empty, so that the others keep their numbers."""
    kept, leaves = [], False
    for line in lines:
        if key := _key(line):
            leaves = key in keys
        elif line.startswith(_BETWEEN):
            leaves = False
        kept.append("" if leaves else line)
    return kept
