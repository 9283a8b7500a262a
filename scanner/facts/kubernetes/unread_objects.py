"""The kinds of Kubernetes objects that may be in files which were not read, and the systems that they would be of.

A chart or an overlay that could not be rendered hides objects of its own system only: what is of another chart or
overlay is not compared with them when they are read either.
"""

from __future__ import annotations

from collections.abc import Collection

from scanner.facts.step import Unread, Whole
from scanner.model import ANY_KIND


class UnreadObjects:
    """What may be missing among the objects of a scan."""

    def __init__(self, whole: Whole) -> None:
        self._nothing_is_known = whole is False
        unread = frozenset[Unread]() if isinstance(whole, bool) else whole
        self._every = frozenset(each.kind for each in unread)
        self._of_any = frozenset(each.kind for each in unread if not each.system)
        systems = {each.system for each in unread} - {""}
        self._of = {one: self._of_any | {each.kind for each in unread if each.system == one} for one in systems}

    def hold_none(self, kinds: Collection[str], system: str = "") -> bool:
        """Whether nothing of some kinds is missing; with a system, nothing that can be of it."""
        unread = self._kinds(system)
        return not self._nothing_is_known and ANY_KIND not in unread and unread.isdisjoint(kinds)

    def hold_only(self, kinds: Collection[str], system: str = "") -> bool:
        """Whether nothing but objects of some kinds is missing; with a system, nothing else that can be of it."""
        return not self._nothing_is_known and self._kinds(system) <= frozenset(kinds)

    def _kinds(self, system: str) -> frozenset[str]:
        return self._of.get(system, self._of_any) if system else self._every
