"""What others wrote, for terminals and the logs of CI services: it stays on its line and commands nothing."""

from __future__ import annotations

import re
import unicodedata

from scanner.late import regex

UNSEEN = (
    "\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffc\ufffe\uffff\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e007f\U000e0100-\U000e01ef"
)
"""Characters beyond ASCII's own controls that control, turn the direction or are invisible, for a character class."""

_UNSAFE = regex(f"[\x00-\x1f{UNSEEN}\ud800-\udfff]")
_COMMAND = regex(r"\A(\s*):(?=:)|#(?=#\w*\[)")
"""What CI services obey: GitHub `::error::` where a line begins and `##[error]` anywhere, as Azure and TeamCity do."""
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_BYTE = range(0xDC80, 0xDD00)
"""Surrogates that stand for a byte which is not valid UTF-8."""
_ASCII, _PLANE = range(0x80), range(0x10000)


def safe(text: str) -> str:
    r"""The text on one line, with invisible and control characters written as `\x1b` or `\u202e`."""
    if not text.isprintable():
        text = _UNSAFE.sub(_written_out, text)
    return _COMMAND.sub(lambda found: found[1] + "\\x3a" if found[1] is not None else "\\x23", text)


def width(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _written_out(found: re.Match[str]) -> str:
    character, code = found[0], ord(found[0])
    if character in _SHORT:
        return _SHORT[character]
    if code in _BYTE:
        return f"\\x{code - 0xDC00:02x}"
    if code in _ASCII:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code in _PLANE else f"\\U{code:08x}"


_SPELLED_OUT = regex(f"[\x00-\x08\x0a-\x1f{UNSEEN}\ud800-\udfff]")


def shown(text: str) -> str:
    """The text with its invisible and direction-changing characters spelled out."""
    return text if text.isprintable() else _SPELLED_OUT.sub(lambda found: f"⟨U+{ord(found.group()):04X}⟩", text)
