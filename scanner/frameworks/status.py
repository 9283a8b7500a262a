"""The status of one control, from (relation, strength, outcome) of every rule that is mapped to it.

| outcome of a rule | relation | status at best |
|---|---|---|
| fail | `violates` | not-satisfied |
| fail | `supports` or `declares` | weakened |
| error | any | error |
| unknown | any | partial |
| pass | `supports`, `declares`, or only statements in documents | partial |
| pass | `violates` | satisfied |

Only mappings of medium or high strength count; a mapping of low strength decides nothing. The worst status counts,
never an average. Without a failure, and without a pass that counts, the control is not assessed. It is satisfied only
where files can show all of it, every rule that is mapped to it ran, and every input in its scope was assessed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from scanner.controls import Checkable, ControlLink, ControlStatus, Relation, ShownBy
from scanner.frameworks.catalogue import Control
from scanner.model import Outcome

_NAMED = 3
"""Rules that a reason names; it counts the others."""


class Evidence(NamedTuple):
    """The outcomes of one rule, and its mapping to a control."""

    rule: str
    link: ControlLink
    outcomes: Mapping[Outcome, int]
    """Number of each, none of them 0."""

    @property
    def decides(self) -> bool:
        """Whether it affects the status of the control."""
        return self.link.strength.bears and (Outcome.FAIL in self.outcomes or self.lifts)

    @property
    def lifts(self) -> bool:
        """Whether it has a pass that counts for the control."""
        return self.link.strength.bears and self.link.proves and Outcome.PASS in self.outcomes


class Decision(NamedTuple):
    """A status, and the reason for it."""

    status: ControlStatus
    reason: str


def at_best(link: ControlLink, outcome: Outcome) -> ControlStatus:
    """The best status of a control that a rule with an outcome allows."""
    match outcome:
        case Outcome.ERROR:
            return ControlStatus.ERROR
        case Outcome.FAIL:
            contradicts = link.relation is Relation.VIOLATES
            return ControlStatus.NOT_SATISFIED if contradicts else ControlStatus.WEAKENED
        case Outcome.UNKNOWN:
            return ControlStatus.PARTIAL
        case Outcome.PASS:
            shows = link.relation is Relation.VIOLATES and link.shown_by is ShownBy.MANIFEST
            return ControlStatus.SATISFIED if shows else ControlStatus.PARTIAL


def decide(
    control: Control, evidence: Sequence[Evidence], not_run: Collection[str] = (), *, incomplete: bool
) -> Decision:
    """The status of a control that applies.

    `not_run` are the rules that are mapped to it and did not run; `incomplete` states that inputs in scope were not
    assessed.
    """
    if control.checkable is Checkable.MANUAL:
        return Decision(ControlStatus.MANUAL, "")
    if not evidence:  # as of most controls
        return Decision(ControlStatus.NOT_ASSESSED, _why_not_assessed(evidence, not_run))
    bearing = [each for each in evidence if each.link.strength.bears]
    by_status: dict[ControlStatus, list[str]] = {}
    for each in bearing:
        for outcome in each.outcomes:
            by_status.setdefault(at_best(each.link, outcome), []).append(each.rule)
    for status, said in _AGAINST.items():
        if rules := by_status.get(status):
            return Decision(status, f"{said}: {_named(rules)}")
    if not any(each.lifts for each in bearing):
        return Decision(ControlStatus.NOT_ASSESSED, _why_not_assessed(evidence, not_run))
    bounds = _bounds(control, bearing, not_run, incomplete=incomplete)
    if bounds or ControlStatus.PARTIAL in by_status:
        return Decision(
            ControlStatus.PARTIAL,
            "; ".join(bounds) or "the rules that passed support the control, but do not show all of it",
        )
    return Decision(ControlStatus.SATISFIED, "all rules that are mapped to it passed for the scanned files")


_AGAINST = {
    ControlStatus.ERROR: "could not be evaluated",
    ControlStatus.NOT_SATISFIED: "contradicted by",
    ControlStatus.WEAKENED: "failed",
}


def _bounds(control: Control, bearing: Sequence[Evidence], not_run: Collection[str], *, incomplete: bool) -> list[str]:
    """Why a control without failures is not satisfied."""
    unknown = [each.rule for each in bearing if Outcome.UNKNOWN in each.outcomes]
    word = all(each.link.shown_by is ShownBy.DECLARED for each in bearing if each.lifts)
    return [
        *(["files can show only a part of the control"] if control.checkable is Checkable.PARTIAL else ()),
        *(["supported only by statements in documents"] if word else ()),
        *(["inputs in scope were not assessed"] if incomplete else ()),
        *([f"unknown: {_named(unknown)}"] if unknown else ()),
        *([f"not run: {_named(not_run)}"] if not_run else ()),
    ]


def _why_not_assessed(evidence: Sequence[Evidence], not_run: Collection[str]) -> str:
    """Why a control is not assessed."""
    bearing = [each for each in evidence if each.link.strength.bears]
    if not bearing:
        if not_run:
            return f"not run: {_named(not_run)}"
        return (
            "only rules of low strength are mapped to it"
            if evidence
            else "its rules apply to nothing in the scanned files"
        )
    if unknown := [each.rule for each in bearing if Outcome.UNKNOWN in each.outcomes]:
        return f"unknown: {_named(unknown)}"
    return f"a pass of these rules does not count: {_named([each.rule for each in bearing])}"


def _named(rules: Collection[str]) -> str:
    names = sorted(set(rules))
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
