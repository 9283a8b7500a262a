"""The lines of a ledger that do not follow each other -> what was done to them, one sentence for each."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from scanner.evidence.ledger.entry import Entry
    from scanner.evidence.ledger.reading import Line

_Read: TypeAlias = "tuple[Line, Entry]"


def faults(lines: Sequence[Line], *, cut_off: bool) -> Iterator[str]:
    """What is wrong, by the numbers of lines."""
    for line in lines:
        if line.entry is None:
            yield f"line {line.number}: {line.fault}"
    if cut_off:
        yield f"line {len(lines) + 1}: it is cut off: there is no end of line"
    read = [(line, line.entry) for line in lines if line.entry is not None]
    places: dict[int, list[_Read]] = {}
    for each in read:
        places.setdefault(each[1].sequence, []).append(each)
    yield from _doubled(places)
    yield from _missing(places, {line.number for line in lines if line.entry is None})
    yield from _moved([some[0] for some in places.values()])
    yield from _edited(places)


def _doubled(places: Mapping[int, list[_Read]]) -> Iterator[str]:
    for sequence, ((first, _), *others) in places.items():
        for line, _ in others:
            if line.digest == first.digest:
                yield f"line {line.number}: it repeats line {first.number}"
            else:
                yield f"line {line.number}: it has the sequence number {sequence} of line {first.number}"


def _missing(places: Mapping[int, list[_Read]], unread: set[int]) -> Iterator[str]:
    """Entries that no line holds; a line that cannot be read may have held the one of its number."""
    for before, after in pairwise([0, *sorted(places)]):
        first, last = before + 1, after - 1
        if first > last or (first == last and first in unread):
            continue
        which = f"entry {first} is" if first == last else f"entries {first} to {last} are"
        yield f"line {places[after][0][0].number}: it is entry {after}, and {which} missing"


def _moved(read: Sequence[_Read]) -> Iterator[str]:
    """Lines outside of the longest run of lines in their order."""
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for index, (_, entry) in enumerate(read):
        place = bisect_left(ends, entry.sequence)
        before.append(last[place - 1] if place else -1)
        ends[place : place + 1] = [entry.sequence]
        last[place : place + 1] = [index]
    kept, index = set(), last[-1] if last else -1
    while index >= 0:
        kept.add(index)
        index = before[index]
    for index, (line, entry) in enumerate(read):
        if index not in kept:
            yield f"line {line.number}: it is entry {entry.sequence}, which does not belong there: moved"


def _edited(places: Mapping[int, list[_Read]]) -> Iterator[str]:
    """Lines of which the following entry records another digest."""
    for sequence, some in places.items():
        found = places.get(sequence - 1, ())
        for line, entry in some:
            if sequence == 1 and entry.previous:
                yield f"line {line.number}: it is entry 1, and records a line before it"
            if found and entry.previous not in {other.digest for other, _ in found}:
                number = found[0][0].number
                yield (
                    f"line {number}: it or line {line.number} was edited: line {line.number} records "
                    f"{entry.previous or 'no digest'} for it, and it has {found[0][0].digest}"
                )
