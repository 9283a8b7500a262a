"""With which severity a failure counts, where its rule lists reasons to count lower, and which of them holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from scanner.model import Severity, Subject
from scanner.policy import cel
from scanner.policy.message import fill_placeholders
from scanner.policy.rule import Rule
from scanner.policy.truth import Truth

if TYPE_CHECKING:
    from cel_expr_python import cel as runtime


class CountedSeverity(NamedTuple):
    """The severity that counts."""

    severity: Severity
    because: str = ""
    """Why it is lower than that of the rule; empty where it is not."""
    of_file: bool = False
    """That is because of what the file is for."""


def counted(
    rule: Rule, subject: Subject, values: Mapping[str, Any], seen: runtime.Activation | None
) -> CountedSeverity:
    """The severity that a result of a rule counts with, for the first of the reasons that holds.

    `seen` are the values as expressions see them; None where the result is not a failure.
    """
    for each in rule.lower if seen is not None else ():
        if cel.evaluate(cel.kept_expression(each.when), seen).truth is Truth.TRUE:
            because = fill_placeholders(each.because, subject, values)
            return CountedSeverity(each.to, because, each.of_file)
    return CountedSeverity(rule.info.severity)
