"""What the page says of each finding, rule and control, in the order in which it says it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate, groupby
from typing import Any

from scanner.controls import Assessment, ControlLink, ControlStatus, FrameworkSummary
from scanner.model import SEVERITIES, Finding, Outcome, RuleInfo, Scan, Severity
from scanner.reports.changes import ChangedLine, change
from scanner.reports.excerpt import Line, excerpt

EXCERPTS = 2000
"""With more findings than this, only the first ones of each rule show their source; all show their place."""
LINKED = 8
"""A control links to so many of its findings directly, and to the rules for the others."""

_BANDS = {str(severity): severity.capitalize() for severity in SEVERITIES} | {
    "error": "Could not be evaluated",
    "unknown": "Undecided: the files do not say",
    "pass": "Passed",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One finding as a line of the report."""

    finding: Finding
    anchor: str
    lines: tuple[Line, ...]
    change: tuple[ChangedLine, ...]
    """What its fix would change, empty where there is none or it cannot be shown."""


@dataclass(frozen=True, slots=True)
class Group:
    """One rule with all its findings: what is true of the rule is said once."""

    rule: RuleInfo
    anchor: str
    band: str
    severity: Severity
    counts: dict[str, int]
    items: tuple[Item, ...]
    frameworks: tuple[tuple[FrameworkSummary, tuple[tuple[ControlLink, Row | None], ...]], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One control of a framework, with what it rests on."""

    control: Assessment
    anchor: str
    reasons: tuple[ControlLink, ...]
    rules: tuple[tuple[str, str, int], ...]
    """Rule id, title, number of failing findings; worst first."""
    findings: tuple[tuple[str, Finding], ...]
    """The first findings, each with its anchor."""


def tally(found: Iterable[str], order: tuple[str, ...]) -> dict[str, int]:
    """Return how often each word of an order was found, in that order."""
    counts = Counter(found)
    return {word: counts[word] for word in order}


def slug(*parts: str) -> str:
    """Return parts joined into a name that an address may hold."""
    return re.sub(r"[^\w.:()-]+", "-", "-".join(parts))


def anchors_of(findings: Iterable[Finding]) -> list[str]:
    """Return a stable name for each finding; findings that share a fingerprint are numbered."""
    seen: Counter[str] = Counter()
    names = []
    for finding in findings:
        name = slug("finding", finding.fingerprint[:12])
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name}-{seen[name]}")
    return names


def groups_of(scan: Scan, anchors: list[str], rows: dict[tuple[str, str, str], Row]) -> list[Group]:
    """Return the findings by rule, worst rule first; within a rule fails come first, then in order of place."""
    order = list(Outcome)
    by_rule: dict[str, list[tuple[Finding, str]]] = {}
    for finding, anchor in zip(scan.findings, anchors, strict=True):
        by_rule.setdefault(finding.rule, []).append((finding, anchor))
    allowed = max(1, EXCERPTS // len(by_rule)) if is_cut(scan) else EXCERPTS
    groups = []
    for name, members in by_rule.items():
        members.sort(key=lambda member: (order.index(member[0].outcome), SEVERITIES.index(member[0].severity)))
        worst = members[0][0]
        items = tuple(
            _item(scan, item, anchor, shown=n < allowed and item.outcome is not Outcome.PASS)
            for n, (item, anchor) in enumerate(members)
        )
        groups.append(
            Group(
                rule=scan.rules[name],
                anchor=slug("rule", name),
                band=worst.severity if worst.outcome is Outcome.FAIL else worst.outcome,
                severity=worst.severity,
                counts=dict(Counter(item.outcome for item, _ in members)),
                items=items,
                frameworks=_links(scan, name, rows),
            )
        )
    groups.sort(key=lambda group: (SEVERITIES.index(group.severity), -len(group.items), group.rule.id))
    return groups


def is_cut(scan: Scan) -> bool:
    """Return whether there are too many findings to show the source of each."""
    return len(scan.findings) > EXCERPTS


def _item(scan: Scan, finding: Finding, anchor: str, *, shown: bool) -> Item:
    """Return a finding, with its source and the change of its fix where these are to be shown."""
    return Item(finding, anchor, *((excerpt(scan, finding), change(scan, finding)) if shown else ((), ())))


def _links(scan: Scan, rule: str, rows: dict[tuple[str, str, str], Row]) -> Any:
    """Return the controls that a rule bears on, by framework."""
    found: dict[tuple[str, str], list[tuple[ControlLink, Row | None]]] = {}
    for link in scan.links.get(rule, ()):
        row = rows.get((link.framework, link.edition, link.control))
        found.setdefault((link.framework, link.edition), []).append((link, row))
    return tuple((item, found[item.id, item.edition]) for item in scan.frameworks if (item.id, item.edition) in found)


def bands_of(groups: list[Group]) -> list[tuple[str, str, list[Group]]]:
    """Return the groups under their headings: severities of what failed, then what did not fail."""
    bands = ((key, title, [group for group in groups if group.band == key]) for key, title in _BANDS.items())
    return [band for band in bands if band[2]]


def rows_of(scan: Scan, anchors: list[str]) -> dict[tuple[str, str, str], Row]:
    """Return every control by framework, edition and id."""
    found: dict[str, list[tuple[str, Finding]]] = {}
    for finding, anchor in zip(scan.findings, anchors, strict=True):
        found.setdefault(finding.fingerprint, []).append((anchor, finding))
    return {(item.framework, item.edition, item.control): _row(scan, item, found) for item in scan.assessments}


def _row(scan: Scan, item: Assessment, found: dict[str, list[tuple[str, Finding]]]) -> Row:
    """Return one control with its rules and findings, worst first."""
    against = [pair for fingerprint in item.findings for pair in found.get(fingerprint, ())]
    against.sort(key=lambda pair: SEVERITIES.index(pair[1].severity))
    failed = Counter(finding.rule for _, finding in against)
    names = sorted({*item.rules, *failed}, key=lambda name: (-failed[name], name))
    reasons = {(link.objective, link.rule, link.relation, link.strength, link.rationale): link for link in item.links}
    return Row(
        control=item,
        anchor=slug("control", item.framework, item.edition, item.control),
        reasons=tuple(reasons.values()),
        rules=tuple((name, scan.rules[name].title if name in scan.rules else "", failed[name]) for name in names),
        findings=tuple(against[:LINKED]),
    )


def sheet(summary: FrameworkSummary, rows: dict[tuple[str, str, str], Row]) -> dict[str, Any]:
    """Return one framework: its figures in words, and its controls under their parents."""
    members = [row for key, row in rows.items() if key[:2] == (summary.id, summary.edition)]
    distinct = {fingerprint for row in members for fingerprint in row.control.findings}
    against, whole, covered = summary.covered - summary.sound, summary.controls or 1, summary.covered or 1
    manual = 100 * summary.manual / whole
    return {
        "summary": summary,
        "coverage": [*_stack(whole, sound=summary.sound, against=against), ("manual", 100 - manual, manual)],
        "conformity": _stack(covered, sound=summary.sound, against=against),
        "key": slug(summary.id, summary.edition),
        "other": max(0, summary.controls - summary.covered - summary.manual),
        "findings": len(distinct),
        "touched": sum(1 for row in members if row.control.findings),
        "statuses": tally((row.control.status for row in members), tuple(ControlStatus)),
        "parents": [(parent, list(some)) for parent, some in groupby(members, lambda row: row.control.parent)],
    }


def _stack(whole: int, **parts: int) -> list[tuple[str, float, float]]:
    """Return the parts of a bar, one after the other: kind, start and width, in hundredths of the whole."""
    ends = list(accumulate(parts.values(), initial=0))
    return [
        (kind, 100 * start / whole, 100 * width / whole)
        for (kind, width), start in zip(parts.items(), ends, strict=False)
    ]
