"""Where in a subject a rule points, and whether its result counts where not everything can be stated."""

from __future__ import annotations

from scanner.documents.positions import find, join_path, locate
from scanner.marks import Mark
from scanner.model import Outcome, Subject
from scanner.places import Location
from scanner.policy import expression, items
from scanner.policy.observed import pointed_at
from scanner.policy.rule import Rule
from scanner.policy.rule_results import RuleResult
from scanner.subjects.stated_fields import can_state

_PROBLEMS = ("problems",)
_NOT_STATED = frozenset({"object", "template"})
"""Bindings of a subject that others complete, which are not its own."""


def place(rule: Rule, subject: Subject, item: items.Item) -> Location:
    """Where a finding points: the field that the rule points at, or its deepest parent that exists."""
    mark, found = aim(rule, subject, item)
    if item.path[:1] == _PROBLEMS and isinstance(item.value, dict):
        return locate(subject.origin, mark, str(item.value["field"]))
    return locate(subject.origin, mark, join_path((*item.path, *found)))


def aim(rule: Rule, subject: Subject, item: items.Item) -> tuple[Mark, tuple[str, ...]]:
    """The mark of the deepest field along `at` that exists, and the part of `at` that leads there.

    `at` counts from the item, the subject, or from a binding that it names first.
    """
    path = pointed_at(rule, subject)
    if not item.path and path and path[0] in subject.marks and path[0] != subject.focus:
        mark, found = find(subject.marks[path[0]], path[1:])
        return mark, (path[0], *found)
    return find(item.mark, path)


def counts_for(rule: Rule, subject: Subject, found: RuleResult) -> bool:
    """Whether a result is one for a subject of which not everything can be stated where it stands."""
    if subject.partial and not _is_stated(rule, subject, found):
        return False
    return not (subject.format and found.why.key and not can_state(subject.format, subject.focus, found.why.key))


def _is_stated(rule: Rule, subject: Subject, found: RuleResult) -> bool:
    """Whether a result is a failure at a value that a subject states, of which others complete what it does not."""
    if found.outcome is not Outcome.FAIL:
        return False
    if found.item and found.item.path:
        return _has_what_decides(rule, subject)
    path = pointed_at(rule, subject)
    return bool(path) and path[0] not in _NOT_STATED and aim(rule, subject, items.whole(subject))[1] == path


def _has_what_decides(rule: Rule, subject: Subject) -> bool:
    """Whether a subject states anything that a rule compares an item with, if it compares it at all."""
    read = {path[:2] for path in expression.reads(rule.require).paths if path[0] in subject.marks}
    return not read or any(find(subject.marks[path[0]], path[1:])[1] == path[1:] for path in read)
