"""How a command line names a finding: by its fingerprint, or by its place as reports print it."""

from __future__ import annotations

import os
import re

from scanner.late import regex
from scanner.model import Finding

_FINGERPRINT = regex(r"[0-9a-f]{6,32}")
_PLACE = regex(r"(?P<path>.+?):(?P<line>\d+)(?::(?P<column>\d+))?")
PLACE_EXAMPLE = "deploy/web.yaml:12:9"


def is_fingerprint(text: str) -> bool:
    """Whether a text may be a fingerprint, or its first characters."""
    return _FINGERPRINT.fullmatch(text) is not None


def place_of(text: str) -> re.Match[str] | None:
    """The path, line and column that a text names; None for any other text."""
    return _PLACE.fullmatch(text)


def is_at(finding: Finding, place: re.Match[str]) -> bool:
    """Whether a finding is at a place; without a column, anywhere in the line."""
    where = finding.location
    return (
        where.path == os.path.normpath(place["path"])
        and where.line == int(place["line"])
        and (not place["column"] or where.column == int(place["column"]))
    )
