"""The circles of a graph, each behind all that it reaches."""

from __future__ import annotations

from collections.abc import Iterator


def circles(next_ones: dict[str, dict[str, None]]) -> Iterator[list[str]]:
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
