"""The message of a finding: that of the rule for a failure, otherwise why there is no result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scanner.model import Outcome, Subject
from scanner.policy import placeholders
from scanner.policy.rule import Rule

NOTHING = "?"
"""The text for a placeholder whose field is missing."""
_LISTED = 20
"""Items of a list that a message names; more are counted."""
_QUANTITY = frozenset({"text", "seconds", "percent", "window", "id"})


def message(rule: Rule, subject: Subject, outcome: Outcome, reason: str, values: Mapping[str, Any]) -> str:
    """The message of a finding: that of the rule for a failure, otherwise why there is no result."""
    if outcome is Outcome.PASS:
        return rule.info.title
    if outcome is Outcome.FAIL:
        return fill_placeholders(rule.message, subject, values)
    if outcome is Outcome.UNKNOWN:
        return f"{subject.name}: unknown whether this is met: {rule.info.title}; {reason}"
    return f"{subject.name}: the rule could not be evaluated: {reason}"


def fill_placeholders(text: str, subject: Subject, values: Mapping[str, Any]) -> str:
    """A rule's message with its `{paths}` replaced by values; `{subject}` is the subject's name."""

    def value(path: tuple[str, ...]) -> str:
        if path == ("subject",):
            return subject.name
        found: Any = values
        for part in path:
            try:
                found = found[int(part)] if isinstance(found, list) else found[part]
            except (KeyError, IndexError, TypeError, ValueError):
                return NOTHING
        return _written(found)

    return placeholders.replace(text, value)


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return _enumerated([_written(item) for item in value[:_LISTED]], len(value))
    if isinstance(value, dict):
        return (
            _written(value["text"])
            if "text" in value and set(value) <= _QUANTITY
            else _enumerated([*value][:_LISTED], len(value))
        )
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)


def _enumerated(items: list[str], number: int) -> str:
    """The first of so many items, and how many more there are."""
    more = f" and {number - len(items):,} more" if number > len(items) else ""
    return ", ".join(items) + more
