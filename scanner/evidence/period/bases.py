"""The commits that gate runs compared with, as places in the history of the branch.

A gate judges what a change makes worse. If it compared a commit with itself, or with another commit of the change, a
pass does not say anything about the whole change.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence

from msgspec import Struct

from scanner.sources.git_history import History


class Bases(Struct, frozen=True):
    """Where the bases of runs are in the history of the branch."""

    of_commit: Mapping[str, Sequence[int]]
    of_tree: Mapping[str, Sequence[int]]
    trees: Mapping[str, str]
    """Base that is not in the history -> its tree."""

    @classmethod
    def of(cls, history: History, trees: Mapping[str, str]) -> Bases:
        """The places of all commits and trees of the history."""
        of_tree: dict[str, list[int]] = {}
        for place, each in enumerate(history.commits):
            of_tree.setdefault(each.tree, []).append(place)
        return cls({each.commit: [place] for place, each in enumerate(history.commits)}, of_tree, trees)

    def before(self, base: str, place: int) -> int | None:
        """The last place before another one at which the branch had the files of a base; None if there is none."""
        places = self.of_commit.get(base) or self.of_tree.get(self.trees.get(base, ""), ())
        found = bisect_left(places, place)
        return places[found - 1] if found else None
