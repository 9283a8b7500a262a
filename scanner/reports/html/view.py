"""Everything that the template prints."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from scanner.controls import ControlStatus
from scanner.model import DISCLAIMER, SEVERITIES, Input, InputStatus, Outcome, Run, Scan, Severity, Verdict
from scanner.reports.configuration import sentences, title
from scanner.reports.html.anchors import anchors_of
from scanner.reports.html.controls import Sheet, rows_of, sheet_of
from scanner.reports.html.findings import Band, bands_of, groups_of, is_cut
from scanner.reports.tally import tally
from scanner.reports.unassessed import Gaps, gaps

_VERDICTS = {
    0: ("Nothing failed at the threshold", "everything found was assessed, nothing at or above the threshold failed"),
    1: ("Findings at or above the threshold", "failing outcomes at or above the threshold"),
    2: ("Not run", "usage, configuration or rule-pack error"),
    3: ("Nothing to assess", "nothing to assess"),
    4: ("Incomplete", "some input or rule could not be assessed"),
    5: ("Internal error", "internal error"),
}
_INPUT_ORDER = (InputStatus.UNREADABLE, InputStatus.NOT_ASSESSED, InputStatus.SKIPPED, InputStatus.ASSESSED)


@dataclass(frozen=True, slots=True)
class View:
    """The data of the page, in the order in which the page says it."""

    headline: str
    meaning: str
    verdict: Verdict
    configured_by: str
    """What changed the scan, empty where nothing did."""
    configured: tuple[str, ...]
    """The changes, a sentence each."""
    run: Run
    command: str
    """As it can be given again."""
    disclaimer: str
    failed: dict[Severity, int]
    """Failing findings by severity."""
    outcomes: dict[Outcome, int]
    """All outcomes, those that are not listed too."""
    met: dict[InputStatus, int]
    sheets: tuple[Sheet, ...]
    findings: int
    """Findings that are listed."""
    severities: dict[Severity, int]
    """Listed findings by severity."""
    listed: dict[Outcome, int]
    """Listed findings by outcome."""
    kinds: tuple[str, ...]
    """Kinds of subject that findings are about."""
    bands: tuple[Band, ...]
    grouped: dict[str, str]
    """Rule with findings -> its anchor."""
    first_error: str
    """Anchor of the first finding that is an error, empty where there is none."""
    cut: bool
    """The source of some findings is left out, for there are too many."""
    controls: int
    statuses: dict[ControlStatus, int]
    """Controls of all frameworks by status."""
    inputs: tuple[tuple[InputStatus, tuple[Input, ...]], ...]
    gaps: Gaps
    """What was not assessed."""


def view(scan: Scan) -> View:
    """What the page says of a scan."""
    anchors = anchors_of(scan.findings)
    rows = rows_of(scan, anchors)
    groups = groups_of(scan, anchors, rows)
    headline, meaning = _VERDICTS.get(scan.verdict.exit_code, ("Unknown verdict", "not documented"))
    inputs = sorted(scan.inputs, key=lambda item: (_INPUT_ORDER.index(item.status), item.path))
    named = zip(anchors, scan.findings, strict=True)
    return View(
        headline=headline,
        meaning=meaning,
        verdict=scan.verdict,
        configured_by=title(scan.run.configuration) if scan.run.configuration else "",
        configured=tuple(sentences(scan.run.configuration)),
        run=scan.run,
        command=shlex.join(("assay", *scan.run.arguments)),
        disclaimer=DISCLAIMER,
        failed=tally((item.severity for item in scan.findings if item.outcome is Outcome.FAIL), SEVERITIES),
        outcomes={outcome: scan.outcomes.get(outcome, 0) for outcome in Outcome},
        met=tally((item.status for item in scan.inputs), _INPUT_ORDER),
        sheets=tuple(sheet_of(summary, rows) for summary in scan.frameworks),
        findings=len(scan.findings),
        severities=tally((item.severity for item in scan.findings), SEVERITIES),
        listed=tally((item.outcome for item in scan.findings), Outcome),
        kinds=tuple(sorted({item.subject_kind for item in scan.findings})),
        bands=bands_of(groups),
        grouped={group.rule.id: group.anchor for group in groups},
        first_error=next((name for name, item in named if item.outcome is Outcome.ERROR), ""),
        cut=is_cut(scan),
        controls=len(scan.assessments),
        statuses=tally((item.status for item in scan.assessments), ControlStatus),
        gaps=gaps(scan),
        inputs=tuple((status, tuple(members)) for status, members in groupby(inputs, attrgetter("status"))),
    )
