"""Data of the page about findings: by rule, the rules under their severity, each with its controls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain

from msgspec import Struct

from scanner.controls import ControlLink, FrameworkSummary, Relation, Strength
from scanner.finished_scan import Scan
from scanner.model import SEVERITIES, Finding, Outcome, RuleInfo, Severity
from scanner.reports import figures
from scanner.reports.changed import state_of
from scanner.reports.changes import ChangedLine, change
from scanner.reports.counts_as import counts_as
from scanner.reports.excerpt import Line, excerpt
from scanner.reports.html.anchors import slug
from scanner.reports.html.controls import ControlRow, Rows
from scanner.reports.waivers import justification

LISTED = 200
"""Findings that are in the page as HTML, worst first; its script adds the others."""
LEAST_OF_RULE = 5
"""The number of findings of each rule that are in the page before a rule gets more."""
_AS_BEFORE = "Not made worse by the change"
CHANGES = 2000
"""With more findings than this, only the first ones of each rule show what their fix would change."""


class FindingItem(Struct, frozen=True):
    """One finding as a line of the report."""

    finding: Finding
    anchor: str
    lines: tuple[Line, ...]
    change: tuple[ChangedLine, ...]
    """What its fix would change, empty where there is none or it cannot be shown."""
    waived: str = ""
    """Why it is accepted, empty where no waiver covers it."""
    since: str = ""
    """What became of it since the base of a comparison, in words."""
    counts: str = ""
    """Why it counts lower than its rule, empty where it does not."""


class FrameworkMappings(Struct, frozen=True):
    """A framework with the controls that a rule is mapped to, each with its row where the page has one."""

    framework: FrameworkSummary
    first: bool
    """The framework is one of those that are listed first."""
    controls: int
    decides: bool
    """It is mapped to some of them with more than low strength."""
    links: tuple[tuple[Relation, Strength, tuple[tuple[ControlLink, ControlRow | None], ...]], ...]


class RuleGroup(Struct, frozen=True):
    """One rule with all its findings."""

    rule: RuleInfo
    anchor: str
    worst: Outcome
    severity: Severity
    counts: dict[Outcome, int]
    items: tuple[FindingItem, ...]
    """The findings that are in the page as HTML."""
    further: tuple[FindingItem, ...]
    """Those that its script brings in."""
    frameworks: tuple[FrameworkMappings, ...]

    @property
    def left(self) -> dict[Outcome, int]:
        """The number of findings that are not in the page as HTML, by outcome."""
        return dict(Counter(item.finding.outcome for item in self.further))


class FindingsSection(Struct, frozen=True):
    """Rules under one heading: a severity of what failed, or what did not fail."""

    key: str
    title: str
    groups: tuple[RuleGroup, ...]


def bands_of(scan: Scan, anchors: Sequence[str], rows: Rows) -> tuple[FindingsSection, ...]:
    """The findings by rule, worst rule first; within a rule fails come first, then in order of place.

    In a comparison, what the change did not make worse comes last.
    """
    order = list(Outcome)
    by_group: dict[tuple[bool, str], list[tuple[Finding, str]]] = {}
    for finding, anchor in zip(scan.findings, anchors, strict=True):
        by_group.setdefault((_rests(scan, finding), finding.rule), []).append((finding, anchor))
    for members in by_group.values():
        members.sort(key=lambda member: (order.index(member[0].outcome), SEVERITIES.index(member[0].severity)))
    ranked = sorted(by_group, key=lambda key: (key[0], rank(by_group[key][0][0], len(by_group[key]))))
    listed = _listed([len(by_group[key]) for key in ranked])
    changes = max(1, CHANGES // len(by_group)) if len(scan.findings) > CHANGES else CHANGES
    groups = {
        key: _group(scan, by_group[key], number, changes, rows) for key, number in zip(ranked, listed, strict=True)
    }
    counted = [group for (rests, _), group in groups.items() if not rests]
    return tuple(
        band
        for band in chain(
            (_failed(counted, severity) for severity in SEVERITIES),
            (_undecided(counted, outcome) for outcome in Outcome if outcome is not Outcome.FAIL),
            (FindingsSection("base", _AS_BEFORE, tuple(group for (rests, _), group in groups.items() if rests)),),
        )
        if band.groups
    )


def _rests(scan: Scan, finding: Finding) -> bool:
    """Whether a finding does not count, because the change that is judged did not make it worse."""
    return scan.comparison is not None and not finding.counts


def rank(worst: Finding, number: int) -> tuple[int, int, int, str]:
    """The sort key of a rule: failures by severity, then errors, unknowns and passes; many findings before few."""
    return list(Outcome).index(worst.outcome), SEVERITIES.index(worst.severity), -number, worst.rule


def _listed(numbers: Sequence[int]) -> list[int]:
    """The number of findings of each rule that are in the page as HTML, in the order of the rules.

    Each rule gets a few, so that none takes all the room, and what is left over goes to the worst.
    """
    room, listed = LISTED, []
    for number in numbers:
        listed.append(min(number, LEAST_OF_RULE, room))
        room -= listed[-1]
    for index, number in enumerate(numbers):
        more = min(number - listed[index], room)
        listed[index] += more
        room -= more
    return listed


def _group(scan: Scan, members: Sequence[tuple[Finding, str]], listed: int, changes: int, rows: Rows) -> RuleGroup:
    items = tuple(_item(scan, item, anchor, changed=number < changes) for number, (item, anchor) in enumerate(members))
    worst = members[0][0]
    return RuleGroup(
        rule=scan.rules[worst.rule],
        anchor=slug("rule", worst.rule, *(("base",) if _rests(scan, worst) else ())),
        worst=worst.outcome,
        severity=worst.severity,
        counts=dict(Counter(item.outcome for item, _ in members)),
        items=items[:listed],
        further=items[listed:],
        frameworks=tuple(_bearings(scan, worst.rule, rows)),
    )


def _failed(groups: Sequence[RuleGroup], severity: Severity) -> FindingsSection:
    members = (group for group in groups if (group.worst, group.severity) == (Outcome.FAIL, severity))
    return FindingsSection(severity, severity.capitalize(), tuple(members))


def _undecided(groups: Sequence[RuleGroup], outcome: Outcome) -> FindingsSection:
    return FindingsSection(outcome, _heading(outcome), tuple(group for group in groups if group.worst is outcome))


def _heading(outcome: Outcome) -> str:
    match outcome:
        case Outcome.FAIL:
            return "Failed"
        case Outcome.ERROR:
            return "Could not be evaluated"
        case Outcome.UNKNOWN:
            return "Unknown: the scanned files do not decide"
        case Outcome.PASS:
            return "Passed"


def _item(scan: Scan, finding: Finding, anchor: str, *, changed: bool) -> FindingItem:
    """A finding, with its source and the change of its fix where these are to be shown."""
    if finding.outcome is Outcome.PASS:
        return FindingItem(finding, anchor, (), ())
    changes = change(scan, finding) if changed else ()
    told = (justification(scan, finding), state_of(finding), counts_as(scan, finding))
    return FindingItem(finding, anchor, excerpt(scan, finding), changes, *told)


def _bearings(scan: Scan, rule: str, rows: Rows) -> Iterator[FrameworkMappings]:
    """The controls that a rule is mapped to, by framework, and within one by relation and strength."""
    first = figures.in_order(scan).first
    for item in scan.frameworks:
        found: dict[tuple[Relation, Strength], dict[str, tuple[ControlLink, ControlRow | None]]] = {}
        for link in scan.links.get(rule, ()):
            if (link.framework, link.edition) == (item.id, item.edition):
                row = rows.get((link.framework, link.edition, link.control))
                found.setdefault((link.relation, link.strength), {})[link.control] = (link, row)
        if found:
            ways = sorted(found, key=lambda way: (list(Strength).index(way[1]), list(Relation).index(way[0])))
            controls = len({control for some in found.values() for control in some})
            decides = any(strength.bears for _, strength in ways)
            yield FrameworkMappings(
                item, item in first, controls, decides, tuple((*way, tuple(found[way].values())) for way in ways)
            )
