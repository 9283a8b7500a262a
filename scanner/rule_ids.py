"""The ids of rules, those of now and those of before: a name that was given once goes on meaning the same rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from scanner.model import RuleInfo


class RuleIds(Struct, frozen=True):
    """The ids of all rules, and what they were before."""

    known: frozenset[str] = frozenset()
    """Those of now."""
    former: Mapping[str, str] = {}
    """Id that a rule had -> the one it has now."""

    @classmethod
    def of(cls, rules: Iterable[RuleInfo]) -> RuleIds:
        """The ids of some rules."""
        infos = list(rules)
        former = {name: info.id for info in infos for name in info.formerly}
        return cls(frozenset(info.id for info in infos), former)

    def current(self, name: str) -> str:
        """The id that a rule has now, given one that it has or had; any other text as it is."""
        return self.former.get(name, name)


ANY_RULE = RuleIds()
"""Where the rules are not known, every id passes."""
