"""What became of a finding since the base of a change, in words."""

from __future__ import annotations

from scanner.baseline import BaselineState
from scanner.finished_scan import Comparison
from scanner.model import Finding

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


def _number(state: BaselineState, number: int) -> str:
    meaning = _MEANINGS.get(state, "")
    return f"{number} {state}{f' ({meaning})' if meaning else ''}"
