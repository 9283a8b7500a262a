"""Credentials in a text of any format by what the text assigns them to: `password: x`, `--token=x`, `KEY = "x"`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.credentials.forms import Hit
from scanner.credentials.names import DEFAULT, WORDS, kind_by_name

_QUOTES = r"(?:\\{0,3}[\"'\]]){0,3}"
_SIGNED = re.compile(
    r"(?<![\w.$/-])(?P<name>[\w.-]{2,100})" + _QUOTES + r"(?:[ \t]{0,20}(?P<sign>=>|:=|==?|:)[ \t]{0,20}|[ \t]{1,20})"
)
_VALUE = re.compile(
    r"(?P<quote>\\{0,3}[\"'`])(?P<quoted>[^\"'`\\\n]{1,500})(?P=quote)|(?P<plain>[^\s\"'`,;&|)}\]]{1,500})"
)
_ENTRY = re.compile(
    rf"\bname{_QUOTES}:[ \t]{{0,9}}{_QUOTES}(?P<name>[\w.-]{{2,100}}){_QUOTES}(?:[ \t]{{0,9}},|(?=\n))\s{{0,99}}{_QUOTES}"
    rf"value{_QUOTES}:[ \t]{{0,9}}(?=\S)"
)
"""An entry of a container's environment, in YAML or JSON, however deep in quotes."""
_ENDED = re.compile(r"[ \t]*(?:[,;&}\])\\|]|#|//|$)", re.MULTILINE)
_CODE = re.compile(r"[(){}\[\]<>]|^[$%@&!*\\]|^[A-Za-z_]\w*(?:(?:\.|->|::)[A-Za-z_]\w*)+$")
_SHORTEST = 6
"""Characters of a password in the middle of a text: what is shorter is more often a word of it."""


def assigned(text: str) -> Iterator[Hit]:
    """The values of a text that it assigns to the name of a credential."""
    folded = text.lower()
    if not any(word in folded for word in WORDS):
        return
    for entry in _ENTRY.finditer(text):
        yield from _judged(entry["name"], text, entry.end(), strict=False)
    start = 0
    for line in text.split("\n"):
        folded = line.lower()
        if any(word in folded for word in WORDS):
            for match in _SIGNED.finditer(line):
                if match["sign"] or match["name"].startswith("-"):
                    alone = not line[: match.start()].strip(" \t-\"'")
                    colon = match["sign"] == ":"
                    for hit in _judged(match["name"], line, match.end(), strict=True, colon=colon, alone=alone):
                        yield Hit(hit.kind, start + hit.start, start + hit.end)
        start += len(line) + 1


def _judged(
    name: str, text: str, at: int, *, strict: bool, colon: bool = False, alone: bool = False
) -> Iterator[Hit]:
    """The value at a place, if it is a credential by its name; a strict look takes words of code and prose for none."""
    folded = name.lower()
    if not any(word in folded for word in WORDS):
        return
    value = _VALUE.match(text, at)
    if value is None:
        return
    part = "plain" if value["plain"] else "quoted"
    if (kind := kind_by_name(name, value[part])) and not (strict and _is_text(value, kind, colon=colon, alone=alone)):
        yield Hit(kind, *value.span(part))


def _is_text(value: re.Match[str], kind: str, *, colon: bool, alone: bool) -> bool:
    """Whether what follows a name is code or prose rather than the value of a setting."""
    word = value["plain"] or value["quoted"]
    if _CODE.search(word) or (len(word) < _SHORTEST and kind != DEFAULT):
        return True
    if not value["plain"]:
        return False
    ended = _ENDED.match(value.string, value.end()) is not None
    return not ended if colon else word.isalpha() and not (alone and ended)
