"""The front matter of a Markdown text -> plain data and marks.

It is YAML. Many authors write colons and quotes in it that YAML does not allow, and the tools that load such files
accept them: then each entry is read by itself, and an entry that is not YAML is the text behind its key.
"""

from __future__ import annotations

import re

from msgspec import Struct

from scanner.documents import yaml_text
from scanner.documents.parsed import Parsed, ParseFault
from scanner.late import regex
from scanner.limits import Limits
from scanner.marks import NOWHERE, entries_of, keyless

_BLOCK = regex(r"\A---[ \t]*\n(?P<body>(?:(?!---[ \t]*$|\.\.\.[ \t]*$).*\n)*+)(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
_KEY = r"(?P<key>[A-Za-z_][\w.-]*)[ \t]*:(?=[ \t\n])"
_ENTRY = regex(rf"^{_KEY}[ \t]*(?P<value>.*)$", re.MULTILINE)
_FIRST = regex(rf"(?:[ \t]*(?:#.*)?\n)*+{_KEY}")
"""How a block begins that is meant as entries."""
_LONGEST = 200_000
"""Characters of a block that are read entry by entry."""
_QUOTED = regex(r"""(["'])(.*)\1""", re.DOTALL)


class FrontMatter(Struct, frozen=True):
    """The front matter of a text."""

    parsed: Parsed
    """The data is a mapping."""
    fault: ParseFault | None = None
    """Why it is not YAML; it was read entry by entry."""


def lines_of(text: str) -> int:
    """The number of lines that front matter takes at the start of a text, with both marks; 0 if there is none."""
    block = _BLOCK.match(text)
    return block[0].count("\n") + 1 if block else 0


def parse(text: str, limits: Limits) -> FrontMatter | ParseFault | None:
    """The front matter of a text.

    None where a text only begins with a line of dashes, a fault where it passes a limit.
    """
    block = _BLOCK.match(text)
    if block is None:
        return None
    body = block["body"]
    first = next(yaml_text.parse(body, limits, 1), None)
    if isinstance(first, Parsed):
        return FrontMatter(first) if isinstance(first.data, dict) else None
    if first is None or not _FIRST.match(body):
        return None
    if first.last or len(body) > _LONGEST:
        return first
    return FrontMatter(_by_entry(body, limits), first)


def _by_entry(body: str, limits: Limits) -> Parsed:
    """The entries that begin at the start of a line, each read by itself."""
    found, marks = Parsed({}, NOWHERE), {}
    entries = list(_ENTRY.finditer(body))
    ends = [after.start() for after in entries[1:]]
    line, counted = 1, 0
    for entry, end in zip(entries, [*ends, len(body)], strict=True):
        line += body.count("\n", counted, entry.start())
        counted = entry.start()
        read = _entry(entry, body[entry.start() : end], line, limits)
        if entry["key"] in marks:
            found.duplicates.append((entry["key"], line, 0))
        found.data[entry["key"]], marks[entry["key"]] = read.data, read.mark
        found.has_null = found.has_null or read.has_null
    found.mark = keyless((1, 0), (body.count("\n"), 0), marks)
    return found


def _entry(entry: re.Match[str], piece: str, line: int, limits: Limits) -> Parsed:
    """One entry; the mark is that of its key."""
    key = entry["key"]
    parsed = next(yaml_text.parse(piece, limits, line), None)
    if isinstance(parsed, Parsed) and isinstance(parsed.data, dict) and key in parsed.data:
        return Parsed(parsed.data[key], entries_of(parsed.mark)[key], has_null=parsed.has_null)
    start = entry.start("value") - entry.start()
    text = piece[start:].strip()
    quoted = _QUOTED.fullmatch(text)
    last = piece.rstrip().split("\n")
    end = (line + len(last) - 1, len(last[-1]))
    return Parsed(quoted[2] if quoted else text, (line, 0, len(key), line, start, *end, None))
