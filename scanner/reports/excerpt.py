"""The lines of source that a report may show around a finding, with every value that may be a secret masked."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from scanner.late import regex

if TYPE_CHECKING:
    from scanner.finished_scan import Scan
    from scanner.model import Finding
    from scanner.places import Location

MASK = "••••"
LONGEST_REGION = 12
"""Of a longer region only the first lines are shown."""
LONGEST_PART = 160
"""Code points of one part of a line; a minified file would otherwise repeat itself for every finding in it."""

_INDENT = regex(r"[ \t]*(?:- +)*")
_KEY = regex(r"""(?:"[^"\\]*"|'[^']*'|[\w.$/-]+)[ \t]*:(?:[ \t]+|$)""")

_Secrets: TypeAlias = dict[str, dict[int, int]]
"""Path -> 1-based line that may hold a secret -> 1-based column at which it begins."""

_KEPT: list[tuple[Scan, _Secrets]] = []


class Line(Struct, frozen=True):
    """One line of an excerpt, cut at the edges of the finding's region; `marked` is empty outside of it."""

    number: int
    before: str
    marked: str
    after: str


def excerpt(scan: Scan, finding: Finding, context: int = 2) -> tuple[Line, ...]:
    """Return the lines of a finding and `context` lines on either side; empty where the text is not at hand.

    A line that a finding of a sensitive rule points into is shown masked, in whatever excerpt it appears; for a
    finding of a sensitive rule no line outside of its region is shown.
    """
    place = finding.location
    lines = scan.texts.get(place.path, ())
    if not 1 <= place.line <= len(lines):
        return ()
    around = 0 if scan.rules[finding.rule].sensitive else context
    last = min(last_line(place), place.line + LONGEST_REGION - 1)
    end = len(lines) if lines[-1] else len(lines) - 1  # what follows the last line end is no line
    numbers = range(max(1, place.line - around), max(place.line, min(end, last + around)) + 1)
    secrets = _secrets(scan).get(place.path, {})
    return tuple(_line(number, lines[number - 1], place, secrets.get(number)) for number in numbers)


def quote(scan: Scan, location: Location) -> str | None:
    """Return the exact text of a region, or None where it is not at hand, too long or may hold a secret."""
    lines = scan.texts.get(location.path, ())
    last = last_line(location)
    if not 1 <= location.line <= last <= len(lines) or last - location.line >= LONGEST_REGION:
        return None
    numbers = range(location.line, last + 1)
    secrets = _secrets(scan).get(location.path, {})
    if any(number in secrets for number in numbers):
        return None
    spans = [(number, *_span(number, lines[number - 1], location)) for number in numbers]
    length = sum(end - start + 1 for _, start, end in spans) - 1
    if not 0 < length <= LONGEST_REGION * LONGEST_PART:
        return None
    return "\n".join(lines[number - 1][start:end] for number, start, end in spans)


def secret_lines(scan: Scan, path: str) -> frozenset[int]:
    """Return the 1-based lines of an input that may hold a secret."""
    return frozenset(_secrets(scan).get(path, ()))


def last_line(location: Location) -> int:
    """Return the last line that a region holds a character of: a region may end before the first of its end line."""
    ends_before = location.end_column <= 1 and location.end_line > location.line
    return max(location.line, location.end_line - 1 if ends_before else location.end_line)


def _line(number: int, text: str, region: Location, secret: int | None) -> Line:
    inside = region.line <= number <= last_line(region)
    if secret is not None:
        before, hidden = _masked(text, secret)
        return Line(number, before, hidden, "") if inside else Line(number, before + hidden, "", "")
    if not inside:
        return Line(number, _beginning(text, 0, len(text)), "", "")
    start, end = _span(number, text, region)
    if not start:
        start = end - len(text[:end].lstrip())
    return Line(number, _ending(text, start), _beginning(text, start, end), _beginning(text, end, len(text)))


def _span(number: int, text: str, region: Location) -> tuple[int, int]:
    """Where the region begins and ends in a line of it; parts are cut out later, for a line may be the whole file."""
    start = min(region.column - 1, len(text)) if number == region.line else 0
    end = min(region.end_column - 1, len(text)) if number == region.end_line else len(text)
    return start, max(start, end)


def _masked(text: str, column: int) -> tuple[str, str]:
    """Return the indent of a line and the rest of it, in which a key is kept and everything else is hidden.

    The key is kept only where the secret's region begins with it or right after it: elsewhere what looks like a key
    may be a part of the secret.
    """
    indent = _INDENT.match(text)
    start = indent.end() if indent else 0
    key = _KEY.match(text, start)
    if key is None or column - 1 not in (start, key.end()):
        return text[:start], MASK
    return text[:start], key.group() + (MASK if key.end() < len(text) else "")


def _secrets(scan: Scan) -> _Secrets:
    """Return the lines that findings of sensitive rules point into; counted once for each scan."""
    if not _KEPT or _KEPT[0][0] is not scan:
        _KEPT[:] = [(scan, _find_secrets(scan))]
    return _KEPT[0][1]


def _find_secrets(scan: Scan) -> _Secrets:
    sensitive = {name for name, rule in scan.rules.items() if rule.sensitive}
    findings = [finding for finding in scan.findings if finding.rule in sensitive]
    places = chain.from_iterable((item.location, *(other.location for other in item.related)) for item in findings)
    found: _Secrets = {}
    for place in places:
        columns = found.setdefault(place.path, {})
        for number in range(place.line, last_line(place) + 1):
            column = place.column if number == place.line else 0
            columns[number] = column if columns.get(number, column) == column else 0
    return found


def _beginning(text: str, start: int, end: int) -> str:
    """The text between two places of a line; the end of a long text is cut."""
    return text[start:end] if end - start <= LONGEST_PART else text[start : start + LONGEST_PART - 1] + "…"


def _ending(text: str, end: int) -> str:
    """The text before a place of a line; the beginning of a long text is cut."""
    return text[:end] if end <= LONGEST_PART else "…" + text[end - LONGEST_PART + 1 : end]
