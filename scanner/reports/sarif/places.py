"""Places in SARIF: the URI of a path, a region in code points, a location with the field it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import quote as percent_encode

from scanner.reports.excerpt import last_line, quote

if TYPE_CHECKING:
    from scanner.finished_scan import Scan
    from scanner.model import Finding
    from scanner.places import Location

Json: TypeAlias = dict[str, Any]

ROOT = "SRCROOT"
STANDARD_INPUT = "file:///dev/stdin"


def artifact(path: str) -> Json:
    """Return the location of an input: relative to the scan root, or an absolute file URI outside of it."""
    if path == "-":
        return {"uri": STANDARD_INPUT, "description": {"text": "Standard input."}}
    if path.startswith("/"):
        return {"uri": uri(path)}
    return {"uri": uri(path), "uriBaseId": ROOT}


def uri(path: str) -> str:
    """Return a path as a URI reference that gives its bytes back when percent-decoded.

    Every byte but letters, digits and ``-._~`` is encoded, so that a colon does not begin a scheme and a name
    that is not UTF-8 is preserved.
    """
    segments = [segment for segment in path.split("/") if segment not in ("", ".")]
    encoded = "/".join(percent_encode(segment.encode("utf-8", "surrogateescape"), safe="") for segment in segments)
    return "file:///" + encoded if path.startswith("/") else encoded or "."


def place(scan: Scan, location: Location) -> Json:
    """Return a physical location, with its text where that is at hand and holds no secret."""
    found = region(scan, location)
    snippet = quote(scan, location)
    if snippet is not None:
        found["snippet"] = {"text": snippet}
    return {"artifactLocation": artifact(location.path), "region": found}


def logical(finding: Finding) -> Json:
    """Return the subject of a finding, and the field of it that the finding is about."""
    field = finding.location.field
    return {
        "name": field or finding.subject_name or finding.subject_id,
        "fullyQualifiedName": f"{finding.subject_id}#{field}" if field else finding.subject_id,
        "kind": finding.subject_kind,
    }


def region(scan: Scan, location: Location) -> Json:
    """Return a region that ends behind its last character, not at the beginning of the line that follows it."""
    end_line, end_column = location.end_line, location.end_column
    lines = scan.texts.get(location.path, ())
    last = last_line(location)
    if last < end_line and last <= len(lines):
        end_line, end_column = last, len(lines[last - 1]) + 1
    return {"startLine": location.line, "startColumn": location.column, "endLine": end_line, "endColumn": end_column}
