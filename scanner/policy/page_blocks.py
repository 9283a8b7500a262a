"""Kubernetes objects in code blocks of pages: a page shows a part, so what a block leaves out is open, not wrong."""

from __future__ import annotations

from scanner.contexts import IF_WHOLE, Context, is_page
from scanner.model import Outcome, Subject
from scanner.policy import items
from scanner.policy.aim import aim
from scanner.policy.observed import pointed_at
from scanner.policy.rule import Rule
from scanner.policy.rule_results import RuleResult
from scanner.policy.undecided import UndecidedReason

_KUBERNETES = "kubernetes."
_IDENTITY = (("metadata", "name"), ("object", "metadata", "name"))
"""Where a rule points if an object lacks others beside it: it has no field that is wrong."""
_TARGET = ("spec", "scaleTargetRef", "name")
_REFERENCES = "object-references-resolved"
"""The objective of rules about objects that others name."""
_LEFT_OUT = UndecidedReason(f"the page shows a part of a manifest; to decide, {IF_WHOLE}", IF_WHOLE)


def are_blocks(subject: Subject, context: Context | None) -> bool:
    """Whether a subject is of an object in a code block of a page; `context` is what all inputs count as."""
    of_kubernetes = subject.kind.startswith(_KUBERNETES)
    return of_kubernetes and context in (None, Context.DOCUMENTATION) and is_page(subject.origin.path)


def judged(rule: Rule, subject: Subject, found: RuleResult) -> RuleResult:
    """The result of a rule for such a subject: a failure stays one where the block states what is wrong."""
    if found.outcome is not Outcome.FAIL or not _is_left_out(rule, subject, found):
        return found
    return RuleResult(Outcome.UNKNOWN, _LEFT_OUT, found.item)


def _is_left_out(rule: Rule, subject: Subject, found: RuleResult) -> bool:
    path = pointed_at(rule, subject)
    if path in _IDENTITY or path == _TARGET or _REFERENCES in rule.info.objectives:
        return True
    return aim(rule, subject, found.item or items.whole(subject))[1] != path
