"""Durations, percentages and counts as people write them -> numbers; None where the text does not state one."""

from __future__ import annotations

from typing import Any

from scanner.late import regex
from scanner.subjects import schedules

_UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1.0),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3600.0),
    **dict.fromkeys(("d", "day", "days"), 86400.0),
    **dict.fromkeys(("w", "week", "weeks"), 7 * 86400.0),
    **dict.fromkeys(("mo", "month", "months"), 365.25 / 12 * 86400.0),
    **dict.fromkeys(("y", "yr", "year", "years"), 365.25 * 86400.0),
    "ms": 0.001,
}
_WORDS = {
    **dict.fromkeys(("immediate", "immediately", "instant", "instantly", "continuous", "continuously"), 0.0),
    **dict.fromkeys(("real-time", "realtime", "synchronous"), 0.0),
    "hourly": 3600.0,
    "daily": 86400.0,
    "nightly": 86400.0,
    "weekly": 7 * 86400.0,
    "monthly": _UNITS["month"],
    "quarterly": 3 * _UNITS["month"],
    "semi-annually": 6 * _UNITS["month"],
    **dict.fromkeys(("yearly", "annually", "annual"), _UNITS["year"]),
}
_BOUND = regex(r"(?:<=|<|≤|~|up to|at most|within|under|less than|max(?:imum)?|every)\s*")
_PART = regex(r"(\d+(?:\.\d+)?)\s*-?\s*([a-z]+)")
_ISO = regex(r"p(?:(\d+)d)?(?:t(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?)?\Z")
_LONGEST = 80
"""Characters of the longest text that is taken for a quantity."""
_PERCENT = regex(r"(?:<=|>=|<|>|≤|≥|~)?\s*(\d+(?:\.\d+)?)\s*(%|percent|per cent|pct)?\Z")
_AFTER = regex(r"\s+(?:after|from|since|following)\s.*\Z")
_WHOLE = 100.0


def seconds(value: Any) -> float | None:
    """Seconds of `< 5 minutes`, `1h 30min`, `PT5M`, `hourly`, `0 * * * *`, `immediate`, `{unit: minutes, value: 5}`.

    A bound reads as the bound itself (`< 5 minutes` is 300). A bare number has no unit, so it is not a duration.
    """
    if isinstance(value, dict):
        number, unit = value.get("value"), str(value.get("unit", "")).lower()
        if isinstance(number, bool) or not isinstance(number, int | float):
            return None
        return number * _UNITS[unit] if unit in _UNITS else None
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    stated = value.strip().lower()
    text = _AFTER.sub("", _BOUND.sub("", stated, count=1))
    found = _WORDS.get(text, schedules.seconds(" ".join(stated.split())))
    if found is not None:
        return found
    if text.startswith("p") and (iso := _ISO.match(text)) and any(iso.groups()):
        return float(sum(int(n or 0) * u for n, u in zip(iso.groups(), (86400, 3600, 60, 1), strict=True)))
    return _parts(text)


def _parts(text: str) -> float | None:
    total, position = 0.0, 0
    for match in _PART.finditer(text):
        if text[position : match.start()].strip(" ,+") or match[2] not in _UNITS:
            return None
        total += float(match[1]) * _UNITS[match[2]]
        position = match.end()
    return total if position and not text[position:].strip() else None


def percent(value: Any) -> float | None:
    """99.95 of `99.95`, `99.95%`, `0.9995`; a number of at most 1 is a ratio, and one above 100 is not a share."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _share(float(value), ratio=value <= 1)
    if isinstance(value, str) and len(value) <= _LONGEST and (match := _PERCENT.match(value.strip().lower())):
        return _share(float(match[1]), ratio=float(match[1]) <= 1 and not match[2])
    return None


def _share(number: float, *, ratio: bool) -> float | None:
    number = number * _WHOLE if ratio else number
    return number if number <= _WHOLE else None
