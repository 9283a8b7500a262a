"""The report for people: one HTML file that needs no network, no script and no second file."""

from __future__ import annotations

import re
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from itertools import accumulate, groupby
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scanner.library import data_root
from scanner.model import (
    DISCLAIMER,
    SEVERITIES,
    Assessment,
    ControlLink,
    ControlStatus,
    Finding,
    FrameworkSummary,
    InputStatus,
    Outcome,
    RuleInfo,
    Scan,
    Severity,
)
from scanner.reports.excerpt import Line, excerpt
from scanner.reports.safe_text import UNSEEN

if TYPE_CHECKING:
    from jinja2 import Environment

EXCERPTS = 2000
"""With more findings than this, only the first ones of each rule show their source; all show their place."""
LINKED = 8
"""A control links to so many of its findings directly, and to the rules for the others."""

_UNSEEN = re.compile(f"[\x00-\x08\x0a-\x1f{UNSEEN}\ud800-\udfff]")
_VERDICTS = {
    0: ("Nothing failed at the threshold", "everything found was assessed, nothing at or above the threshold failed"),
    1: ("Findings at or above the threshold", "failing outcomes at or above the threshold"),
    2: ("Not run", "usage, configuration or rule-pack error"),
    3: ("Nothing to assess", "nothing to assess"),
    4: ("Incomplete", "some input or rule could not be assessed"),
    5: ("Internal error", "internal error"),
}
_BANDS = {str(severity): severity.capitalize() for severity in SEVERITIES} | {
    "error": "Could not be evaluated",
    "unknown": "Undecided: the files do not say",
    "pass": "Passed",
}
_INPUT_ORDER = (InputStatus.UNREADABLE, InputStatus.SKIPPED, InputStatus.ASSESSED)


@dataclass(frozen=True, slots=True)
class _Item:
    """One finding as a line of the report."""

    finding: Finding
    anchor: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class _Group:
    """One rule with all its findings: what is true of the rule is said once."""

    rule: RuleInfo
    anchor: str
    band: str
    severity: Severity
    counts: dict[str, int]
    items: tuple[_Item, ...]
    frameworks: tuple[tuple[FrameworkSummary, tuple[tuple[ControlLink, _Row | None], ...]], ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """One control of a framework, with what it rests on."""

    control: Assessment
    anchor: str
    reasons: tuple[ControlLink, ...]
    rules: tuple[tuple[str, str, int], ...]
    """Rule id, title, number of failing findings; worst first."""
    findings: tuple[tuple[str, Finding], ...]
    """The first findings, each with its anchor."""


def render(scan: Scan) -> str:
    """Return the report of a scan as one self-contained HTML document."""
    from markupsafe import Markup

    folder = data_root() / "templates"
    style, script = ((folder / name).read_text(encoding="utf-8") for name in ("report.css", "report.js"))
    page = _environment(folder).get_template("report.html.j2")
    return page.render(
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        style_hash=_source_hash(style),
        script_hash=_source_hash(script),
        disclaimer=DISCLAIMER,
        **_view(scan),
    )


def _environment(folder: Path) -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_seen,
    )
    environment.filters |= {"count": _count, "percent": _percent, "secure": _is_secure, "slug": _slug}
    return environment


def _source_hash(text: str) -> str:
    """Return the hash by which the page's security policy admits a script or a style."""
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


def _seen(value: object) -> object:
    """Return a text with its invisible and direction-changing characters spelled out, anything else as it is."""
    if type(value) is not str or value.isprintable():
        return value
    return _UNSEEN.sub(lambda found: f"⟨U+{ord(found.group()):04X}⟩", value)


def _count(number: int, noun: str, plural: str = "") -> str:
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def _percent(share: float) -> str:
    """Return a share as a percentage that says 0 or 100 only where that is exact."""
    rounded = round(100 * share)
    return f"{min(max(rounded, 1), 99) if 0 < share < 1 else rounded} %"


def _is_secure(address: str) -> bool:
    return address.startswith("https://") and address.isprintable() and " " not in address


def _slug(*parts: str) -> str:
    return re.sub(r"[^\w.:()-]+", "-", "-".join(parts))


def _view(scan: Scan) -> dict[str, Any]:
    """Return everything that the template prints."""
    anchors = _anchors(scan.findings)
    rows = _rows(scan, anchors)
    groups = _groups(scan, anchors, rows)
    headline, meaning = _VERDICTS.get(scan.verdict.exit_code, ("Unknown verdict", "not documented"))
    inputs = sorted(scan.inputs, key=lambda item: (_INPUT_ORDER.index(item.status), item.path))
    return {
        "scan": scan,
        "run": scan.run,
        "headline": headline,
        "meaning": meaning,
        "failed": _tally((item.severity for item in scan.findings if item.outcome is Outcome.FAIL), SEVERITIES),
        "outcomes": {outcome: scan.outcomes.get(outcome, 0) for outcome in Outcome},
        "inputs": [(status, list(members)) for status, members in groupby(inputs, attrgetter("status"))],
        "met": _tally((item.status for item in scan.inputs), _INPUT_ORDER),
        "severities": _tally((item.severity for item in scan.findings), SEVERITIES),
        "listed": _tally((item.outcome for item in scan.findings), tuple(Outcome)),
        "statuses": _tally((item.status for item in scan.assessments), tuple(ControlStatus)),
        "first_error": next(
            (name for name, item in zip(anchors, scan.findings, strict=True) if item.outcome == "error"), ""
        ),
        "kinds": sorted({item.subject_kind for item in scan.findings}),
        "bands": _bands(groups),
        "grouped": {group.rule.id: group.anchor for group in groups},
        "sheets": [_sheet(summary, rows) for summary in scan.frameworks],
        "cut": len(scan.findings) > EXCERPTS,
    }


def _tally(found: Iterable[str], order: tuple[str, ...]) -> dict[str, int]:
    """Return how often each word of an order was found, in that order."""
    counts = Counter(found)
    return {word: counts[word] for word in order}


def _anchors(findings: Iterable[Finding]) -> list[str]:
    """Return a stable name for each finding; findings that share a fingerprint are numbered."""
    seen: Counter[str] = Counter()
    names = []
    for finding in findings:
        name = _slug("finding", finding.fingerprint[:12])
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name}-{seen[name]}")
    return names


def _groups(scan: Scan, anchors: list[str], rows: dict[tuple[str, str, str], _Row]) -> list[_Group]:
    """Return the findings by rule, worst rule first; within a rule fails come first, then in order of place."""
    order = list(Outcome)
    by_rule: dict[str, list[tuple[Finding, str]]] = {}
    for finding, anchor in zip(scan.findings, anchors, strict=True):
        by_rule.setdefault(finding.rule, []).append((finding, anchor))
    allowed = EXCERPTS if len(scan.findings) <= EXCERPTS else max(1, EXCERPTS // len(by_rule))
    groups = []
    for name, members in by_rule.items():
        members.sort(key=lambda member: (order.index(member[0].outcome), SEVERITIES.index(member[0].severity)))
        worst = members[0][0]
        items = tuple(
            _Item(item, anchor, excerpt(scan, item) if n < allowed and item.outcome is not Outcome.PASS else ())
            for n, (item, anchor) in enumerate(members)
        )
        groups.append(
            _Group(
                rule=scan.rules[name],
                anchor=_slug("rule", name),
                band=worst.severity if worst.outcome is Outcome.FAIL else worst.outcome,
                severity=worst.severity,
                counts=dict(Counter(item.outcome for item, _ in members)),
                items=items,
                frameworks=_links(scan, name, rows),
            )
        )
    groups.sort(key=lambda group: (SEVERITIES.index(group.severity), -len(group.items), group.rule.id))
    return groups


def _links(scan: Scan, rule: str, rows: dict[tuple[str, str, str], _Row]) -> Any:
    """Return the controls that a rule bears on, by framework."""
    found: dict[tuple[str, str], list[tuple[ControlLink, _Row | None]]] = {}
    for link in scan.links.get(rule, ()):
        row = rows.get((link.framework, link.edition, link.control))
        found.setdefault((link.framework, link.edition), []).append((link, row))
    return tuple((item, found[item.id, item.edition]) for item in scan.frameworks if (item.id, item.edition) in found)


def _bands(groups: list[_Group]) -> list[tuple[str, str, list[_Group]]]:
    """Return the groups under their headings: severities of what failed, then what did not fail."""
    bands = ((key, title, [group for group in groups if group.band == key]) for key, title in _BANDS.items())
    return [band for band in bands if band[2]]


def _rows(scan: Scan, anchors: list[str]) -> dict[tuple[str, str, str], _Row]:
    """Return every control by framework, edition and id."""
    found: dict[str, list[tuple[str, Finding]]] = {}
    for finding, anchor in zip(scan.findings, anchors, strict=True):
        found.setdefault(finding.fingerprint, []).append((anchor, finding))
    return {(item.framework, item.edition, item.control): _row(scan, item, found) for item in scan.assessments}


def _row(scan: Scan, item: Assessment, found: dict[str, list[tuple[str, Finding]]]) -> _Row:
    """Return one control with its rules and findings, worst first."""
    against = [pair for fingerprint in item.findings for pair in found.get(fingerprint, ())]
    against.sort(key=lambda pair: SEVERITIES.index(pair[1].severity))
    failed = Counter(finding.rule for _, finding in against)
    names = sorted({*item.rules, *failed}, key=lambda name: (-failed[name], name))
    reasons = {(link.objective, link.rule, link.relation, link.strength, link.rationale): link for link in item.links}
    return _Row(
        control=item,
        anchor=_slug("control", item.framework, item.edition, item.control),
        reasons=tuple(reasons.values()),
        rules=tuple((name, scan.rules[name].title if name in scan.rules else "", failed[name]) for name in names),
        findings=tuple(against[:LINKED]),
    )


def _sheet(summary: FrameworkSummary, rows: dict[tuple[str, str, str], _Row]) -> dict[str, Any]:
    """Return one framework: its figures in words, and its controls under their parents."""
    members = [row for key, row in rows.items() if key[:2] == (summary.id, summary.edition)]
    distinct = {fingerprint for row in members for fingerprint in row.control.findings}
    against, whole, covered = summary.covered - summary.sound, summary.controls or 1, summary.covered or 1
    manual = 100 * summary.manual / whole
    return {
        "summary": summary,
        "coverage": [*_stack(whole, sound=summary.sound, against=against), ("manual", 100 - manual, manual)],
        "conformity": _stack(covered, sound=summary.sound, against=against),
        "key": _slug(summary.id, summary.edition),
        "other": max(0, summary.controls - summary.covered - summary.manual),
        "findings": len(distinct),
        "touched": sum(1 for row in members if row.control.findings),
        "statuses": _tally((row.control.status for row in members), tuple(ControlStatus)),
        "parents": [(parent, list(some)) for parent, some in groupby(members, lambda row: row.control.parent)],
    }


def _stack(whole: int, **parts: int) -> list[tuple[str, float, float]]:
    """Return the parts of a bar, one after the other: kind, start and width, in hundredths of the whole."""
    ends = list(accumulate(parts.values(), initial=0))
    return [
        (kind, 100 * start / whole, 100 * width / whole)
        for (kind, width), start in zip(parts.items(), ends, strict=False)
    ]
