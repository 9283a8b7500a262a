"""Which line of a template a rendered line comes from, where that can be told.

A line is told by what is unique in both texts between two lines that are told already (the idea of patience diff):
first lines that are equal, then lines of one key, of which the template writes the value as an expression.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from scanner.late import regex

_BREAK = regex(r"^---[ \t]*$", re.MULTILINE)
_KEY = regex(r"(?:- +)*([\"']?[A-Za-z_][\w./-]*[\"']?:)(?: |$)")
_Pair = tuple[int, int]
"""(line of the template, line of the rendered text), 0-based."""


def align(template: str, rendered: str) -> dict[int, int]:
    """Rendered line -> template line, both 0-based, for one rendered document.

    It comes from the document of the template that tells most of its lines.
    """
    theirs = [line.strip() for line in rendered.split("\n")]
    first, best = 0, (0, list[_Pair]())
    for piece in _BREAK.split(template):
        pairs = _pairs([line.strip() for line in piece.split("\n")], theirs)
        best = max(best, (first, pairs), key=lambda found: len(found[1]))
        first += piece.count("\n")
    return {there: best[0] + here for here, there in best[1]}


def _pairs(ours: Sequence[str], theirs: Sequence[str]) -> list[_Pair]:
    literal = ["" if "{{" in line else _text(line) for line in ours]
    pairs = _between(literal, [_text(line) for line in theirs], [])
    written = [_key(line) if "{{" in line else "" for line in ours]
    return _between(written, [_key(line) for line in theirs], pairs)


def _text(line: str) -> str:
    return line if any(map(str.isalnum, line)) else ""


def _key(line: str) -> str:
    found = _KEY.match(line)
    return found[1] if found else ""


def _between(ours: Sequence[str], theirs: Sequence[str], told: Sequence[_Pair]) -> list[_Pair]:
    """The pairs that are told, and those that are unique between two of them, and between those again."""
    gaps = list(pairwise([(-1, -1), *told, (len(ours), len(theirs))]))
    result = list(told)
    while gaps:
        (left, top), (right, bottom) = gaps.pop()
        mine, yours = _once(ours, left + 1, right), _once(theirs, top + 1, bottom)
        found = _ascending(sorted((place, yours[text]) for text, place in mine.items() if text in yours))
        if found:
            result.extend(found)
            gaps.extend(pairwise([(left, top), *found, (right, bottom)]))
    return sorted(result)


def _once(lines: Sequence[str], first: int, end: int) -> dict[str, int]:
    """The lines of a range that stand there once, with their places; empty ones tell nothing."""
    times = Counter(lines[first:end])
    return {line: place for place, line in enumerate(lines[first:end], first) if line and times[line] == 1}


def _ascending(pairs: Sequence[_Pair]) -> list[_Pair]:
    """The longest row of pairs in which both lines go down."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for index, (_, line) in enumerate(pairs):
        at = bisect_left(tails, line)
        before.append(ends[at - 1] if at else -1)
        tails[at:] = [line, *tails[at + 1 :]]
        ends[at:] = [index, *ends[at + 1 :]]
    row: list[_Pair] = []
    index = ends[-1] if ends else -1
    while index >= 0:
        row.append(pairs[index])
        index = before[index]
    return row[::-1]
