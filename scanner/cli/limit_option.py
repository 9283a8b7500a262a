"""`--limit NAME=VALUE`: what one input may cost."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from scanner.errors import UsageError, did_you_mean
from scanner.late import regex
from scanner.limits import DEFAULTS, MOST, MOST_OTHERWISE, SIZES, UNITS, Limits, size
from scanner.schema_errors import shown

NAMES = Limits.__struct_fields__
"""Every limit."""
_FRACTIONS = ("seconds",)
"""Limits that need not be whole numbers."""
_SIZE = regex(rf"([0-9_]+)\s*({'|'.join(UNITS)})?")


def named(given: Iterable[str]) -> dict[str, str]:
    """Limits by name, from the texts of the options; of a limit that is given twice the last one counts.

    Raises UsageError for a name that is not one of a limit.
    """
    values = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or name not in NAMES:
            raise _unknown(name, text)
        values[name] = value.strip()
    return values


def limits(given: Mapping[str, Any], where: str = "") -> Limits:
    """The limits with the values of the option. Raises UsageError for an invalid one; `where` is its place."""
    values = {name: _value(name, str(value), where) for name, value in given.items()}
    return replace(DEFAULTS, **values)


def _unknown(name: str, text: str) -> UsageError:
    known = "the limits are " + ", ".join(NAMES)
    if name in NAMES:
        return UsageError(f"--limit {text} has no value", hint=f"write it as {name}={getattr(DEFAULTS, name):g}")
    near = did_you_mean(name, NAMES)
    return UsageError(f"{shown(name)} is not a limit", hint=f"{near} {known}" if near else known)


def _value(name: str, text: str, where: str) -> float:
    """What a limit is set to; raises UsageError for what is not a number, not more than 0, or too much."""
    number = _number(name, text)
    most = MOST.get(name, MOST_OTHERWISE)
    if number is None or not 0 < number <= most:
        kind = "a number" if name in _FRACTIONS else "a whole number"
        form, bound = ("a size such as 500000 or 64MiB", size(most)) if name in SIZES else (kind, f"{most:,}")
        location = "" if where.startswith("--") else where
        hint = f"give {form}, more than 0 and at most {bound}"
        raise UsageError(f"{shown(text)} is not a value for the limit {name}", location, hint)
    return number


def _number(name: str, text: str) -> float | None:
    try:
        if name in _FRACTIONS:
            number = float(text)
            return None if math.isnan(number) else number
        if name in SIZES:
            parts = _SIZE.fullmatch(text)
            return int(parts[1]) * UNITS.get(parts[2], 1) if parts else None
        return int(text)
    except ValueError:
        return None
