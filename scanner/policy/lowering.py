"""With which severity a failure counts, where its rule lists reasons to count lower, and which of them holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from scanner.model import Severity, Subject
from scanner.policy import cel
from scanner.policy.message import fill_placeholders
from scanner.policy.rule import Rule
from scanner.policy.truth import Truth


class CountedSeverity(NamedTuple):
    """The severity that counts."""

    severity: Severity
    because: str = ""
    """Why it is lower than that of the rule; empty where it is not."""
    of_file: bool = False
    """That is because of what the file is for."""


def counted(rule: Rule, subject: Subject, values: Mapping[str, Any]) -> CountedSeverity:
    """The severity that a failure of a rule counts with, for the first of the reasons that holds."""
    for each in rule.lower:
        if cel.evaluate(cel.kept_expression(each.when), cel.activation(values)).truth is Truth.TRUE:
            because = fill_placeholders(each.because, subject, values)
            return CountedSeverity(each.to, because, each.of_file)
    return CountedSeverity(rule.info.severity)
