"""One line a finding, in the order of places, as editors and `grep` read them."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.finished_scan import Scan
from scanner.model import Finding, Outcome
from scanner.reports import statistics, waivers
from scanner.reports.changed import compared_with, state_of
from scanner.reports.configuration import sentences, title
from scanner.reports.format import Presentation, TextFormat
from scanner.reports.safe_text import safe
from scanner.reports.text_layout import SEVERITY_STYLES, TextLayout
from scanner.reports.unassessed import gaps, outside


def render(scan: Scan) -> Iterator[str]:
    """`path:line:column: severity rule message` of each failure and error, then what was not assessed, the verdict."""
    return present(scan, Presentation())


def present(scan: Scan, presentation: Presentation) -> Iterator[str]:
    """The same as a presentation asks for it; what is unknown only where that is to be listed."""
    return (f"{line}\n" for line in _lines(scan, presentation, TextLayout.of(presentation)))


def _lines(scan: Scan, presentation: Presentation, screen: TextLayout) -> Iterator[str]:
    if scan.run.configuration:
        yield f"configuration: {safe(title(scan.run.configuration))}"
        yield from (f"  {safe(each)}" for each in sentences(scan.run.configuration))
    if scan.waivers:
        yield f"waivers: {safe(waivers.title(scan.waivers))}"
        yield from (f"  {safe(each)}" for each in waivers.sentences(scan.waivers))
    if presentation.statistics:
        yield from statistics.rows(scan, screen)
    else:
        yield from _findings(scan, screen, unknown=presentation.unknown)
    found = gaps(scan)
    for gap in (*found.unreadable, *found.not_assessed, *found.parts):
        yield f"{screen.paint(safe(gap.place), 'cyan')}: {screen.paint('not assessed', 'critical')} {safe(gap.reason)}"
    if found.outside:
        yield safe(outside(scan))
    unknown = sum(finding.outcome is Outcome.UNKNOWN for finding in scan.listed)
    if unknown and not presentation.unknown and not presentation.statistics:
        yield f"{unknown} unknown: --show unknown lists them"
    if scan.comparison:
        yield f"compared with {safe(compared_with(scan.comparison))}"
        yield from map(safe, scan.comparison.notes)
    yield screen.paint(scan.verdict.reason, "red" if scan.verdict.exit_code else "bold")


def _findings(scan: Scan, screen: TextLayout, *, unknown: bool) -> Iterator[str]:
    shown = {Outcome.FAIL, Outcome.ERROR, *((Outcome.UNKNOWN,) if unknown else ())}
    return (_line(finding, screen) for finding in scan.listed if finding.outcome in shown)


def _line(finding: Finding, screen: TextLayout) -> str:
    place, failed = finding.location, finding.outcome is Outcome.FAIL
    where = screen.paint(safe(f"{place.path}:{place.line}:{place.column}"), "cyan")
    severity = finding.severity
    told = f" ({safe(state_of(finding))})" if finding.baseline_state else ""
    label = screen.paint(severity if failed else finding.outcome, SEVERITY_STYLES[severity] if failed else "cyan")
    waived = f" [waived: {safe(finding.waiver)}]" if finding.waiver else ""
    return f"{where}: {label} {safe(finding.rule)} {safe(finding.message)}{told}{waived}"


FORMAT = TextFormat(
    media_type="text/plain",
    for_terminal=True,
    shows_fixes=False,
    tells_commit=False,
    render=render,
    present=present,
)
