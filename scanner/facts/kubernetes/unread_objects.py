"""The kinds of Kubernetes objects that may be in files which were not read, and the objects that they may be beside.

A chart or an overlay that could not be rendered hides objects of its own system only: what is of another chart or
overlay is not compared with them when they are read either. What a test fills in is not applied beside what is not of
tests.
"""

from __future__ import annotations

from collections.abc import Collection

from scanner.facts.setting import is_of_tests
from scanner.facts.step import Unread, Whole
from scanner.model import ANY_KIND, Subject


class UnreadObjects:
    """What may be missing among the objects of a scan."""

    def __init__(self, whole: Whole) -> None:
        self._nothing_is_known = whole is False
        self._all = frozenset[Unread]() if isinstance(whole, bool) else whole
        self._known: dict[tuple[str, bool], frozenset[str]] = {}

    def hold_none(self, kinds: Collection[str], near: Subject | None = None) -> bool:
        """Whether nothing of some kinds is missing; nothing that may be beside an object, where one is given."""
        unread = self._kinds(near)
        return not self._nothing_is_known and ANY_KIND not in unread and unread.isdisjoint(kinds)

    def hold_only(self, kinds: Collection[str], near: Subject | None = None) -> bool:
        """Whether nothing but objects of some kinds is missing; `near` as in `hold_none`."""
        return not self._nothing_is_known and self._kinds(near) <= frozenset(kinds)

    def _kinds(self, near: Subject | None) -> frozenset[str]:
        if not self._all:
            return frozenset()
        system = near.group if near else ""
        of_tests = near is None or is_of_tests(near.overlay or near.origin.path)
        if (system, of_tests) not in self._known:
            beside = (each for each in self._all if of_tests or not each.of_tests)
            kinds = frozenset(each.kind for each in beside if not system or each.system in ("", system))
            self._known[system, of_tests] = kinds
        return self._known[system, of_tests]
