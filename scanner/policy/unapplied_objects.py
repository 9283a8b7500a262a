"""Kubernetes objects that no tool applies from where they are: what is open about them, and not wrong.

A page shows a part of a manifest, so what its blocks leave out is open. Data of tests may be of any version.
"""

from __future__ import annotations

from scanner.contexts import IF_APPLIED, IF_WHOLE, Context, is_only_shown, is_test_data
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
_READ_BY_TESTS = UndecidedReason(f"tests read this file as data; to decide, {IF_APPLIED}", IF_APPLIED)
_VERSION = ("apiVersion",)
"""What tests read in old forms too, to show that a program still knows them."""


def doubt(subject: Subject, context: Context | None) -> UndecidedReason | None:
    """Why failures of a Kubernetes object may be open where it is; `context` is what all inputs count as."""
    path = subject.origin.path
    if not subject.kind.startswith(_KUBERNETES) or context not in (None, Context.DOCUMENTATION):
        return None
    if is_only_shown(path, subject.kind):
        return _LEFT_OUT
    return _READ_BY_TESTS if context is None and is_test_data(path) else None


def judged(rule: Rule, subject: Subject, found: RuleResult, why: UndecidedReason) -> RuleResult:
    """The result of a rule for an object in doubt: a failure stays one where the object states what is wrong."""
    if found.outcome is not Outcome.FAIL or not _is_open(rule, subject, found, why):
        return found
    return RuleResult(Outcome.UNKNOWN, why, found.item)


def _is_open(rule: Rule, subject: Subject, found: RuleResult, why: UndecidedReason) -> bool:
    path = pointed_at(rule, subject)
    if why is _READ_BY_TESTS:
        return path == _VERSION
    if path in _IDENTITY or path == _TARGET or _REFERENCES in rule.info.objectives:
        return True
    return aim(rule, subject, found.item or items.whole(subject))[1] != path
