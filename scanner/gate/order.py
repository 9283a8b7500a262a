"""Which of two failures of a rule for one field is worse."""

from __future__ import annotations

import json
from typing import Any

from scanner.baseline import Worse
from scanner.model import SEVERITIES, Finding, Outcome


def is_worse(before: str | None, now: str | None, how: Worse | None) -> bool:
    """Whether other evidence is worse by the order that a rule states.

    Where it states none, any is; but for a list with the same items in another order.
    """
    if how is Worse.NEVER:
        return False
    try:
        past, present = (json.loads(each or "null") for each in (before, now))
    except ValueError:  # a digest
        return True
    if how is Worse.MORE and past is not None and present is not None:
        past, present = (each if isinstance(each, list) else [each] for each in (past, present))
    if isinstance(past, list) and isinstance(present, list):
        added = not all(_within(item, past) for item in present)
        return added or (how is not Worse.MORE and sorted(map(repr, past)) != sorted(map(repr, present)))
    first, second = _number(past), _number(present)
    if how in (Worse.HIGHER, Worse.LOWER) and first is not None and second is not None:
        return second > first if how is Worse.HIGHER else second < first
    return True


def counted_lower(past: Finding, present: Finding) -> bool:
    """Whether the same failure counts more now, because its file on the base was one that no tool applies."""
    more = SEVERITIES.index(present.severity) < SEVERITIES.index(past.severity)
    return past.outcome is Outcome.FAIL and past.because_of_file and more


def in_words(past: Finding, present: Finding) -> str:
    """What a finding was on the base: the value of the field, or how it counted if that alone is another one."""
    if past.observed == present.observed and counted_lower(past, present):
        return f"it counted {past.severity}, because {past.counted_because}"
    return past.observed


def _number(value: Any) -> float | None:
    """The number in evidence; of a quantity, that in its unit."""
    if isinstance(value, dict):
        value = value.get("seconds", value.get("percent"))
    return float(value) if type(value) in (int, float) else None


def _within(item: Any, items: list[Any]) -> bool:
    return any(type(item) is type(each) and item == each for each in items)
