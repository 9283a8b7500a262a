"""Variables in the values of a Compose file: `$NAME`, `${NAME}`, `${NAME:-default}`.

The values are those of the shell that deploys, so they are not in the file. A default is: it counts where one is given.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from scanner.late import regex

_NAME = regex(r"[A-Za-z_][A-Za-z0-9_]*")
_DEEPEST = 8
"""Defaults in defaults that are followed."""


class Substituted(NamedTuple):
    """A value with the defaults of its variables."""

    text: str
    """Variables without a default stay as they are written."""
    known: bool
    """Every variable has a default."""


def substitute(text: str, depth: int = 0) -> Substituted:
    """A text with its variables replaced by their defaults; `$$` is a dollar sign."""
    if "$" not in text:
        return Substituted(text, True)
    parts = [*_parts(text, depth)]
    return Substituted("".join(part.text for part in parts), all(part.known for part in parts))


def _parts(text: str, depth: int) -> Iterator[Substituted]:
    at = 0
    while at < len(text):
        start = text.find("$", at)
        if start < 0:
            yield Substituted(text[at:], True)
            return
        yield Substituted(text[at:start], True)
        part, at = _variable(text, start, depth)
        yield part


def _variable(text: str, start: int, depth: int) -> tuple[Substituted, int]:
    """What stands at a dollar sign, and where it ends."""
    after = text[start + 1 : start + 2]
    if after == "$":
        return Substituted("$", True), start + 2
    if after == "{":
        return _braced(text, start, depth)
    if name := _NAME.match(text, start + 1):
        return Substituted(text[start : name.end()], False), name.end()
    return Substituted("$", True), start + 1


def _braced(text: str, start: int, depth: int) -> tuple[Substituted, int]:
    name, end = _NAME.match(text, start + 2), _closing(text, start + 2)
    if not name or end < 0:
        return Substituted("$", True), start + 1
    whole = Substituted(text[start : end + 1], False)
    operator = text[name.end() : end]
    default = operator[2:] if operator.startswith(":-") else operator[1:] if operator.startswith("-") else None
    if default is None or depth >= _DEEPEST:
        return whole, end + 1
    return substitute(default, depth + 1), end + 1


def _closing(text: str, start: int) -> int:
    """Where the brace closes that is open at the start; -1 where it does not."""
    opened = 1
    for at in range(start, len(text)):
        if text[at] == "{":
            opened += 1
        elif text[at] == "}":
            opened -= 1
            if not opened:
                return at
    return -1
