"""YAML text -> its documents; parts with errors are left out and reported."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from scanner.documents.parsed import LimitExceededError, Parsed, ParseFault
from scanner.documents.yaml_compose import Composer
from scanner.errors import UnreadableError
from scanner.late import regex
from scanner.limits import Limits

_NEXT_DOCUMENT = regex(r"^---(?:[ \t]|$)", re.MULTILINE)
_KEY = "while scanning a simple key"
_NESTING = regex("nest|depth|deep")
"""The message of libyaml from 0.2.6 on where nesting exceeds a maximum of its own; no other error has it."""
_DEEPEST = 1000
"""The levels of brackets that libyaml reads from 0.2.6 on, and one more than the levels of indentation.

PyYAML offers no way to raise it. libyaml reads ahead, so it may refuse a text before the composer has counted a level.
"""
_ALLOWED = regex("[\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")
"""What YAML allows. The parser stumbles over any other character up to 16 KiB before it gets there."""

_ALLOWED_OF_ASCII = regex("[\t\n\r\x20-\x7e]*")
"""The same for most texts; compiling a range of other characters takes 3 ms in each process."""


def parse(text: str, limits: Limits, first_line: int = 0) -> Iterator[Parsed | ParseFault]:
    """The documents of a text, in order. A fault costs its document: reading continues at the next `---` line.

    `first_line` is the line of a larger text at which it begins.
    """
    composer, offset = Composer(limits), first_line
    while (refused := _allowed(text)) < len(text):
        starts = [start.start() for start in _NEXT_DOCUMENT.finditer(text, 0, refused)]
        yield from _parse(text[: starts[-1] if starts else 0], offset, composer)
        line = text.count("\n", 0, refused)
        yield ParseFault(f"not valid YAML: the character U+{ord(text[refused]):04X} is not allowed", offset + line)
        rest = _after(text, line + 1)
        if rest is None:
            return
        skipped, text = rest
        offset += skipped
    yield from _parse(text, offset, composer)


def _allowed(text: str) -> int:
    """How many characters of a text YAML allows before the first that it does not."""
    found = (_ALLOWED_OF_ASCII if text.isascii() else _ALLOWED).match(text)
    return found.end() if found else 0


def _parse(text: str, offset: int, composer: Composer) -> Iterator[Parsed | ParseFault]:
    """The documents of a text without refused characters, whose first line is the one at `offset` of its input."""
    while True:
        try:
            yield from composer.documents(text, offset)
        except (yaml.YAMLError, UnreadableError) as error:
            broken = _broken(error, composer, text)
            yield broken
            if broken.last:
                return
        else:
            return
        rest = _after(text, max(broken.line, composer.document_line + 1) - offset)
        if rest is None:
            return
        skipped, text = rest
        offset += skipped


def _broken(error: yaml.YAMLError | UnreadableError, composer: Composer, text: str) -> ParseFault:
    if isinstance(error, UnreadableError):
        return ParseFault(error.message, error.line, last=isinstance(error, LimitExceededError))
    if isinstance(error, yaml.MarkedYAMLError):
        line = composer.offset + _line(error, composer, text)
        if _NESTING.search(error.problem or ""):
            return ParseFault(_too_deep(composer.limits), line)
        parts = [part for part in (error.problem, error.context) if part]
        return ParseFault("not valid YAML: " + ", ".join(parts), line)
    return ParseFault("not valid YAML: " + str(error).splitlines()[0], composer.offset)


def _too_deep(limits: Limits) -> str:
    """The message for a text that is nested too deep for libyaml."""
    if limits.depth < _DEEPEST:
        return limits.passed("depth")
    most = f"{_DEEPEST:,} levels of brackets, {_DEEPEST - 1:,} of indentation"
    return f"nested deeper than libyaml supports: {most} (--limit depth=N cannot raise this)"


def _line(error: yaml.MarkedYAMLError, composer: Composer, text: str) -> int:
    """The line of a fault; what is missing at the very end is missed where it was opened."""
    last = text.rstrip().count("\n")
    found = [error.problem_mark, error.context_mark]
    if error.context == _KEY:  # the key stands where it begins; the parser misses its colon a line further down
        found.reverse()
    marks = [composer.breaks.place(mark) for mark in found if mark]
    return next((int(mark.line) for mark in marks if mark.line <= last), last)


def _after(text: str, line: int) -> tuple[int, str] | None:
    """The text from the first document start on or below a line, and how many lines it leaves out."""
    position = 0
    for _ in range(line):
        position = text.find("\n", position) + 1
        if position == 0:
            return None
    match = _NEXT_DOCUMENT.search(text, position)
    if match is None:
        return None
    return text.count("\n", 0, match.start()), text[match.start() :]
