"""What the page says of findings: by rule, the rules under their severity, each with the controls it bears on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from scanner.controls import ControlLink, FrameworkSummary
from scanner.model import SEVERITIES, Finding, Outcome, RuleInfo, Scan, Severity
from scanner.reports.changes import ChangedLine, change
from scanner.reports.excerpt import Line, excerpt
from scanner.reports.html.anchors import slug
from scanner.reports.html.controls import Row, Rows

EXCERPTS = 2000
"""With more findings than this, only the first ones of each rule show their source; all show their place."""


@dataclass(frozen=True, slots=True)
class Item:
    """One finding as a line of the report."""

    finding: Finding
    anchor: str
    lines: tuple[Line, ...]
    change: tuple[ChangedLine, ...]
    """What its fix would change, empty where there is none or it cannot be shown."""


@dataclass(frozen=True, slots=True)
class Bearing:
    """A framework with the controls that a rule bears on, each with its row where the page has one."""

    framework: FrameworkSummary
    controls: int
    links: tuple[tuple[ControlLink, Row | None], ...]


@dataclass(frozen=True, slots=True)
class Group:
    """One rule with all its findings: what is true of the rule is said once."""

    rule: RuleInfo
    anchor: str
    worst: Outcome
    severity: Severity
    counts: dict[Outcome, int]
    items: tuple[Item, ...]
    frameworks: tuple[Bearing, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """Rules under one heading: a severity of what failed, or what did not fail."""

    key: str
    title: str
    groups: tuple[Group, ...]


def groups_of(scan: Scan, anchors: Sequence[str], rows: Rows) -> list[Group]:
    """The findings by rule, worst rule first; within a rule fails come first, then in order of place."""
    order = list(Outcome)
    by_rule: dict[str, list[tuple[Finding, str]]] = {}
    for finding, anchor in zip(scan.findings, anchors, strict=True):
        by_rule.setdefault(finding.rule, []).append((finding, anchor))
    allowed = max(1, EXCERPTS // len(by_rule)) if is_cut(scan) else EXCERPTS
    groups = []
    for name, members in by_rule.items():
        members.sort(key=lambda member: (order.index(member[0].outcome), SEVERITIES.index(member[0].severity)))
        items = tuple(
            _item(scan, item, anchor, shown=number < allowed and item.outcome is not Outcome.PASS)
            for number, (item, anchor) in enumerate(members)
        )
        groups.append(
            Group(
                rule=scan.rules[name],
                anchor=slug("rule", name),
                worst=items[0].finding.outcome,
                severity=items[0].finding.severity,
                counts=dict(Counter(item.outcome for item, _ in members)),
                items=items,
                frameworks=tuple(_bearings(scan, name, rows)),
            )
        )
    groups.sort(key=lambda group: (SEVERITIES.index(group.severity), -len(group.items), group.rule.id))
    return groups


def is_cut(scan: Scan) -> bool:
    """Whether there are too many findings to show the source of each."""
    return len(scan.findings) > EXCERPTS


def bands_of(groups: Sequence[Group]) -> tuple[Band, ...]:
    """The groups under their headings, without empty ones."""
    return tuple(
        band
        for band in chain(
            (_failed(groups, severity) for severity in SEVERITIES),
            (_undecided(groups, outcome) for outcome in Outcome if outcome is not Outcome.FAIL),
        )
        if band.groups
    )


def _failed(groups: Sequence[Group], severity: Severity) -> Band:
    members = (group for group in groups if (group.worst, group.severity) == (Outcome.FAIL, severity))
    return Band(severity, severity.capitalize(), tuple(members))


def _undecided(groups: Sequence[Group], outcome: Outcome) -> Band:
    return Band(outcome, _heading(outcome), tuple(group for group in groups if group.worst is outcome))


def _heading(outcome: Outcome) -> str:
    match outcome:
        case Outcome.FAIL:
            return "Failed"
        case Outcome.ERROR:
            return "Could not be evaluated"
        case Outcome.UNKNOWN:
            return "Undecided: the files do not say"
        case Outcome.PASS:
            return "Passed"


def _item(scan: Scan, finding: Finding, anchor: str, *, shown: bool) -> Item:
    """A finding, with its source and the change of its fix where these are to be shown."""
    return Item(finding, anchor, *((excerpt(scan, finding), change(scan, finding)) if shown else ((), ())))


def _bearings(scan: Scan, rule: str, rows: Rows) -> Iterator[Bearing]:
    """The controls that a rule bears on, by framework."""
    found: dict[tuple[str, str], list[tuple[ControlLink, Row | None]]] = {}
    for link in scan.links.get(rule, ()):
        row = rows.get((link.framework, link.edition, link.control))
        found.setdefault((link.framework, link.edition), []).append((link, row))
    for item in scan.frameworks:
        if links := found.get((item.id, item.edition)):
            yield Bearing(item, len({link.control for link, _ in links}), tuple(links))
