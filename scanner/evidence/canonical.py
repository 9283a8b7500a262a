"""JSON whose bytes follow from its data alone."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from scanner.reports.json_text import inert

OTHER_SHAPE = (ValueError, TypeError, AttributeError, LookupError, RecursionError)
"""Errors of code that reads JSON of which nobody knows whether it has the expected shape."""


def compact(value: Any) -> bytes:
    """A value on one line, with sorted keys and without spaces."""
    return _encoded(json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")))


def indented(value: Any) -> bytes:
    """A value for people to read, in the order of its keys, with a newline at its end."""
    return _encoded(json.dumps(value, ensure_ascii=False, indent=2)) + b"\n"


def lines(values: Iterable[Any]) -> bytes:
    """Values on a line each, in the order of their keys."""
    return b"".join(_encoded(json.dumps(value, ensure_ascii=False, separators=(",", ":"))) + b"\n" for value in values)


def _encoded(text: str) -> bytes:
    return inert(text).encode()
