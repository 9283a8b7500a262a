"""With which severity a failure counts, where its rule lists reasons to count lower, and which of them holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from scanner.model import Severity, Subject
from scanner.policy.message import fill_placeholders
from scanner.policy.rule import Rule


class CountedSeverity(Struct, frozen=True):
    """The severity that counts."""

    severity: Severity
    because: str = ""
    """Why it is lower than that of the rule; empty where it is not."""
    of_file: bool = False
    """That is because of what the file is for."""


def counted(
    rule: Rule, subject: Subject, values: Mapping[str, Any], holds: Callable[[bytes], bool] | None
) -> CountedSeverity:
    """The severity that a result of a rule counts with, for the first of the reasons that holds.

    `holds` evaluates a compiled condition; None where the result is not a failure.
    """
    for each in rule.lower:
        if holds is not None and holds(each.when):
            because = fill_placeholders(each.because, subject, values)
            return CountedSeverity(each.to, because, each.of_file)
    return CountedSeverity(rule.info.severity)
