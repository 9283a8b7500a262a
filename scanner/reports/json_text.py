"""The one way in which reports write JSON: two spaces, keys in the order given, text that any parser accepts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any

from scanner.reports.safe_text import UNSEEN

if TYPE_CHECKING:
    from collections.abc import Callable

_UNSAFE = re.compile(f"[{UNSEEN}\ud800-\udfff]")
_SURROGATES = range(0xD800, 0xE000)
_SURROGATE_OF_BYTE_0 = 0xDC00
_DEEP = "\n    "
_UNDECODABLE = range(0x80, 0x100)
"""Bytes that Python's `surrogateescape` turns into surrogates."""


def json_text(value: dict[str, Any]) -> Iterator[str]:
    r"""Return a dict of dicts, lists, strings, numbers, booleans and None as JSON text, piece by piece.

    A list that may be long can stand in it as an iterator: its items are asked for as they are written. The text ends
    with a newline. Bytes of a file name that are no UTF-8 (lone surrogates in Python) are written `\xff`: strict
    parsers refuse a whole document for one of them.
    """
    mark = "{"
    for key, item in value.items():
        yield f"{mark}\n  {encode_basestring(key)}: "
        if isinstance(item, Iterator):
            yield from _items(item)
        else:
            yield _text(item, "\n  ")
        mark = ","
    yield "\n}\n"


def _items(items: Iterator[Any]) -> Iterator[str]:
    mark = "["
    for item in items:
        yield f"{mark}\n    {_text(item, _DEEP)}"
        mark = ","
    yield "\n  ]" if mark == "," else "[]"


def _text(value: Any, indent: str) -> str:
    parts: list[str] = []
    _write_item(value, indent, parts.append)
    return inert("".join(parts))


def inert(text: str) -> str:
    """JSON text of the same value that any parser accepts, and that no terminal and no log of a CI service obeys."""
    return _UNSAFE.sub(_spell_out, text).replace("##", r"#\u0023")


def _write(value: Any, indent: str, put: Callable[[str], object]) -> None:
    """Write one value; three times as fast as `json.dumps`, which leaves its C encoder when asked to indent."""
    inner = indent + "  "
    if isinstance(value, dict) and value:
        mark = "{"
        for key, item in value.items():
            put(f"{mark}{inner}{encode_basestring(key)}: ")
            _write_item(item, inner, put)
            mark = ","
        put(indent + "}")
    elif isinstance(value, (list, tuple)) and value:
        mark = "["
        for item in value:
            put(mark + inner)
            _write_item(item, inner, put)
            mark = ","
        put(indent + "]")
    else:
        put(json.dumps(value, ensure_ascii=False))


def _write_item(item: Any, indent: str, put: Callable[[str], object]) -> None:
    if isinstance(item, str):
        put(encode_basestring(item))
    elif type(item) is int:
        put(str(item))
    else:
        _write(item, indent, put)


def _spell_out(match: re.Match[str]) -> str:
    """Return the escape of a character, or of the byte that a surrogate stands for; others stand for nothing."""
    code = ord(match.group())
    if code not in _SURROGATES:
        return json.dumps(match.group())[1:-1]
    byte = code - _SURROGATE_OF_BYTE_0
    return f"\\\\x{byte:02x}" if byte in _UNDECODABLE else "\ufffd"
