"""What each member of a graph reaches, and what that comes to: one pass over its circles, the last ones first.

Members are bits of a number, of the sorted members the first in the highest bit. What thousands of members come to is
not worked out anew for each member before them: it goes on from the largest part that is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from itertools import accumulate, compress
from math import prod

from msgspec import Struct

Ranked = tuple[float, str]
"""A number, and whose it is."""
_DIGITS = bytes.maketrans(b"01", b"\0\1")


class ReachTotals(Struct, frozen=True):
    """Totals over some members."""

    members: int = 0
    product: float = 1.0
    """Of their shares, as fractions of one."""
    least: Ranked | None = None
    """The smallest share in percent, of several the first by name."""
    most: Ranked | None = None
    """The longest time, of several the last by name."""

    def __or__(self, other: ReachTotals) -> ReachTotals:
        """Both, where no member is one of both."""
        return ReachTotals(
            self.members | other.members,
            self.product * other.product,
            _first(self.least, other.least),
            _last(self.most, other.most),
        )


class Reach:
    """What each member of a graph reaches, without itself.

    `edges` lead from a member to one that it reaches. `shares` are percentages of which what is reached has the
    product, `times` those of which it has the longest.
    """

    def __init__(
        self, edges: Iterable[tuple[str, str]], shares: Mapping[str, float], times: Mapping[str, float]
    ) -> None:
        next_ones: dict[str, dict[str, None]] = {}
        for name, other in edges:
            next_ones.setdefault(name, {})[other] = None
            next_ones.setdefault(other, {})
        self._names = sorted(next_ones)
        self._shares = [shares.get(name, 100.0) / 100.0 for name in self._names]
        self._alone = dict(self._each(shares, times))
        self._sums: dict[str, ReachTotals] = {}
        self.circles: dict[str, list[str]] = {}
        """The members of the circle that a member is part of, where it is part of one."""
        whole: dict[str, ReachTotals] = {}
        for members in _circles(next_ones):
            members.sort()
            outside = {other for name in members for other in next_ones[name]}.difference(members)
            below = self._joined([whole[other] for other in outside])
            whole.update(dict.fromkeys(members, self._circle(members, below)))
            if len(members) > 1:
                self.circles.update(dict.fromkeys(members, members))

    def __contains__(self, name: str) -> bool:
        """Whether something is a member: it reaches another one, or is reached."""
        return name in self._sums

    def of(self, name: str) -> tuple[list[str], ReachTotals]:
        """The sorted members that one member reaches, and their totals."""
        sums = self._sums[name]
        return list(compress(self._names, self._digits(sums.members))), sums

    def _each(self, shares: Mapping[str, float], times: Mapping[str, float]) -> Iterator[tuple[str, ReachTotals]]:
        for number, name in enumerate(reversed(self._names)):
            share, time = shares.get(name), times.get(name)
            yield (
                name,
                ReachTotals(
                    1 << number,
                    1.0 if share is None else share / 100.0,
                    None if share is None else (share, name),
                    None if time is None else (time, name),
                ),
            )

    def _joined(self, parts: Sequence[ReachTotals]) -> ReachTotals:
        """The totals of sets that may share members: those of the largest set, plus what the others add to it."""
        if not parts:
            return ReachTotals()
        base = max(parts, key=lambda part: (part.members.bit_count(), part.members))
        members = reduce(int.__or__, (part.members for part in parts))
        rest = members & ~base.members
        return ReachTotals(
            members,
            base.product * prod(compress(self._shares, self._digits(rest))) if rest else base.product,
            reduce(_first, (part.least for part in parts)),
            reduce(_last, (part.most for part in parts)),
        )

    def _circle(self, names: Sequence[str], below: ReachTotals) -> ReachTotals:
        """State for each of the members of a circle what it reaches: the others, and what is below; all of it."""
        alone = [self._alone[name] for name in names]
        before = list(accumulate(alone, ReachTotals.__or__, initial=below))
        after = list(accumulate(reversed(alone), ReachTotals.__or__, initial=ReachTotals()))[-2::-1]
        self._sums.update(zip(names, map(ReachTotals.__or__, before, after), strict=True))
        return before[-1]

    def _digits(self, members: int) -> bytes:
        return format(members, f"0{len(self._names)}b").encode().translate(_DIGITS)


def _circles(next_ones: dict[str, dict[str, None]]) -> Iterator[list[str]]:
    """The members of each circle, a member that is in none by itself; behind all that it reaches.

    These are the strongly connected components, found as Gabow describes: `path` are the members that are not in a
    known one, and `starts` the first of each that may be one, as far as the edges that were followed tell.
    """
    order: dict[str, int] = {}
    path: list[str] = []
    starts: list[str] = []
    done: set[str] = set()
    pending = [(name, iter([name])) for name in reversed(next_ones)]
    while pending:
        name, rest = pending[-1]
        for other in rest:
            if other not in order:
                order[other] = len(order)
                path.append(other)
                starts.append(other)
                pending.append((other, iter(next_ones[other])))
                break
            while other not in done and order[starts[-1]] > order[other]:
                starts.pop()
        else:
            pending.pop()
            if starts and starts[-1] == name:
                starts.pop()
                found = [path.pop()]
                while found[-1] != name:
                    found.append(path.pop())
                done.update(found)
                yield found


def _first(one: Ranked | None, other: Ranked | None) -> Ranked | None:
    return min(filter(None, (one, other)), default=None)


def _last(one: Ranked | None, other: Ranked | None) -> Ranked | None:
    return max(filter(None, (one, other)), default=None)
