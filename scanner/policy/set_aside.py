"""Kubernetes objects in files that no tool applies because of their names: only credentials in them are assessed."""

from __future__ import annotations

from collections.abc import Sequence

from scanner import contexts
from scanner.model import CREDENTIALS, Subject
from scanner.policy.loaded_rules import RuleAbout
from scanner.subjects.document import DOCUMENT

KUBERNETES = "kubernetes"
_KINDS = f"{KUBERNETES}."


def assessed(rules: Sequence[RuleAbout], subject: Subject) -> Sequence[RuleAbout]:
    """Those of the rules about a subject that are evaluated for it where it is."""
    if not _is_set_aside(subject):
        return rules
    return [each for each in rules if CREDENTIALS in each.ready.rule.info.objectives]


def _is_set_aside(subject: Subject) -> bool:
    """Whether a subject is, or is in, an object of such a file. What a chart or an overlay takes in is applied."""
    if subject.overlay or not contexts.is_set_aside(subject.origin.path):
        return False
    if subject.kind == DOCUMENT:
        return bool(subject.bindings["document"].get("format") == KUBERNETES)
    return subject.kind.startswith(_KINDS)
