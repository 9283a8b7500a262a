"""The `gitlab-codequality` report: what GitLab shows in the Code Quality widget and beside the lines of a change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from itertools import chain
from typing import Any, TypeAlias

from scanner.finished_scan import Scan
from scanner.model import Finding, Severity
from scanner.reports.ci.counted import with_fingerprints
from scanner.reports.ci.notes import REMARKS, Note, configured, incomplete, remarks
from scanner.reports.format import TextFormat
from scanner.reports.json_text import json_text
from scanner.reports.safe_text import safe

Json: TypeAlias = dict[str, Any]

_SEVERITIES = {
    Severity.CRITICAL: "blocker",
    Severity.HIGH: "critical",
    Severity.MEDIUM: "major",
    Severity.LOW: "minor",
    Severity.INFO: "info",
}


def render(scan: Scan) -> Iterator[str]:
    """Return a list of issues as JSON, piece by piece; equal scans give equal bytes."""
    return json_text(_issues(scan))


def _issues(scan: Scan) -> Iterator[Json]:
    """Notes on the configuration first, then what was not assessed, the findings and further notes."""
    seen: Counter[str] = Counter()
    yield from (_note(note, seen) for note in chain(configured(scan), incomplete(scan)))
    for finding, fingerprint in with_fingerprints(scan):
        yield _issue(finding, fingerprint)
    yield from (_note(note, seen) for note in remarks(scan))


def _issue(finding: Finding, fingerprint: str) -> Json:
    place = finding.location
    return {
        "description": safe(finding.message),
        "check_name": finding.rule,
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[finding.severity],
        "location": {
            "path": place.path.removeprefix("./"),
            "lines": {"begin": place.line, "end": max(place.line, place.end_line)},
        },
    }


def _note(note: Note, seen: Counter[str]) -> Json:
    """A note, which is known by its text; a remark is one for the whole scan, whatever number it states."""
    identity = note.kind if note.kind in REMARKS else f"{note.kind}\n{note.path}\n{note.text}"
    seen[identity] += 1
    identity = f"{identity}\n{seen[identity]}"
    return {
        "description": safe(note.sentence),
        "check_name": note.kind,
        "fingerprint": sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:32],
        "severity": _SEVERITIES[note.severity],
        "location": {"path": note.path.removeprefix("./"), "lines": {"begin": max(1, note.line)}},
    }


FORMAT = TextFormat(
    media_type="application/json", for_terminal=False, shows_fixes=False, tells_commit=False, render=render
)
