"""The `rdjson` report: the Reviewdog Diagnostic Format, with fixes as suggestions for review comments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from scanner.finished_scan import Scan
from scanner.model import Finding
from scanner.places import Location
from scanner.reports.changes import rewritten
from scanner.reports.ci.columns import region, utf8
from scanner.reports.ci.counted import worst_first
from scanner.reports.ci.notes import Note, configured, incomplete, remarks
from scanner.reports.format import TextFormat
from scanner.reports.json_text import json_text
from scanner.reports.safe_text import safe
from scanner.reports.sarif.rules import LEVELS
from scanner.reports.sarif.taxonomies import web_address

Json: TypeAlias = dict[str, Any]

_SEVERITIES = {"error": "ERROR", "warning": "WARNING", "note": "INFO"}


def render(scan: Scan) -> Iterator[str]:
    """Return the diagnostics as JSON, piece by piece; equal scans give equal bytes."""
    return json_text({"source": {"name": "assay"}, "diagnostics": _diagnostics(scan)})


def _diagnostics(scan: Scan) -> Iterator[Json]:
    yield from map(_note, configured(scan))
    yield from map(_note, incomplete(scan))
    yield from (_diagnostic(scan, finding) for finding in worst_first(scan))
    yield from map(_note, remarks(scan))


def _note(note: Note) -> Json:
    where: Json = {"range": {"start": {"line": note.line}}} if note.line else {}
    return {
        "message": safe(note.sentence),
        "location": {"path": note.path, **where},
        "severity": _SEVERITIES[LEVELS[note.severity]],
        "code": {"value": note.kind},
    }


def _diagnostic(scan: Scan, finding: Finding) -> Json:
    rule = scan.rules[finding.rule]
    address = next(filter(None, map(web_address, rule.references)), "")
    fix = _suggestion(scan, finding)
    related = [
        {"message": safe(item.message or "related location"), "location": _location(scan, item.location)}
        for item in finding.related
    ]
    return {
        "message": safe(finding.message),
        "location": _location(scan, finding.location),
        "severity": _SEVERITIES[LEVELS[finding.severity]],
        "code": {"value": safe(finding.rule), **({"url": address} if address else {})},
        **({"suggestions": [fix]} if fix else {}),
        **({"related_locations": related} if related else {}),
    }


def _location(scan: Scan, place: Location) -> Json:
    """Columns from 1 in bytes of UTF-8, the last one exclusive; lines alone where the bytes are not certain."""
    certain = region(scan, place)
    if certain is None:
        return {"path": place.path, "range": {"start": {"line": place.line}}}
    start, end_line, end = certain
    return {
        "path": place.path,
        "range": {
            "start": {"line": place.line, "column": 1 + utf8(start)},
            "end": {"line": end_line, "column": 1 + utf8(end)},
        },
    }


def _suggestion(scan: Scan, finding: Finding) -> Json | None:
    """The whole lines that a fix changes: code hosts take no other suggestion, and only one for a comment."""
    change = rewritten(scan, finding)
    if change is None:
        return None
    first, last, lines = change
    return {"range": {"start": {"line": first}, "end": {"line": last}}, "text": "\n".join(lines)}


FORMAT = TextFormat(
    media_type="application/json", for_terminal=False, shows_fixes=True, tells_commit=False, render=render
)
