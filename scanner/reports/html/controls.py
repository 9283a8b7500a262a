"""Data of the page about controls: each with its mappings and rules, under its framework and its parent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import groupby

from msgspec import Struct

from scanner.controls import Assessment, Checkable, ControlLink, ControlStatus, FrameworkSummary, ShownBy
from scanner.finished_scan import Scan
from scanner.model import SEVERITIES, Finding
from scanner.reports import figures
from scanner.reports.html.anchors import slug
from scanner.reports.tally import tally

LINKED = 8
"""A control links to so many of its findings directly, and to the rules for the others."""


class ControlRow(Struct, frozen=True):
    """One control of a framework, with what it rests on."""

    control: Assessment
    anchor: str
    files_show: str
    """How much of it a file can show, in words."""
    shown_by: tuple[str, ...]
    """The kinds of evidence that decide its status, in words."""
    links: tuple[ControlLink, ...]
    """Its mappings, each rationale once."""
    rules: tuple[tuple[str, str, int], ...]
    """Rule id, title, number of failing findings; worst first."""
    findings: tuple[tuple[str, Finding], ...]
    """The first findings, each with its anchor."""
    failures: int
    """All findings that affect it."""


class BarPart(Struct, frozen=True):
    """One part of a bar, in hundredths of its length."""

    kind: ControlStatus
    start: float
    width: float


class FrameworkSection(Struct, frozen=True):
    """One framework: its figures, its bar, and its controls under their parents."""

    summary: FrameworkSummary
    key: str
    told: tuple[str, ...]
    """Its figures, in sentences."""
    bar: tuple[BarPart, ...]
    """Its controls by status, over those that apply; what remains free is not assessed."""
    statuses: dict[ControlStatus, int]
    parents: tuple[tuple[str, tuple[ControlRow, ...]], ...]
    """Empty where the controls are not listed."""


Rows = Mapping[tuple[str, str, str], ControlRow]
"""(framework, edition, control) -> its row."""


def rows_of(scan: Scan, anchors: Iterable[str]) -> Rows:
    """Every control of a scan."""
    found: dict[str, list[tuple[str, Finding]]] = {}
    for finding, anchor in zip(scan.findings, anchors, strict=True):
        found.setdefault(finding.fingerprint, []).append((anchor, finding))
    return {(item.framework, item.edition, item.control): _row(scan, item, found) for item in scan.assessments}


def _row(scan: Scan, item: Assessment, found: Mapping[str, list[tuple[str, Finding]]]) -> ControlRow:
    """One control with its rules and findings, worst first."""
    against = [pair for fingerprint in item.findings for pair in found.get(fingerprint, ())]
    against.sort(key=lambda pair: SEVERITIES.index(pair[1].severity))
    failed = Counter(finding.rule for _, finding in against)
    names = sorted({*item.rules, *failed}, key=lambda name: (-failed[name], name))
    links = {(link.objective, link.rule, link.relation, link.strength, link.rationale): link for link in item.links}
    return ControlRow(
        control=item,
        anchor=slug("control", item.framework, item.edition, item.control),
        files_show=_extent(item.checkable),
        shown_by=tuple(_evidence(way) for way in ShownBy if way in item.shown_by),
        links=tuple(links.values()),
        rules=tuple((name, scan.rules[name].title if name in scan.rules else "", failed[name]) for name in names),
        findings=tuple(against[:LINKED]),
        failures=len(against),
    )


def sheet_of(summary: FrameworkSummary, rows: Rows) -> FrameworkSection:
    """One framework, with its controls in the catalogue's order where there are rows of them."""
    members = [row for key, row in rows.items() if key[:2] == (summary.id, summary.edition)]
    shown = ((status, summary.counts.get(status, 0)) for status in _IN_BAR)
    told = (figures.statuses(summary), figures.conformity(summary), figures.evidence(summary), *figures.limits(summary))
    return FrameworkSection(
        summary=summary,
        key=slug(summary.id, summary.edition),
        told=tuple(f"{text[0].upper()}{text[1:]}." for text in told if text),
        bar=_parts(summary.controls, shown),
        statuses=tally((row.control.status for row in members), ControlStatus),
        parents=tuple((parent, tuple(some)) for parent, some in groupby(members, lambda row: row.control.parent)),
    )


_IN_BAR = (
    ControlStatus.ERROR,
    ControlStatus.NOT_SATISFIED,
    ControlStatus.WEAKENED,
    ControlStatus.PARTIAL,
    ControlStatus.SATISFIED,
    ControlStatus.MANUAL,
    ControlStatus.NOT_APPLICABLE,
)


def _parts(whole: int, numbers: Iterable[tuple[ControlStatus, int]]) -> tuple[BarPart, ...]:
    """The parts of a bar, one after the other from its left end."""
    parts: list[BarPart] = []
    before = 0
    for kind, number in numbers:
        if number:
            parts.append(BarPart(kind, 100 * before / whole, 100 * number / whole))
        before += number
    return tuple(parts)


def _extent(checkable: Checkable) -> str:
    match checkable:
        case Checkable.FULL:
            return "in full"
        case Checkable.PARTIAL:
            return "in part"
        case Checkable.MANUAL:
            return "nothing"


def _evidence(way: ShownBy) -> str:
    match way:
        case ShownBy.MANIFEST:
            return "configuration of the platform"
        case ShownBy.DECLARED:
            return "statements in documents"
