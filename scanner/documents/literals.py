"""Literals of JavaScript and what is not one: their values."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any, Final

from msgspec import Struct

WORDS = {"True": True, "False": False, "None": None}
"""How Python writes what JavaScript writes in small letters."""


class _Unknown:
    """The type of UNKNOWN."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()
"""The value of an expression that the text computes, so that it is not known."""


class PartlyKnown(Struct, frozen=True):
    """A text of which some parts are computed; these are as they stand in the source."""

    text: str


def as_text(value: Any) -> str | None:
    """A known value as JavaScript writes it into a text; None if it is not known, or a collection."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int) else None


def shown(value: Any, text: str | None, source: str) -> str:
    """A side of a sum: as it is known, or as it stands in the source."""
    if text is not None:
        return text
    return value.text if isinstance(value, PartlyKnown) else f"${{{source}}}"


def columns(line: bytes) -> Sequence[int]:
    """The column at each byte of a line that starts a character, and at its end."""
    if line.isascii():
        return range(len(line) + 1)
    return [0, *accumulate(byte & 0xC0 != 0x80 for byte in line)]  # noqa: PLR2004 - 10xxxxxx continues a character


def number(text: str) -> Any:
    """The number that a literal states; UNKNOWN for any other expression."""
    try:
        value: float = int(text.replace("_", ""), 0)
    except ValueError:
        try:
            value = float(text)
        except ValueError:
            return UNKNOWN
    return value if abs(value) < 2**63 else UNKNOWN


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}


def unescape(text: str) -> str:
    """What an escape sequence stands for."""
    body = text[1:]
    if body[0] in "ux":
        digits = body[1:].strip("{}")
        try:
            return chr(int(digits, 16))
        except (ValueError, OverflowError):
            return text
    return _ESCAPES.get(body, body)
