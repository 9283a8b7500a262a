"""Credentials in a text of any format by what the text assigns them to: `password: x`, `--token=x`, `KEY = "x"`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from scanner.credentials.forms import FoundCredential
from scanner.credentials.forms import lines as lines_with
from scanner.credentials.names import DEFAULT, WORDS, kind_by_name, sort_of
from scanner.late import regex

_QUOTES = r"(?:\\{0,3}[\"'\]]){0,3}"
_SIGNED = regex(
    r"(?<![\w.$/-])(?P<name>[\w.-]{2,100})" + _QUOTES + r"(?:[ \t]{0,20}(?P<sign>=>|:=|==?|:)[ \t]{0,20}|[ \t]{1,20})"
)
_VALUE = regex(r"(?P<quote>\\{0,3}[\"'`])(?P<quoted>[^\"'`\\\n]{1,500})(?P=quote)|(?P<plain>[^\s\"'`,;&|)}\]]{1,500})")
_ENTRY = regex(
    rf"\bname{_QUOTES}:[ \t]{{0,9}}{_QUOTES}(?P<name>[\w.-]{{2,100}}){_QUOTES}(?:[ \t]{{0,9}},|(?=\n))\s{{0,99}}"
    rf"{_QUOTES}value{_QUOTES}:[ \t]{{0,9}}(?=\S)"
)
"""An entry of a container's environment, in YAML or JSON, however deep in quotes."""
_ENDED = regex(r"[ \t]*(?:[,;&}\])\\|]|#|//|$)", re.MULTILINE)
_JOINED = ("-ppass", "-ppw")
"""How the option of MySQL begins that has a password in the same word, so that what follows is not its value."""
_CODE = regex(r"[(){}\[\]<>]|^[$%@&!*\\]|^[A-Za-z_]\w*(?:(?:\.|->|::)[A-Za-z_]\w*)+$")
_NEXT = 200
"""Characters behind a line within which the value of an entry begins that the line names."""
_SHORTEST = 6
"""Characters of a password in the middle of a text: what is shorter is more often a word of it."""
_TELLING = 100
"""Characters of a value that are enough to classify it."""
_INDENTED = 100
"""Columns within which a line may begin."""


def assigned(text: str) -> Iterator[FoundCredential]:
    """The values of a text that it assigns to the name of a credential."""
    return assigned_in(text, telling_lines(text))


def assigned_in(text: str, lines: Sequence[tuple[int, int]]) -> Iterator[FoundCredential]:
    """The same, of a text of which the telling lines, or more, are known."""
    for start, end in lines:
        for entry in _ENTRY.finditer(text, start, end + _NEXT):
            if entry.start() < end:
                yield from _judged(entry)
    for start, end in lines:
        for match in _SIGNED.finditer(text, start, end):
            if match["sign"] or (match["name"].startswith("-") and not match["name"].startswith(_JOINED)):
                yield from (hit for hit in _judged(match) if not _is_text(hit, match))


def telling_lines(text: str, more: tuple[str, ...] = ()) -> list[tuple[int, int]]:
    """Where the lines begin and end that hold a word of a credential's name, or one of some more words."""
    folded = text.lower()
    if len(folded) != len(text):  # a few letters have two in small; places must stay true
        folded = "".join(letter.lower() if letter.isascii() else letter for letter in text)
    return lines_with(folded, (*WORDS, *more))


def _judged(match: re.Match[str]) -> Iterator[FoundCredential]:
    """The value behind a name, if it is a credential by that name."""
    value = _VALUE.match(match.string, match.end()) if sort_of(match["name"]) else None
    if value is None:
        return
    part = "plain" if value["plain"] else "quoted"
    if kind := kind_by_name(match["name"], value[part][:_TELLING]):
        yield FoundCredential(kind, *value.span(part))


def _is_text(hit: FoundCredential, match: re.Match[str]) -> bool:
    """Whether what follows a name is code or prose rather than the value of a setting."""
    text = match.string
    value = text[hit.start : hit.end]
    if _CODE.search(value[:_TELLING]) or (len(value) < _SHORTEST and hit.kind != DEFAULT):
        return True
    if match["name"] == "PASS" and match["sign"] == ":" and not any(sign.isdigit() for sign in value):
        return True  # the result of a test
    if hit.start > match.end():  # it stands in quotes
        return False
    if "]" in text[match.end("name") : hit.start] and value.isidentifier():  # `environ["PASSWORD"] = password`
        return True
    ended = _ENDED.match(text, hit.end) is not None
    if match["sign"] == ":":
        return not ended
    alone = match.start() - match.pos < _INDENTED and not text[match.pos : match.start()].strip(" \t-\"'")
    return value.isalpha() and not match["name"].startswith("-") and not (alone and ended)
