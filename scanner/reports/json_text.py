"""The one way in which reports write JSON: by orjson, in pieces, as text that any parser accepts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from scanner.late import regex
from scanner.reports.safe_text import UNSEEN

_UNSAFE = regex(f"[{UNSEEN}\ud800-\udfff]")
_SURROGATES = range(0xD800, 0xE000)
_SURROGATE_OF_BYTE_0 = 0xDC00
_UNDECODABLE = range(0x80, 0x100)
"""Bytes that Python's `surrogateescape` turns into surrogates."""
_PLAIN = frozenset((str, int, float, bool, type(None)))


class Entries:
    """A JSON object that may be long: its entries are computed while they are written, each on a line of its own."""

    def __init__(self, entries: Iterable[tuple[str, Any]]) -> None:
        self.entries = entries


def json_text(value: Any) -> Iterator[str]:
    r"""Return a value as JSON text, piece by piece, with a newline at its end.

    A list that may be long can stand in it as an iterator, an object as `Entries`: what they give is asked for as it is
    written, each on a line of its own. Bytes of a file name that are not UTF-8 (lone surrogates in Python) are written
    `\xff`: strict parsers refuse a whole document for one of them.
    """
    yield from _pieces(value)
    yield "\n"


def line_of(value: Any) -> str:
    """One value as JSON on one line, without an end of line."""
    text = _at_once(value)
    return inert(json.dumps(value, ensure_ascii=False, separators=(",", ":")) if text is None else text)


def _at_once(value: Any) -> str | None:
    """A value as JSON; None for what orjson does not write: a lone surrogate, a number beyond 64 bits, an iterator."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return None


def inert(text: str) -> str:
    """JSON text of the same value that any parser accepts, and that no terminal and no log of a CI service obeys."""
    if "##" in text:
        text = text.replace("##", r"#\u0023")
    if text.isascii() and "\x7f" not in text:
        return text
    return _UNSAFE.sub(_spell_out, text)


def _pieces(value: Any) -> Iterator[str]:
    if isinstance(value, Entries):
        yield from _listed(((f"{line_of(key)}:", item) for key, item in value.entries), "{}")
    elif isinstance(value, Iterator):
        yield from _listed((("", item) for item in value), "[]")
    elif (text := _at_once(value)) is not None:
        yield inert(text)
    elif isinstance(value, dict) and _is_streamed(value):
        yield from _listed(((f"{line_of(key)}:", item) for key, item in value.items()), "{}")
    elif isinstance(value, list) and _is_streamed(value):
        yield from _listed((("", item) for item in value), "[]")
    else:
        yield line_of(value)


def _listed(items: Iterable[tuple[str, Any]], brackets: str) -> Iterator[str]:
    """The members of a list or an object, each on a line of its own."""
    mark = brackets[0]
    for head, item in items:
        if (text := _at_once(item)) is not None:
            yield f"{mark}\n{head}{inert(text)}"
        else:
            yield f"{mark}\n{head}"
            yield from _pieces(item)
        mark = ","
    yield f"\n{brackets[1]}" if mark == "," else brackets


def _is_streamed(value: Any) -> bool:
    """Whether a value contains an iterator or `Entries`, which are computed while they are written."""
    if type(value) in _PLAIN:
        return False
    if isinstance(value, dict):
        return any(map(_is_streamed, value.values()))
    if isinstance(value, list):
        return any(map(_is_streamed, value))
    return isinstance(value, Iterator | Entries)


def _spell_out(match: re.Match[str]) -> str:
    """Return the escape of a character, or of the byte that a surrogate stands for; others are dropped."""
    code = ord(match.group())
    if code not in _SURROGATES:
        return json.dumps(match.group())[1:-1]
    byte = code - _SURROGATE_OF_BYTE_0
    return f"\\\\x{byte:02x}" if byte in _UNDECODABLE else "\ufffd"
