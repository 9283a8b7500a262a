"""The `csv` report: a row for each finding, and for what was not assessed or changed, as RFC 4180 says.

A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula: an apostrophe stands before it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

from scanner.finished_scan import Scan
from scanner.late import regex
from scanner.model import Finding, Outcome
from scanner.reports.changed import state_of
from scanner.reports.ci.counted import with_fingerprints
from scanner.reports.ci.notes import WHOLE, Note, configured, incomplete, remarks, undecided
from scanner.reports.fingerprints import unique
from scanner.reports.format import TextFormat
from scanner.reports.safe_text import safe

COLUMNS = (
    *("record", "severity", "rule", "title", "path", "line", "column", "subject", "message", "remediation"),
    *("change", "waiver", "fingerprint"),
)
_FORMULA = regex(r"(\A|[;,|] *)(?=['\"]*[=+\-@\uff1d\uff0b\uff0d\uff20])")
"""Also behind what another program takes for the end of a cell."""
_APART = regex(r"[;,|] *['\"]*[=+\-@\uff1d\uff0b\uff0d\uff20]")
_SIGNS = tuple("=+-@'\"\uff1d\uff0b\uff0d\uff20")


def render(scan: Scan) -> Iterator[str]:
    """Return the rows, the names of the columns first and the verdict last."""
    lines = _Lines()
    writer = csv.writer(lines, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for row in _rows(scan):
        writer.writerow([cell(value) for value in row])
        yield lines.last


class _Lines:
    """Takes what a csv.writer writes."""

    last = ""

    def write(self, line: str) -> int:
        self.last = line
        return len(line)


def _rows(scan: Scan) -> Iterator[Iterable[str | int]]:
    yield COLUMNS
    yield from map(_note, configured(scan))
    yield from map(_note, incomplete(scan))
    yield from (_finding(scan, finding, own) for finding, own in with_fingerprints(scan))
    unknown = set(map(id, undecided(scan)))
    for finding, own in zip(scan.findings, unique(scan.findings), strict=True):
        if id(finding) in unknown:
            yield _finding(scan, finding, own)
    yield from map(_note, remarks(scan))
    yield ("verdict", "", "", "", "", "", "", "", scan.verdict.reason, "", "", "", "")


def _finding(scan: Scan, finding: Finding, fingerprint: str) -> Iterable[str | int]:
    rule, place = scan.rules[finding.rule], finding.location
    record = "finding" if finding.outcome is Outcome.FAIL else finding.outcome
    head = (record, finding.severity, finding.rule, rule.title, place.path, place.line, place.column)
    remediation = rule.remediation if finding.outcome is Outcome.FAIL else finding.provide
    change = (state_of(finding), finding.waiver)
    return (*head, finding.subject_id, finding.message, " ".join(remediation.split()), *change, fingerprint)


def _note(note: Note) -> Iterable[str | int]:
    path = "" if note.path == WHOLE else note.path
    return (note.kind, note.severity, "", "", path, note.line or "", "", "", note.sentence, "", "", "", "")


def cell(value: str | int) -> str:
    """A value as the cell of a table: no spreadsheet takes it for a formula."""
    text = str(value)
    return _FORMULA.sub(r"\1'", safe(text)) if text[:1] in _SIGNS or _APART.search(text) else safe(text)


FORMAT = TextFormat(media_type="text/csv", for_terminal=False, shows_fixes=False, tells_commit=False, render=render)
