"""Plain YAML scalars -> values, in the dialect of whoever reads the document.

Kubernetes reads as go-yaml v2 does (YAML 1.1 words, `0755` octal), Compose as go-yaml v3 and v4 do (the same numbers,
words of YAML 1.2), everything else is read as YAML 1.2 says. docs/inputs.md has the table. Dates stay text in all
three, and so do whole numbers beyond 64 bits, which no consumer of a manifest could hold.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from enum import Enum, auto
from typing import Any

from scanner.late import regex

Scalar = str | int | float | bool | None


class Dialect(Enum):
    """How the plain scalars of a document are read."""

    KUBERNETES = auto()
    COMPOSE = auto()
    PLAIN = auto()


_OLD_WORDS: dict[str, bool] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "off", "Off", "OFF"), False),
}
"""Words that YAML 1.2 took out."""
_CORE_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
}
_WORDS = {**_OLD_WORDS, **_CORE_WORDS}
_NUMERIC_START = frozenset("+-.0123456789")
_INT = regex(r"[-+]?(?:0[bB][01]+|0[xX][0-9a-fA-F]+|0[oO][0-7]+|[0-9]+)\Z")
_FLOAT = regex(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_POINT = regex(r"\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?\Z")
"""A number that starts with its point may hold underscores between digits only; any other, anywhere."""
_CORE_INT = regex(r"(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)\Z")
_LONGEST_NUMBER = 40
_INT64 = range(-(2**63), 2**63)


def dialect(roots: Iterable[dict[str, Any]]) -> Dialect:
    """The dialect of a document, by its root mapping and the mappings that are merged into it."""
    kept = list(roots)
    if any("apiVersion" in root for root in kept):
        return Dialect.KUBERNETES
    if any(isinstance(root.get("services"), dict) for root in kept):
        return Dialect.COMPOSE
    return Dialect.PLAIN


def resolve(text: str) -> Scalar:
    """The value of a plain (unquoted, untagged) scalar for Kubernetes."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _NUMERIC_START and len(text) <= _LONGEST_NUMBER:
        return _number(text)
    return text


def is_disputed(text: str) -> bool:
    """Whether dialects may differ on a plain scalar that is not a text for Kubernetes."""
    return text in _OLD_WORDS or "_" in text or (text[0] in "+-0" and len(text) > 1)


def resolve_otherwise(text: str, spoken: Dialect) -> Scalar:
    """The value of a disputed scalar in a dialect other than that of Kubernetes."""
    if text in _OLD_WORDS:
        return text
    return resolve(text) if spoken is Dialect.COMPOSE else _core_number(text)


def _core_number(text: str) -> Scalar:
    """A number as YAML 1.2 writes one: no underscores, no binary, and octal only as `0o17`."""
    if text in _CORE_WORDS:
        return _CORE_WORDS[text]
    if _CORE_INT.match(text):
        base = {"0o": 8, "0x": 16}.get(text[:2], 10)
        value = int(text[2:], base) if base != 10 else int(text)  # noqa: PLR2004 - ten digits
        return value if value in _INT64 else text
    return _float(text, text)


def _number(text: str) -> Scalar:
    plain = text.replace("_", "") if text[0] != "." or _POINT.match(text) else text
    if _INT.match(plain) and (value := _integer(plain)) is not None:
        return value if value in _INT64 else text
    return _float(plain, text)


def _float(plain: str, text: str) -> str | float:
    """The number that `plain` is; `text` where it is not a number or out of range."""
    if not _FLOAT.match(plain):
        return text
    number = float(plain)
    return text if math.isinf(number) else number


def _integer(text: str) -> int | None:
    sign = -1 if text[0] == "-" else 1
    digits = text.lstrip("+-")
    try:
        for prefix, base in (("0b", 2), ("0x", 16), ("0o", 8)):
            if digits[:2].lower() == prefix:
                return sign * int(digits[2:], base)
        return sign * int(digits, 8 if len(digits) > 1 and digits[0] == "0" else 10)
    except ValueError:  # such as 089: looks octal, is not; go-yaml reads a float
        return None


def whole_characters(text: str) -> str:
    """A text of escapes with surrogate pairs joined; half a pair is not a character and becomes U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
