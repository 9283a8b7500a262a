"""Plain YAML scalars -> values, as Kubernetes' own decoder reads them.

The table is that of go-yaml v2 (YAML 1.1 booleans, `0755` octal), which `kubectl` uses through sigs.k8s.io/yaml. Dates
stay text, as they do there, and so do whole numbers beyond 64 bits, which no consumer of a manifest could hold.
"""

from __future__ import annotations

import math
import re

_WORDS: dict[str, bool | float | None] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
}
_NUMERIC_START = frozenset("+-.0123456789")
_INT = re.compile(r"[-+]?(?:0[bB][01]+|0[xX][0-9a-fA-F]+|0[oO][0-7]+|[0-9]+)\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_LONGEST_NUMBER = 40
_INT64 = range(-(2**63), 2**63)


def resolve(text: str) -> str | int | float | bool | None:
    """The value of a plain (unquoted, untagged) scalar."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _NUMERIC_START and len(text) <= _LONGEST_NUMBER:
        return _number(text)
    return text


def _number(text: str) -> str | int | float:
    plain = text if text[0] == "." else text.replace("_", "")
    if _INT.match(plain) and (value := _integer(plain)) is not None:
        return value if value in _INT64 else text
    if _FLOAT.match(plain):
        number = float(plain)
        return text if math.isinf(number) else number
    return text


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
    """A text of escapes with surrogate pairs joined; half a pair is no character and becomes U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
