"""Columns in the units of other programs: they count bytes or UTF-16 code units where a Location counts code points."""

from __future__ import annotations

from scanner.finished_scan import Scan
from scanner.places import Location
from scanner.reports.excerpt import last_line

_MASKED = "\u2022"


def utf8(text: str) -> int:
    """The length of a text in bytes."""
    return len(text.encode("utf-8", "surrogatepass"))


def utf16(text: str) -> int:
    """The length of a text in UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


def before(scan: Scan, path: str, line: int, column: int) -> str | None:
    """The text of a line before a column; None where it is not known, or masked, so that its length is not known."""
    lines = scan.texts.get(path, ())
    if not 1 <= line <= len(lines):
        return None
    text = lines[line - 1].rstrip("\r")
    if not 1 <= column <= len(text) + 1 or _MASKED in text[: column - 1]:
        return None
    return text[: column - 1]


def region(scan: Scan, location: Location) -> tuple[str, int, str] | None:
    """The text before the first column, the last line, and the text before the column behind the last character.

    None where a part is not known, or the region is empty.
    """
    end_line, end_column = location.end_line, location.end_column
    lines, last = scan.texts.get(location.path, ()), last_line(location)
    if last < end_line and last <= len(lines):
        end_line, end_column = last, len(lines[last - 1].rstrip("\r")) + 1
    start = before(scan, location.path, location.line, location.column)
    end = before(scan, location.path, end_line, end_column)
    if start is None or end is None or (location.line, len(start)) >= (end_line, len(end)):
        return None
    return start, end_line, end
