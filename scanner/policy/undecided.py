"""Why a rule gives neither pass nor fail, and what a user can provide so that it does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from scanner.documents.parsed import SPREAD
from scanner.facts import registry
from scanner.facts.fact import Fact
from scanner.facts.lack import Lack
from scanner.policy.expression import Path
from scanner.policy.rule import Rule
from scanner.policy.variables import FACTS


class UndecidedReason(Struct, frozen=True):
    """Why there is no result."""

    reason: str
    provide: str = ""
    """An instruction; empty for an error, which no further input can resolve."""
    key: str = ""
    """The field or the fact that is missing, where that is why."""
    fact: str = ""
    """The fact that is missing, or that lacks the field."""

    def told(self, lack: Lack | None) -> UndecidedReason:
        """The same with what is known of the lack of the fact."""
        return replace(self, reason=f"{lack.why}; to decide, {lack.provide}", provide=lack.provide) if lack else self


def missing(rule: Rule, facts: Mapping[str, Any], key: str) -> UndecidedReason:
    """The reason for a missing key: of a fact, or of the document."""
    if fact := _fact(rule, facts, key):
        return UndecidedReason(f"to decide, {fact.provide}", fact.provide, key, fact.name)
    named = " or ".join(_fields_through(rule, key)) or f"`{key}`"
    return UndecidedReason(f"{named} is not stated; to decide, state it", f"state {named}", key)


def _fields_through(rule: Rule, key: str) -> list[str]:
    """The fields of a document that a rule reads under a key, each from its binding on."""
    paths = sorted(path[1:] for path in rule.reads.paths if path[0] != FACTS and key in path[1:])
    return list(dict.fromkeys(map(_shown, paths)))[:_FIELDS]


def _shown(path: Path) -> str:
    """A field in words; `*` in its path is any item, and what is below `flags` is a flag of a program."""
    if path[0] == _FLAGS and len(path) > 1:
        return f"`--{path[1]}`"
    before, star, after = ".".join(path).rpartition(".*.")
    return f"`{after}` in each item of `{before}`" if star else f"`{after}`"


_FLAGS = "flags"
_FIELDS = 3
"""Fields that are named, if a rule reads more under the one that is missing."""
ALL_FIELDS = "write out all fields as plain values"
"""What to provide for a subject with fields from elsewhere, of which no rule knows which they are."""


IN_PART = UndecidedReason("parts of its text are computed, so they are not known", "write the text as a plain value")
"""A text is known in part, and what is known does not decide."""


def not_known(fields: Iterable[str], reasons: Mapping[str, tuple[str, str]]) -> UndecidedReason:
    """Values that decide are not known: for the reasons that are given, else because the text computes them."""
    given = dict.fromkeys(reasons[field] for field in sorted(fields) if field in reasons)
    if not given:
        return _computed(fields)
    whys, provides = zip(*given, strict=True)
    return UndecidedReason("; ".join(whys), "; ".join(dict.fromkeys(provides)))


def _computed(fields: Iterable[str]) -> UndecidedReason:
    """The text computes fields that decide."""
    names = [f"`{field}`" for field in sorted(fields) if field != SPREAD]
    if not names:
        return UndecidedReason("some of its fields are computed, so their values are not known", ALL_FIELDS)
    listed = ", ".join(names)
    if len(names) == 1:
        return UndecidedReason(f"{listed} is computed, so its value is not known", f"write {listed} as a plain value")
    return UndecidedReason(f"{listed} are computed, so their values are not known", f"write {listed} as plain values")


def _fact(rule: Rule, facts: Mapping[str, Any], key: str) -> Fact[Any] | None:
    """The fact that a missing key is, or is a field of; None for a field of a document."""
    known = registry.of(rule.info.subject)
    for name, *path in sorted(path[1:] for path in rule.reads.paths if path[0] == FACTS and len(path) > 1):
        fact = known.get(name)
        if fact and ((name == key and key not in facts) or _may_lack(fact, path, key)):
            return fact
    return None


def _may_lack(fact: Fact[Any], path: Sequence[str], key: str) -> bool:
    """Whether a path within a fact goes through a field of that name that may be absent."""
    holders = (fact.shape.at(path[:place]) for place, part in enumerate(path) if part == key)
    return any(holder is not None and key in holder.optional for holder in holders)
