"""Finds the field that a check looked at inside the lines of its resource, by names and indents alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from scanner.late import regex

_INDEX = regex(r"\[?\d+\]?")


def pinpoint(lines: Sequence[str], first: int, last: int, path: Sequence[str]) -> tuple[int, int]:
    """The lines of a field, 1-based and inclusive, or of its deepest parent that is found with certainty.

    `path` holds names and, for one of several of a name, its number from 0. The text may be HCL, YAML or JSON.
    """
    found = first, last
    rest = [part for part in path if part not in ("", "*")]
    while rest:
        name = rest.pop(0)
        number = int(rest.pop(0).strip("[]")) if rest and _INDEX.fullmatch(rest[0]) else None
        inside = _named(lines, *found, name)
        if (number is None and len(inside) > 1) or (number or 0) >= len(inside):
            break
        found = inside[number or 0]
    return found


def _named(lines: Sequence[str], first: int, last: int, name: str) -> list[tuple[int, int]]:
    """The fields of a name directly inside of a field, each with the lines that are indented deeper."""
    indents = {number: _indent(lines[number - 1]) for number in range(first + 1, last + 1) if lines[number - 1].strip()}
    deeper = [indent for indent in indents.values() if indent > _indent(lines[first - 1])]
    if not deeper:
        return []
    key = re.compile(rf"""\s*(?:- +)?["']?{re.escape(name)}["']?\s*[=:{{]""")
    starts = [number for number, indent in indents.items() if indent == min(deeper) and key.match(lines[number - 1])]
    return [(start, _end(lines, start, last)) for start in starts]


def _end(lines: Sequence[str], start: int, last: int) -> int:
    """The last line of what begins on a line, its closing bracket included."""
    own, end = _indent(lines[start - 1]), start
    for number in range(start + 1, last + 1):
        text = lines[number - 1]
        if text.strip() and _indent(text) <= own:
            return number if text.strip()[0] in "}])" and _indent(text) == own else end
        end = number if text.strip() else end
    return end


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())
