"""The `sonarqube` report: generic issues with their rules, as SonarQube 10.8 and later import them.

SonarQube ends an analysis for a region that a file does not have: columns are only given where they are certain.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from scanner.finished_scan import Scan
from scanner.model import Finding, Severity
from scanner.places import Location
from scanner.reports.ci.columns import region, utf16
from scanner.reports.ci.counted import worst_first
from scanner.reports.ci.notes import TITLES, Note, every
from scanner.reports.format import TextFormat
from scanner.reports.json_text import json_text
from scanner.reports.safe_text import safe

Json: TypeAlias = dict[str, Any]

_IMPACTS = {
    Severity.CRITICAL: ("BLOCKER", "BLOCKER"),
    Severity.HIGH: ("HIGH", "CRITICAL"),
    Severity.MEDIUM: ("MEDIUM", "MAJOR"),
    Severity.LOW: ("LOW", "MINOR"),
    Severity.INFO: ("INFO", "INFO"),
}
"""The severity of an impact, and that of a rule in the older mode."""


def render(scan: Scan) -> Iterator[str]:
    """Return rules and issues as JSON, piece by piece; equal scans give equal bytes."""
    notes, findings = list(every(scan)), worst_first(scan)
    return json_text(
        {
            "rules": [*_kinds(notes), *_rules(scan, findings)],
            "issues": _issues(scan, notes, findings),
        }
    )


def _kinds(notes: list[Note]) -> Iterator[Json]:
    worst = {note.kind: note.severity for note in notes}
    for kind, severity in worst.items():
        yield _rule(kind, TITLES[kind], TITLES[kind] + ".", severity)


def _rules(scan: Scan, findings: list[Finding]) -> Iterator[Json]:
    severities = {finding.rule: finding.severity for finding in findings}
    for name, severity in sorted(severities.items()):
        info = scan.rules[name]
        described = " ".join(part for part in (info.why or info.title, info.remediation) if part)
        yield _rule(name, info.title, described, severity)


def _rule(name: str, title: str, description: str, severity: Severity) -> Json:
    impact, older = _IMPACTS[severity]
    return {
        "id": safe(name),
        "name": safe(title),
        "description": safe(" ".join(description.split())),
        "engineId": "assay",
        "cleanCodeAttribute": "TRUSTWORTHY",
        "type": "VULNERABILITY",
        "severity": older,
        "impacts": [{"softwareQuality": "SECURITY", "severity": impact}],
    }


def _issues(scan: Scan, notes: list[Note], findings: list[Finding]) -> Iterator[Json]:
    for note in notes:
        place = Location(note.path, note.line, 0, note.line, 0)
        yield {"ruleId": note.kind, "primaryLocation": _location(scan, place, note.sentence)}
    for finding in findings:
        related = [_location(scan, item.location, item.message or "related location") for item in finding.related]
        yield {
            "ruleId": safe(finding.rule),
            "primaryLocation": _location(scan, finding.location, finding.message),
            **({"secondaryLocations": related} if related else {}),
        }


def _location(scan: Scan, place: Location, message: str) -> Json:
    found: Json = {"message": safe(message), "filePath": place.path}
    if place.line:
        found["textRange"] = _range(scan, place)
    return found


def _range(scan: Scan, place: Location) -> Json:
    """Lines from 1 and columns from 0, in UTF-16 code units, the last one exclusive."""
    certain = region(scan, place)
    if certain is None:
        return {"startLine": place.line}
    start, end_line, end = certain
    return {"startLine": place.line, "endLine": end_line, "startColumn": utf16(start), "endColumn": utf16(end)}


FORMAT = TextFormat(
    media_type="application/json", for_terminal=False, shows_fixes=False, tells_commit=False, render=render
)
