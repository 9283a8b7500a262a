"""What the fix of a finding would change, line by line; nothing where a line may hold a secret."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from msgspec import Struct

from scanner.reports.excerpt import LONGEST_PART, secret_lines

if TYPE_CHECKING:
    from scanner.finished_scan import Scan
    from scanner.model import Finding
    from scanner.places import Edit

LONGEST_CHANGE = 40
"""The number of lines beyond which a change is described in words only."""


class ChangedLine(Struct, frozen=True):
    """One line of a change: `sign` is `-`, `+` or a blank, `number` that of the line as it is now, 0 for a new one."""

    sign: str
    number: int
    text: str


def change(scan: Scan, finding: Finding) -> tuple[ChangedLine, ...]:
    """Return the lines that the fix of a finding changes, each place with the line before it."""
    edits = finding.fix.edits if finding.fix else ()
    lines = scan.texts.get(finding.location.path, ())
    if not edits or not lines or edits[-1].end_line > len(lines):
        return ()
    secrets = secret_lines(scan, finding.location.path)
    changed: list[ChangedLine] = []
    for place in _places(edits):
        first, last = max(1, place[0].line - 1), place[-1].end_line
        before = lines[first - 1 : last]
        after = _applied(before, first, place)
        if any(first <= number <= last for number in secrets) or any(len(line) > LONGEST_PART for line in after):
            return ()
        changed += _compared(before, after, first)
    return tuple(changed) if len(changed) <= LONGEST_CHANGE else ()


def _places(edits: Sequence[Edit]) -> list[list[Edit]]:
    """The edits, those on neighbouring lines together."""
    places = [[edits[0]]]
    for edit in edits[1:]:
        if edit.line <= places[-1][-1].end_line + 1:
            places[-1].append(edit)
        else:
            places.append([edit])
    return places


def _applied(lines: Sequence[str], first: int, edits: Sequence[Edit]) -> list[str]:
    """Lines, of which the first has a number, with edits made in them."""
    text = "\n".join(lines)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    for edit in reversed(edits):
        start = starts[edit.line - first] + edit.column - 1
        end = starts[edit.end_line - first] + edit.end_column - 1
        text = text[:start] + edit.text.replace("\r", "") + text[end:]
    return text.split("\n")


def _compared(before: Sequence[str], after: Sequence[str], first: int) -> list[ChangedLine]:
    found = []
    for kind, start, end, new_start, new_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            kept = range(start, end) if start == 0 else ()
            found += [ChangedLine(" ", first + index, before[index]) for index in kept]
        else:
            found += [ChangedLine("-", first + index, before[index]) for index in range(start, end)]
            found += [ChangedLine("+", 0, line) for line in after[new_start:new_end]]
    return found
