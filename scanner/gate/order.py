"""Which of two values of a failing field is worse."""

from __future__ import annotations

import json
from typing import Any

from scanner.baseline import Worse


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


def _number(value: Any) -> float | None:
    """The number in evidence; of a quantity, that in its unit."""
    if isinstance(value, dict):
        value = value.get("seconds", value.get("percent"))
    return float(value) if type(value) in (int, float) else None


def _within(item: Any, items: list[Any]) -> bool:
    return any(type(item) is type(each) and item == each for each in items)
