"""What a rule cannot know of a subject because the text computes it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct

from scanner.documents.parsed import SPREAD
from scanner.facts import registry
from scanner.model import Subject
from scanner.policy import expression
from scanner.policy.expression import Path
from scanner.policy.rule import Rule


class Doubts(Struct, frozen=True):
    """Fields that a rule reads whose value is not known."""

    names: frozenset[str]
    """Their names; SPREAD for fields that may come from elsewhere."""
    of_applying: bool
    """One of them decides whether the rule applies."""
    only_in_part: bool
    """Each is a text of which a part is known."""
    spread: frozenset[str]
    """They and the facts that may depend on them; empty where the rule reads more that does."""

    @classmethod
    def of(cls, rule: Rule, subject: Subject) -> Doubts | None:
        """The doubts about a subject; None if the rule reads nothing of what is not known."""
        unknown, partly = subject.unknowns & rule.words, subject.partly & rule.words
        if SPREAD in subject.unknowns and not _are_stated(_fields(rule, subject.focus), subject):
            unknown |= {SPREAD}
        if not unknown and not partly:
            return None
        names = unknown | partly
        asked = expression.reads(rule.when).words if rule.when else frozenset()
        spread = names | (registry.drawn_from(subject.kind, names) & rule.words)
        apart = _leave_the_rest(rule.when, rule.require, rule.each, spread)
        return cls(names, bool(names & {*asked, SPREAD}), not unknown, spread if apart else frozenset())


def _are_stated(fields: Iterable[str], subject: Subject) -> bool:
    """Whether all of some fields are in the text itself, so that what comes from elsewhere does not replace them."""
    data = subject.bindings[subject.focus]
    return all(field in data for field in fields)


def _fields(rule: Rule, focus: str) -> frozenset[str]:
    """The fields of the focus that decide; an empty name for the subject as a whole."""
    return _read(rule.when, rule.require, rule.each, focus)


@lru_cache(maxsize=1024)
def _read(when: bytes | None, require: bytes, each: tuple[str, ...], focus: str) -> frozenset[str]:
    paths: list[Path] = [path for part in (when, require) if part for path in expression.reads(part).of(focus)]
    return frozenset((*(path[0] if path else "" for path in paths), *(path.partition(".")[0] for path in each)))


@lru_cache(maxsize=1024)
def _leave_the_rest(when: bytes | None, require: bytes, each: tuple[str, ...], names: frozenset[str]) -> bool:
    """Whether a rule reads no whole that holds one of the fields, and takes its items from none of them."""
    if SPREAD in names or any(name in path.split(".") for path in each for name in names):
        return False
    paths = [path for part in (when, require) if part for path in expression.reads(part).paths]
    held = [path[:number] for path in paths for number, part in enumerate(path) if part in names]
    return not any(path == whole[: len(path)] for path in paths for whole in held)
