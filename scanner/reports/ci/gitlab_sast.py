"""The `gitlab-sast` report: a SAST report of GitLab, which lists each finding as a vulnerability.

GitLab reads the fields of its schema 15.0.7, and shows text of a vulnerability as Markdown.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from scanner.exit_codes import INCOMPLETE, NOTHING
from scanner.finished_scan import DISCLAIMER, Scan
from scanner.model import Finding, RuleInfo
from scanner.reports.ci.counted import with_fingerprints
from scanner.reports.ci.markdown import prose
from scanner.reports.ci.notes import configured, incomplete, remarks
from scanner.reports.format import TextFormat
from scanner.reports.json_text import json_text
from scanner.reports.safe_text import safe
from scanner.reports.sarif.taxonomies import web_address

Json: TypeAlias = dict[str, Any]

VERSION = "15.0.7"
_LONGEST_NAME = 255
_LONGEST_SOLUTION = 7_000
_LONGEST_DESCRIPTION = 20_000
_PROGRAM = {"id": "assay", "name": "Assay", "vendor": {"name": "Assay"}}


def render(scan: Scan) -> Iterator[str]:
    """Return the report as JSON, piece by piece; equal scans give equal bytes."""
    return json_text({"version": VERSION, "scan": _scan(scan), "vulnerabilities": _vulnerabilities(scan)})


def _scan(scan: Scan) -> Json:
    """What ran, and what it did not assess; a scan that is not complete has failed."""
    program = {**_PROGRAM, "version": scan.run.version or "unknown"}
    messages = [
        *(("info", note.text) for note in configured(scan)),
        *(("warn", f"{note.path}: {note.sentence}") for note in incomplete(scan)),
        *(("info", note.text) for note in remarks(scan)),
        *(("info", text) for text in (scan.verdict.reason, DISCLAIMER)),
    ]
    return {
        "type": "sast",
        "status": "failure" if scan.verdict.exit_code in (INCOMPLETE, NOTHING) else "success",
        "start_time": _time(scan.run.started),
        "end_time": _time(scan.run.ended),
        "analyzer": program,
        "scanner": program,
        "messages": [{"level": level, "value": safe(text)} for level, text in messages],
    }


def _time(text: str) -> str:
    """A time without its zone, which is UTC; the schema requires one also where the scan was given no clock."""
    return text.removesuffix("Z") or "1970-01-01T00:00:00"


def _vulnerabilities(scan: Scan) -> Iterator[Json]:
    shared: dict[str, Json] = {}
    for finding, fingerprint in with_fingerprints(scan):
        if finding.rule not in shared:
            shared[finding.rule] = _of_rule(scan.rules[finding.rule])
        yield _vulnerability(finding, fingerprint, shared[finding.rule])


def _of_rule(rule: RuleInfo) -> Json:
    """What all findings of a rule have in common; `why` is a part of the description."""
    links = [{"url": address} for address in map(web_address, rule.references) if address]
    return {
        "name": _cut(safe(rule.title), _LONGEST_NAME),
        "why": prose(rule.why),
        **({"solution": prose(rule.remediation, _LONGEST_SOLUTION // 2)} if rule.remediation else {}),
        "identifiers": [{"type": "assay_rule", "name": safe(f"Assay {rule.id}"), "value": safe(rule.first_id)}],
        **({"links": links} if links else {}),
    }


def _vulnerability(finding: Finding, fingerprint: str, rule: Json) -> Json:
    place = finding.location
    lines = {"start_line": place.line, "end_line": max(place.line, place.end_line)}
    path = place.path.removeprefix("./")
    return {
        "id": fingerprint,
        "severity": finding.severity.capitalize(),
        "description": _cut(f"{prose(finding.message)}\n\n{rule['why']}", _LONGEST_DESCRIPTION),
        **{key: value for key, value in rule.items() if key != "why"},
        "location": {"file": path, **lines},
        "tracking": {
            "type": "source",
            "items": [{"file": path, **lines, "signatures": [{"algorithm": "hash", "value": fingerprint}]}],
        },
    }


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


FORMAT = TextFormat(
    media_type="application/json", for_terminal=False, shows_fixes=False, tells_commit=False, render=render
)
