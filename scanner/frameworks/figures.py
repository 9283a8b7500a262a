"""The statuses of the controls of a framework -> every figure that reports print for it."""

from __future__ import annotations

from collections.abc import Sequence

from scanner.controls import Assessment, Checkable, ControlStatus, FrameworkSummary, Measure, ShownBy
from scanner.frameworks.catalogue import Framework

_DECIDED = frozenset(
    (
        ControlStatus.ERROR,
        ControlStatus.NOT_SATISFIED,
        ControlStatus.WEAKENED,
        ControlStatus.PARTIAL,
        ControlStatus.SATISFIED,
    )
)
_UNCONTRADICTED = (ControlStatus.PARTIAL, ControlStatus.SATISFIED)


def summarise(
    framework: Framework,
    assessments: Sequence[Assessment],
    scope: tuple[str, ...] = (),
    scope_inputs: int | None = None,
    *,
    incomplete: bool = False,
) -> FrameworkSummary:
    """The figures of a framework.

    Conformity is the share of satisfied controls among those that files can show in full and whose rules found what
    they are about or did not run, so that leaving out a rule makes it no better. All other controls are counted by
    status, because files alone cannot satisfy them.
    """
    statuses = [each.status for each in assessments]
    counts = {status: statuses.count(status) for status in ControlStatus}
    applicable = len(assessments) - counts[ControlStatus.NOT_APPLICABLE]
    decided = [each for each in assessments if each.status in _DECIDED]
    full = [each for each in assessments if each.checkable is Checkable.FULL and _is_measured(each)]
    covered = sum(ShownBy.MANIFEST in each.shown_by for each in decided)
    figures = framework.measure is Measure.CONTROLS
    return FrameworkSummary(
        id=framework.id,
        edition=framework.edition,
        title=framework.title,
        measure=framework.measure,
        controls=len(assessments),
        applicable=applicable,
        counts=counts,
        covered=covered,
        declared=sum(each.shown_by == (ShownBy.DECLARED,) for each in decided),
        low=sum(_rests_on_low(each) for each in assessments),
        uncontradicted=sum(counts[status] for status in _UNCONTRADICTED),
        by_word=sum(each.status in _UNCONTRADICTED and ShownBy.MANIFEST not in each.shown_by for each in assessments),
        full=len(full) if figures else 0,
        coverage=round(covered / applicable, 4) if figures and applicable else None,
        conformity=round(counts[ControlStatus.SATISFIED] / len(full), 4) if figures and full else None,
        licence=framework.licence,
        source=framework.source,
        not_run=len({rule for each in assessments for rule in each.not_run}),
        incomplete=incomplete,
        scope=scope,
        scope_inputs=scope_inputs,
        waived=sum(each.waived for each in assessments),
    )


def _is_measured(assessment: Assessment) -> bool:
    left_out = assessment.status is ControlStatus.NOT_ASSESSED and bool(assessment.not_run)
    return assessment.status in _DECIDED or left_out


def _rests_on_low(assessment: Assessment) -> bool:
    """Whether rules have outcomes, and all of them are mapped to the control with low strength."""
    if not assessment.links or assessment.status is not ControlStatus.NOT_ASSESSED:
        return False
    return not any(link.strength.bears for link in assessment.links)
