"""Which line of a template a rendered line comes from, where that can be told.

A line is told by what is unique in both texts between two lines that are told already (the idea of patience diff):
first lines that are equal, then lines of one key, of which the template writes the value as an expression.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise

_BREAK = re.compile(r"^---[ \t]*$", re.MULTILINE)
_KEY = re.compile(r"(?:- +)*([\"']?[A-Za-z_][\w./-]*[\"']?:)(?: |$)")
_Pair = tuple[int, int]
"""(line of the template, line of the rendered text), 0-based."""


def align(template: str, rendered: str) -> dict[int, int]:
    """Rendered line -> template line, both 0-based, for one rendered document."""
    first, segment = _segment(template, rendered)
    ours = [line.strip() for line in segment.split("\n")]
    theirs = [line.strip() for line in rendered.split("\n")]
    pairs = _between(ours, theirs, [], _text)
    pairs = _between(ours, theirs, pairs, _key)
    return {there: first + here for here, there in pairs}


def _segment(template: str, rendered: str) -> tuple[int, str]:
    """The document of a template that a rendered one comes from: the one with most lines in common."""
    wanted = {line.strip() for line in rendered.split("\n")} - {""}
    best, place, start = "", 0, 0
    most = -1
    for piece in _BREAK.split(template):
        common = len(wanted & {line.strip() for line in piece.split("\n")})
        if common > most:
            most, best, place = common, piece, start
        start += piece.count("\n")
    return place, best


def _text(line: str) -> str:
    return line if "{{" not in line and any(map(str.isalnum, line)) else ""


def _key(line: str) -> str:
    found = _KEY.match(line)
    return found[1] if found else ""


def _between(ours: Sequence[str], theirs: Sequence[str], told: list[_Pair], what: Callable[[str], str]) -> list[_Pair]:
    """The pairs that are told, and those that are unique between two of them, and between those again."""
    ends = [(-1, -1), *told, (len(ours), len(theirs))]
    result = list(told)
    gaps = list(pairwise(ends))
    while gaps:
        (left, top), (right, bottom) = gaps.pop()
        found = _unique(ours, theirs, (left + 1, right), (top + 1, bottom), what)
        if found:
            result.extend(found)
            inner = [(left, top), *found, (right, bottom)]
            gaps.extend(pairwise(inner))
    return sorted(result)


def _unique(
    ours: Sequence[str], theirs: Sequence[str], here: _Pair, there: _Pair, what: Callable[[str], str]
) -> list[_Pair]:
    """Lines that stand once in both ranges and in one order: the longest such row."""
    mine = _once([what(line) for line in ours[slice(*here)]], here[0])
    yours = _once([what(line) for line in theirs[slice(*there)]], there[0])
    pairs = sorted((place, yours[text]) for text, place in mine.items() if text in yours)
    return _ascending(pairs)


def _once(lines: Sequence[str], first: int) -> dict[str, int]:
    times = Counter(lines)
    return {line: first + index for index, line in enumerate(lines) if line and times[line] == 1}


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
