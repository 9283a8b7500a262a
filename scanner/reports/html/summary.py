"""The auditor's edition: a few pages to print, without excerpts, findings counted by rule."""

from __future__ import annotations

from collections import Counter

from msgspec import Struct
from msgspec.structs import asdict

from scanner.controls import ControlStatus
from scanner.finished_scan import Scan
from scanner.model import Finding, Outcome, RuleInfo, Severity
from scanner.reports import figures
from scanner.reports.format import TextFormat
from scanner.reports.html.anchors import anchors_of
from scanner.reports.html.controls import ControlRow, FrameworkSection, rows_of, sheet_of
from scanner.reports.html.findings import rank
from scanner.reports.html.page import render_page
from scanner.reports.html.page_data import ReportHeader, circumstances, failed, made_worse
from scanner.reports.results import tells_controls
from scanner.reports.tally import tally

NAMED = (ControlStatus.NOT_ASSESSED, ControlStatus.MANUAL)
"""Controls of these statuses are listed by their ids only."""


class FrameworkListing(Struct, frozen=True):
    """A framework with its controls: some as rows, the others by id."""

    sheet: FrameworkSection
    rows: tuple[ControlRow, ...]
    named: dict[ControlStatus, tuple[str, ...]]


class RuleCounts(Struct, frozen=True):
    """The findings of one rule."""

    rule: RuleInfo
    severity: Severity
    counts: dict[Outcome, int]
    worse: int
    """Of a comparison: those that the change made worse."""


class Summary(Struct, frozen=True):
    """The data of the summary, in the order of the page."""

    head: ReportHeader
    failed: dict[Severity, int]
    listed: dict[Outcome, int]
    outcomes: dict[Outcome, int]
    worse: dict[str, int]
    """Of a comparison: by severity and outcome, the findings that the change made worse."""
    frameworks: tuple[FrameworkListing, ...]
    others: int
    """The number of frameworks that are not listed."""
    rules: tuple[RuleCounts, ...]


def summary(scan: Scan) -> Summary:
    """The data of the summary for a scan."""
    order = figures.in_order(scan)
    rows = rows_of(scan, anchors_of(scan.findings)) if tells_controls(scan) else {}
    told = (*order.first, *(order.others if scan.run.all_frameworks else ()))
    return Summary(
        head=circumstances(scan),
        failed=failed(scan),
        listed=tally((item.outcome for item in scan.findings), Outcome),
        outcomes={outcome: scan.outcomes.get(outcome, 0) for outcome in Outcome},
        worse=made_worse(scan),
        frameworks=tuple(_listed(sheet_of(item, rows)) for item in told),
        others=len(scan.frameworks) - len(told),
        rules=_counted(scan),
    )


def render(scan: Scan) -> str:
    """Return the auditor's edition of a scan as one HTML document without a script."""
    data = summary(scan)
    values = asdict(data)
    return render_page("summary.html.j2", styles=("report.css", "summary.css"), **values)


def _listed(sheet: FrameworkSection) -> FrameworkListing:
    members = [row for _, some in sheet.parents for row in some]
    silent = [row.control for row in members if row.control.status in NAMED and not row.control.findings]
    named = {status: tuple(each.control for each in silent if each.status is status) for status in NAMED}
    return FrameworkListing(
        sheet,
        tuple(row for row in members if row.control not in silent),
        {status: some for status, some in named.items() if some},
    )


def _counted(scan: Scan) -> tuple[RuleCounts, ...]:
    by_rule: dict[str, list[Finding]] = {}
    for finding in scan.findings:
        by_rule.setdefault(finding.rule, []).append(finding)
    worse = Counter(finding.rule for finding in scan.listed) if scan.comparison else Counter()
    ranked = sorted(
        (rule not in worse, min(rank(each, len(some)) for each in some), rule) for rule, some in by_rule.items()
    )
    return tuple(
        RuleCounts(
            scan.rules[rule],
            list(Severity)[place[1]],
            dict(Counter(each.outcome for each in by_rule[rule])),
            worse[rule],
        )
        for _, place, rule in ranked
    )


FORMAT = TextFormat(media_type="text/html", for_terminal=False, shows_fixes=False, tells_commit=True, render=render)
