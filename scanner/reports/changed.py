"""What became of a finding since the base of a change, in words."""

from __future__ import annotations

from collections.abc import Sequence

from scanner.baseline import BaselineState
from scanner.finished_scan import Comparison
from scanner.model import SEVERITIES, Finding, Outcome

_SHORT = 12
"""Digits of a commit that are shown."""
_WORDS = {
    BaselineState.NEW: "new",
    BaselineState.WORSE: "worse than on the base",
    BaselineState.UNCHANGED: "as on the base",
    BaselineState.FIXED: "fixed",
    BaselineState.MOVED: "moved",
    BaselineState.INCOMPARABLE: "not comparable: its file could not be read on one side",
    BaselineState.OUT_OF_SIGHT: "was decided on the base and cannot be judged any more",
}


_MEANINGS = {
    BaselineState.UNCHANGED: "also on the base",
    BaselineState.FIXED: "on the base only",
    BaselineState.MOVED: "on the base in another file or under another name",
    BaselineState.INCOMPARABLE: "readable on one side only",
    BaselineState.OUT_OF_SIGHT: "the base could decide it, and the changed files cannot",
}
"""What the names of states mean, where the name alone does not say it."""


def state_of(finding: Finding) -> str:
    """What became of a finding, with the changes that may have caused it."""
    state = _WORDS[finding.baseline_state] if finding.baseline_state else ""
    if finding.previous and finding.previous != finding.observed:
        state += f", where {finding.previous}"
    return f"{state}; possible cause elsewhere in the change: {finding.cause}" if finding.cause else state


def compared_with(comparison: Comparison) -> str:
    """The base, and the number of findings in each state."""
    states = [_number(state, number) for state in BaselineState if (number := comparison.states.get(state, 0))]
    commit = f" ({comparison.commit[:_SHORT]})" if comparison.commit else ""
    return f"{comparison.base}{commit}: {', '.join(states) or 'no findings on either side'}"


def fixed(comparison: Comparison) -> Sequence[Finding]:
    """The findings of the base that the change fixed, the worst first and what was unknown last."""
    some = [each for each in comparison.gone if each.baseline_state is BaselineState.FIXED]
    return sorted(some, key=lambda each: (each.outcome is not Outcome.FAIL, SEVERITIES.index(each.severity)))


def former_place(comparison: Comparison, finding: Finding) -> str:
    """Where a finding was on the base; a baseline file holds no lines."""
    where = finding.location
    return f"{where.path}:{where.line}:{where.column}" if comparison.commit else where.path


def former_subject(finding: Finding) -> str:
    """What a finding of the base was about, and whether it was undecided there."""
    undecided = "" if finding.outcome is Outcome.FAIL else f" ({finding.outcome})"
    return f"{finding.subject_name}{undecided}"


def _number(state: BaselineState, number: int) -> str:
    meaning = _MEANINGS.get(state, "")
    return f"{number} {state}{f' ({meaning})' if meaning else ''}"
