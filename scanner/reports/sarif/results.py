"""Outcomes in SARIF: results with their place, their fingerprints and the controls they bear on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from scanner.model import SEVERITIES, Edit, Finding, Fix, Outcome, Related, Scan
from scanner.reports.fingerprints import unique
from scanner.reports.sarif.line_hash import line_hashes
from scanner.reports.sarif.places import artifact, logical, place
from scanner.reports.sarif.rules import LEVELS
from scanner.reports.sarif.taxonomies import Control, references_of
from scanner.reports.sarif.text import plain, sentence

Json: TypeAlias = dict[str, Any]

MOST_RESULTS = 25_000
"""GitHub refuses a run with more."""
MOST_LOCATIONS = 1_000
"""GitHub refuses a result with more."""
MOST_LINKS = 10
"""A message that links more related locations than this is no longer read."""

_KINDS = {Outcome.FAIL: "fail", Outcome.ERROR: "open", Outcome.UNKNOWN: "open", Outcome.PASS: "pass"}


def results(scan: Scan, references: dict[Control, Json]) -> list[Json]:
    """Return the outcomes of a scan in their order; of too many, the worst."""
    kept = _worst(scan.findings)
    kept = [replace(each, fingerprint=own) for each, own in zip(kept, unique(kept), strict=True)]
    indexes = {rule: index for index, rule in enumerate(sorted(scan.rules))}
    taxa = {rule: references_of(links, references) for rule, links in scan.links.items()}
    hashes = _line_hashes(scan, kept)
    return [
        _result(scan, finding, indexes[finding.rule], taxa.get(finding.rule, []), hashes.get(finding.location.path, {}))
        for finding in kept
    ]


def left_out(scan: Scan) -> int:
    """Return how many outcomes the limit of results leaves out."""
    return max(0, len(scan.findings) - MOST_RESULTS)


def _worst(findings: tuple[Finding, ...]) -> list[Finding]:
    """Keep fails by severity, then errors, unknowns and passes, until the limit; the order stays as it was."""
    if len(findings) <= MOST_RESULTS:
        return list(findings)
    outcomes, severities = list(Outcome), list(SEVERITIES)
    ranks = [(outcomes.index(item.outcome), severities.index(item.severity)) for item in findings]
    best = sorted(range(len(findings)), key=ranks.__getitem__)[:MOST_RESULTS]
    return [findings[position] for position in sorted(best)]


def _result(scan: Scan, finding: Finding, index: int, taxa: list[Json], hashes: dict[int, str]) -> Json:
    failed = finding.outcome == Outcome.FAIL
    related = finding.related[: MOST_LOCATIONS - 1]
    result: Json = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "kind": _KINDS[finding.outcome],
        "level": LEVELS[finding.severity] if failed else "none",
        "message": {"text": _message(finding)},
        "locations": [{"physicalLocation": place(scan, finding.location), "logicalLocations": [logical(finding)]}],
    }
    if related:
        result["relatedLocations"] = [_related(scan, number, item) for number, item in enumerate(related, 1)]
    result["partialFingerprints"] = {"assay/v1": finding.fingerprint}
    if finding.location.line in hashes:
        result["partialFingerprints"]["primaryLocationLineHash"] = hashes[finding.location.line]
    if finding.fix and finding.fix.edits:
        result["fixes"] = [_fix(scan, finding.location.path, finding.fix)]
    if taxa:
        result["taxa"] = taxa
    result["properties"] = {"outcome": finding.outcome, "severity": finding.severity}
    return result


def _fix(scan: Scan, path: str, fix: Fix) -> Json:
    """Return a fix as replacements, in the order of the text; a region without length is an insertion."""
    review = "" if fix.safe else "; it may change behaviour, so review it"
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


def _message(finding: Finding) -> str:
    """Return the message with links to related places: GitHub shows only places that the message links."""
    links = [f"[{_link_text(item.message)}]({number})" for number, item in enumerate(finding.related[:MOST_LINKS], 1)]
    related = f" See {', '.join(links)}." if links else ""
    return sentence(finding.message) + related


def _link_text(text: str) -> str:
    text = plain(text).rstrip(".") or "the related place"
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def _related(scan: Scan, number: int, related: Related) -> Json:
    message = sentence(related.message or "the related place")
    return {"id": number, "physicalLocation": place(scan, related.location), "message": {"text": message}}


def _line_hashes(scan: Scan, findings: list[Finding]) -> dict[str, dict[int, str]]:
    digests = {item.path: item.sha256 for item in scan.inputs}
    wanted: defaultdict[str, set[int]] = defaultdict(set)
    for finding in findings:
        wanted[finding.location.path].add(finding.location.line)
    return {
        path: line_hashes(scan.texts.get(path, ()), digests[path], lines)
        for path, lines in wanted.items()
        if path in digests
    }
