"""Everything that the templates print."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from msgspec import Struct

from scanner.agent_graph import CardScope
from scanner.controls import ControlStatus
from scanner.finished_scan import DISCLAIMER, Run, Scan, Verdict
from scanner.model import SEVERITIES, Input, InputStatus, Outcome, Severity
from scanner.reports import figures, waivers
from scanner.reports.changed import compared_with
from scanner.reports.configuration import sentences, title
from scanner.reports.html import inputs
from scanner.reports.html.anchors import anchors_of, slug
from scanner.reports.html.controls import FrameworkSection, rows_of, sheet_of
from scanner.reports.html.findings import FindingsSection, RuleGroup, bands_of
from scanner.reports.html.graphs import GraphSection, drawn, left_out
from scanner.reports.results import tells_controls
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


_COMPARED = {
    0: ("The change made nothing worse", "the change made nothing worse at or above the threshold"),
    1: ("The change made something worse", "findings that the change made worse, at or above the threshold"),
}
"""The same for a comparison with the base of a change."""


class ReportHeader(Struct, frozen=True):
    """What every edition of the report begins with: the verdict, the run, and what was scanned."""

    headline: str
    meaning: str
    verdict: Verdict
    run: Run
    command: str
    """As it can be given again."""
    profile: str
    git: str
    configured_by: str
    """What changed the scan, empty where nothing did."""
    configured: tuple[str, ...]
    """The changes, a sentence each."""
    waived_by: str
    """Which waivers count, empty where there are none."""
    waivers: tuple[str, ...]
    """Each waiver, a sentence each."""
    met: dict[InputStatus, int]
    subjects: int
    kinds: tuple[str, ...]
    """Kinds of subjects that the inputs hold."""
    unfamiliar: tuple[tuple[str, int], ...]
    """Kind of the Kubernetes API whose own fields no rule looks at -> number of objects."""
    gaps: Gaps
    """What was not assessed."""
    not_run: tuple[tuple[str, int], ...]
    """Framework that is listed first -> number of rules that are mapped to it and did not run."""
    compared_with: str
    """The base of a comparison, with the number of findings in each state; empty where nothing was compared."""
    notes: tuple[str, ...]
    """What was not compared, and why."""
    disclaimer: str = DISCLAIMER


class PageData(Struct, frozen=True):
    """The data of the page, in the order of the page."""

    head: ReportHeader
    failed: dict[Severity, int]
    """Failing findings by severity."""
    listed: dict[Outcome, int]
    """Findings by outcome."""
    outcomes: dict[Outcome, int]
    """All outcomes, those that are not listed too."""
    worse: dict[str, int]
    """Of a comparison: by severity and outcome, the findings that the change made worse."""
    first: tuple[FrameworkSection, ...]
    others: tuple[FrameworkSection, ...]
    sheets: tuple[FrameworkSection, ...]
    """Those whose controls are listed."""
    findings: int
    rules: int
    """Rules that have findings."""
    left: int
    """The number of findings that are not in the page as HTML."""
    kinds: tuple[str, ...]
    """Kinds of subject that findings are about."""
    bands: tuple[FindingsSection, ...]
    grouped: dict[str, str]
    """Rule with findings -> its anchor."""
    standing: frozenset[str]
    """Anchors of the findings that are in the page as HTML."""
    first_error: str
    """Anchor of the first finding that is an error, or of its rule; empty where there is none."""
    statuses: dict[ControlStatus, int]
    """Controls of `sheets` by status."""
    inputs: tuple[tuple[InputStatus, tuple[Input, ...]], ...]
    """Those that are in the page as HTML."""
    further: tuple[Input, ...]
    """Those that do not."""
    graphs: tuple[GraphSection, ...] = ()
    """Agent setups and swarms."""
    systems: tuple[GraphSection, ...] = ()
    """Systems that architecture specs describe."""
    more_graphs: int = 0
    """The number of those that are left out."""
    card_scopes: tuple[CardScope, ...] = ()
    """Of each system with card data, the components by their scope."""


def view(scan: Scan) -> PageData:
    """The data of the page for a scan."""
    anchors = anchors_of(scan.findings)
    rows = rows_of(scan, anchors) if tells_controls(scan) else {}
    bands = bands_of(scan, anchors, rows)
    groups = [group for band in bands for group in band.groups]
    order = figures.in_order(scan)
    first, others = (tuple(sheet_of(summary, rows) for summary in some) for some in order)
    all_inputs = inputs.inputs_of(scan)
    graphs = drawn(scan)
    standing = frozenset(item.anchor for group in groups for item in group.items)
    return PageData(
        head=circumstances(scan),
        failed=failed(scan),
        listed=tally((item.outcome for item in scan.findings), Outcome),
        outcomes={outcome: scan.outcomes.get(outcome, 0) for outcome in Outcome},
        worse=made_worse(scan),
        first=first,
        others=others,
        sheets=tuple(sheet for sheet in (*first, *others) if sheet.parents),
        findings=len(scan.findings),
        rules=len({group.rule.id for group in groups}),
        left=len(scan.findings) - len(standing),
        kinds=tuple(sorted({item.subject_kind for item in scan.findings})),
        bands=bands,
        grouped=_places_of(groups),
        standing=standing,
        first_error=_first_error(scan, anchors, standing),
        statuses=tally((row.control.status for row in rows.values()), ControlStatus),
        inputs=tuple(
            (status, tuple(some)) for status, some in groupby(all_inputs[: inputs.LISTED], lambda item: item.status)
        ),
        further=tuple(all_inputs[inputs.LISTED :]),
        graphs=tuple(each for each in graphs if not each.is_system),
        systems=tuple(each for each in graphs if each.is_system),
        more_graphs=left_out(scan),
        card_scopes=scan.card_scopes,
    )


def circumstances(scan: Scan) -> ReportHeader:
    """What every edition of the report begins with."""
    verdicts = _VERDICTS | _COMPARED if scan.comparison else _VERDICTS
    headline, meaning = verdicts.get(scan.verdict.exit_code, ("Unknown verdict", "not documented"))
    configuration = scan.run.configuration
    return ReportHeader(
        headline=headline,
        meaning=meaning,
        verdict=scan.verdict,
        run=scan.run,
        command=shlex.join(("assay", *scan.run.arguments)),
        profile=_profile(scan.run),
        git=_git(scan.run),
        configured_by=title(configuration) if configuration else "",
        configured=tuple(sentences(configuration)),
        waived_by=waivers.title(scan.waivers) if scan.waivers else "",
        waivers=tuple(waivers.sentences(scan.waivers)),
        met=tally((item.status for item in scan.inputs), inputs.ORDER),
        subjects=sum(item.subjects for item in scan.inputs),
        kinds=tuple(sorted({kind for item in scan.inputs for kind in item.kinds})),
        unfamiliar=tuple(scan.unfamiliar.items()),
        gaps=gaps(scan),
        not_run=tuple((each.id, each.not_run) for each in figures.in_order(scan).first if each.not_run),
        compared_with=compared_with(scan.comparison) if scan.comparison else "",
        notes=scan.comparison.notes if scan.comparison else (),
    )


def failed(scan: Scan) -> dict[Severity, int]:
    """Failing findings by severity."""
    return tally((item.severity for item in scan.findings if item.outcome is Outcome.FAIL), SEVERITIES)


def made_worse(scan: Scan) -> dict[str, int]:
    """By severity, the failures that the change made worse, and by outcome the other findings that count."""
    kinds = (item.severity if item.outcome is Outcome.FAIL else item.outcome for item in scan.listed)
    return dict(Counter(map(str, kinds))) if scan.comparison else {}


def _places_of(groups: Sequence[RuleGroup]) -> dict[str, str]:
    """Rule -> the anchor of its first group."""
    places: dict[str, str] = {}
    for group in groups:
        places.setdefault(group.rule.id, group.anchor)
    return places


def _profile(run: Run) -> str:
    return f"{run.profile}, rules that are mapped to {', '.join(run.asked)}" if run.asked else run.profile


def _git(run: Run) -> str:
    """The state of the work tree after the commit."""
    if not run.git_commit or run.git_dirty is None:
        return ""
    return "with uncommitted changes" if run.git_dirty else "nothing uncommitted"


def _first_error(scan: Scan, anchors: Sequence[str], standing: frozenset[str]) -> str:
    for finding, anchor in zip(scan.findings, anchors, strict=True):
        if finding.outcome is Outcome.ERROR:
            return anchor if anchor in standing else slug("rule", finding.rule)
    return ""
