"""Values on a page that stand for a credential of the reader: a default password, the first line of a private key.

There they are none, whatever holds them, so that rules about credentials pass them. The evaluator decides it for all of
these rules and not each in its expression: what a page is does not depend on the subject, and a rule that forgot the
condition would be wrong on pages only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scanner import credentials
from scanner.contexts import Context, is_only_shown
from scanner.model import CREDENTIALS, Outcome, Subject
from scanner.places import COPY, NAMED
from scanner.policy import cel
from scanner.policy.rule import Rule
from scanner.policy.rule_results import PASS, RuleResult, with_item

_SHOWN = (credentials.DEFAULT, credentials.HEADER)


def is_page(subject: Subject, context: Context | None) -> bool:
    """Whether a subject is only shown to a reader; `context` is what all inputs count as."""
    if context is not None:
        return context is Context.DOCUMENTATION
    purpose = subject.origin.purpose
    path = subject.overlay or subject.origin.path
    return purpose == COPY or (purpose != NAMED and is_only_shown(path, subject.kind))


def without(rule: Rule, values: Mapping[str, Any], results: Sequence[RuleResult]) -> Sequence[RuleResult]:
    """The results of a rule for a subject on a page, without those about such values; a pass where none is left."""
    if CREDENTIALS not in rule.info.objectives or rule.detail is None:
        return results
    return [each for each in results if not _is_shown(rule.detail, with_item(rule, values, each.item), each)] or PASS


def _is_shown(detail: bytes, values: Mapping[str, Any], result: RuleResult) -> bool:
    """Whether a failure is about a value that stands for that of the reader; `detail` tells the kind of credential."""
    if result.outcome is not Outcome.FAIL:
        return False
    return cel.text(cel.kept_expression(detail), cel.activation(values)) in _SHOWN
