"""Failures and waivers over a period, as sentences and tables."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from scanner.evidence.period.failures import FailureState
from scanner.evidence.period.moments import lasted
from scanner.evidence.period.report import PeriodReport
from scanner.evidence.sections import Part, cut

_FAILURES = ("failure", "rule", "severity", "place", "first seen", "last seen", "mended", "duration", "waivers")


def failures(report: PeriodReport, most: int) -> Iterator[Part]:
    """Each failure with its times."""
    found = report.failures
    yield (
        "By the runs on exactly the files of a commit of the branch. A failure is identified by its fingerprint. It "
        "counts as mended from the first complete run without it that had the same kind, rules, configuration and "
        "frameworks as a run that saw it; if later runs had others, it is not known whether it was mended. The "
        "duration goes from the first run that saw it to the run from which it was mended, or else to the last run "
        "that saw it."
    )
    states = {state: [each for each in found if each.state is state] for state in FailureState}
    yield f"{len(found)} failures: " + ", ".join(f"{len(some)} {state.value}" for state, some in states.items()) + "."
    rows = [
        (
            each.id,
            each.rule,
            each.severity,
            f"{each.path}:{each.line}" + (f" and {each.places - 1} more" if each.places > 1 else ""),
            each.first_seen + (" or earlier" if each.may_be_older else ""),
            each.last_seen,
            each.mended or each.state.value,
            lasted(each.seconds),
            ", ".join(each.waivers),
        )
        for each in found
    ]
    yield from cut(_FAILURES, rows, most)
    if any(each.may_be_older for each in found):
        yield '"Or earlier": no earlier complete run had the same kind, rules, configuration and frameworks.'
    if states[FailureState.OF_CHANGE]:
        yield '"Of a change": a change weakened the configuration of the scan. No later run shows if it was set back.'
    if omitted := sum(run.entry.failures_omitted > 0 for run in report.on_branch):
        yield f"Runs with more failures than the ledger lists, which show no failure as mended: {omitted}."


def waivers(report: PeriodReport, most: int) -> Iterator[Part]:
    """Each waiver, and those in force by day."""
    own = report.waivers
    yield (
        "By the runs on exactly the files of a commit of the branch. On a day without such a run, the waivers of "
        "the last day with one are listed, as far as they had not expired; a change between two runs is not seen."
    )
    yield f"Waivers: {len(own.waivers)}."
    rows = [(each.id, each.approver, each.expires, each.first, each.last, str(each.days)) for each in own.waivers]
    yield from cut(("waiver", "approver", "expires", "first run", "last run", "days of the period"), rows, most)
    groups = [list(some) for _, some in groupby(own.days, key=lambda each: (bool(each.recorded), each.in_force))]
    days = [
        (some[0].day, some[-1].day, str(len(some)), ", ".join(some[0].in_force) or _none(some[0].recorded))
        for some in groups
    ]
    yield from cut(("from", "to", "days", "in force"), days, most)


def _none(recorded: str) -> str:
    return "none" if recorded else "not known: no run yet"
