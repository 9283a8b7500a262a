"""Outcomes in SARIF: results with their place, their fingerprint and their fix."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from msgspec.structs import replace

from scanner.baseline import BaselineState
from scanner.finished_scan import Scan
from scanner.model import Finding, Outcome
from scanner.places import Edit, Fix, Related
from scanner.reports.fingerprints import unique
from scanner.reports.sarif.places import artifact, logical, place
from scanner.reports.sarif.rules import LEVELS
from scanner.reports.sarif.text import plain, sentence
from scanner.reports.waivers import justification

Json: TypeAlias = dict[str, Any]

FINGERPRINT = "assay/v1"
MOST_LINKS = 10
"""A message that links more related locations than this is no longer read."""

_STATES = {
    BaselineState.NEW: "new",
    BaselineState.UNCHANGED: "unchanged",
    BaselineState.WORSE: "updated",
    BaselineState.MOVED: "updated",
    BaselineState.OUT_OF_SIGHT: "updated",
    BaselineState.INCOMPARABLE: "updated",
    BaselineState.FIXED: "absent",
}
_KINDS = {Outcome.FAIL: "fail", Outcome.ERROR: "open", Outcome.UNKNOWN: "open", Outcome.PASS: "pass"}


def results(scan: Scan) -> Iterator[Json]:
    """Every outcome that is listed, in the order of the scan; each is computed while it is written."""
    indexes = {rule: index for index, rule in enumerate(sorted(scan.rules))}
    waived = any(finding.waiver for finding in scan.findings)  # SARIF wants suppressions of all results or of none
    for finding, own in zip(scan.findings, unique(scan.findings), strict=True):
        result = _result(scan, finding, indexes[finding.rule], own)
        yield {**result, "suppressions": _suppressions(scan, finding)} if waived else result
    gone = scan.comparison.gone if scan.comparison else ()
    base = replace(scan, texts={})  # those at hand are of the files of now
    for finding, own in zip(gone, unique(gone), strict=True):
        result = _result(base, finding, indexes[finding.rule], own)
        yield {**result, "suppressions": []} if waived else result


def message(finding: Finding) -> str:
    """Return the message with links to related places: GitHub shows only places that the message links."""
    links = [f"[{_link_text(item.message)}]({number})" for number, item in enumerate(finding.related[:MOST_LINKS], 1)]
    related = f" See {', '.join(links)}." if links else ""
    return sentence(finding.message) + related


def _result(scan: Scan, finding: Finding, index: int, fingerprint: str) -> Json:
    failed = finding.outcome == Outcome.FAIL
    result: Json = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "kind": _KINDS[finding.outcome],
        "level": LEVELS[finding.severity] if failed else "none",
        "message": {"text": message(finding)},
        "locations": [{"physicalLocation": place(scan, finding.location), "logicalLocations": [logical(finding)]}],
    }
    if finding.related:
        result["relatedLocations"] = [_related(scan, number, item) for number, item in enumerate(finding.related, 1)]
    if finding.path:
        result["codeFlows"] = [{"threadFlows": [{"locations": _path(scan, finding)}]}]
    result["partialFingerprints"] = {FINGERPRINT: fingerprint}
    if finding.fix and finding.fix.edits:
        result["fixes"] = [_fix(scan, finding.location.path, finding.fix)]
    if finding.baseline_state:
        result["baselineState"] = _STATES[finding.baseline_state]
    result["properties"] = {"outcome": finding.outcome, "severity": finding.severity}
    if finding.counted_because:
        result["properties"]["severityReason"] = plain(finding.counted_because)
    return result


def _path(scan: Scan, finding: Finding) -> list[Json]:
    """Each place that data came by; the last one is the flow of the finding itself."""
    return [
        {"location": {"physicalLocation": place(scan, step.location), "message": {"text": plain(step.message)}}}
        for step in finding.path
    ]


def _suppressions(scan: Scan, finding: Finding) -> list[Json]:
    """What accepts a finding; nothing for most."""
    if not finding.waiver:
        return []
    result = scan.waivers.of(finding.waiver)
    kind = "inSource" if result and result.waiver.inline else "external"
    stated = {"waiver": finding.waiver}
    if result:
        own = result.waiver
        stated |= {"type": own.type, "approver": own.approver, "approved": own.approved, "expires": own.expires}
    return [
        {
            "kind": kind,
            "status": "accepted",
            "justification": sentence(justification(scan, finding)),
            "properties": {key: plain(value) for key, value in stated.items() if value},
        }
    ]


def _fix(scan: Scan, path: str, fix: Fix) -> Json:
    """Return a fix as replacements, in the order of the text; a region without length is an insertion."""
    review = "" if fix.safe else "; it may change the behaviour of the system, so review it"
    return {
        "description": {"text": sentence(fix.words[:1].upper() + fix.words[1:] + review)},
        "artifactChanges": [
            {
                "artifactLocation": artifact(path),
                "replacements": [_replacement(edit, scan.texts.get(path, ())) for edit in fix.edits],
            }
        ],
    }


def _replacement(edit: Edit, lines: Sequence[str]) -> Json:
    """Return an edit; lines that are put behind the last one begin at its end, for a region lies within the file."""
    line, column, text = edit.line, edit.column, edit.text
    if (line, column) == (edit.end_line, edit.end_column) == (len(lines), 1) and line > 1 and not lines[-1]:
        body = text.rstrip("\r\n")
        line, column, text = line - 1, len(lines[-2]) + 1, text[len(body) :] + body
        edit = replace(edit, end_line=line, end_column=column)
    region = {"startLine": line, "startColumn": column, "endLine": edit.end_line, "endColumn": edit.end_column}
    return {"deletedRegion": region, **({"insertedContent": {"text": text}} if text else {})}


def _link_text(text: str) -> str:
    text = plain(text).rstrip(".") or "related location"
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def _related(scan: Scan, number: int, related: Related) -> Json:
    message = sentence(related.message or "related location")
    return {"id": number, "physicalLocation": place(scan, related.location), "message": {"text": message}}
