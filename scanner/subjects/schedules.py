"""Schedules as people write them -> the longest time between two runs, in seconds.

Such as `0 * * * *`, `@daily`, `twice a day`, `12x per day`, `every other day`.
"""

from __future__ import annotations

from itertools import pairwise

from scanner.late import regex

_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86400.0
_WEEK, _YEAR = 7 * _DAY, 365.25 * _DAY
_MONTH = _YEAR / 12
_NAMED = {
    "@hourly": _HOUR,
    **dict.fromkeys(("@daily", "@midnight"), _DAY),
    "@weekly": _WEEK,
    "@monthly": _MONTH,
    **dict.fromkeys(("@yearly", "@annually"), _YEAR),
}
_PERIODS = {
    **dict.fromkeys(("minute", "min"), _MINUTE),
    **dict.fromkeys(("hour", "hr", "h", "hourly"), _HOUR),
    **dict.fromkeys(("day", "d", "daily", "night", "nightly"), _DAY),
    **dict.fromkeys(("week", "weekly"), _WEEK),
    **dict.fromkeys(("month", "monthly"), _MONTH),
    **dict.fromkeys(("quarter", "quarterly"), 3 * _MONTH),
    **dict.fromkeys(("year", "yearly", "annually"), _YEAR),
}
_TIMES = {"once": 1, "twice": 2, "thrice": 3, "two times": 2, "three times": 3, "four times": 4}
_RATE = regex(
    r"(?:(?P<word>once|twice|thrice|(?:two|three|four) times)|(?P<number>\d{1,5}) ?(?:x|times)?)"
    r" ?(?:an? |per |/ ?|every |each )?(?P<period>[a-z]+)"
)
_EVERY = regex(r"(?:every|each|once every) (?P<other>other )?(?P<period>[a-z]+)")
_FIELD = regex(r"(?P<range>\*|(?P<first>\w+)(?:-(?P<last>\w+))?)(?:/(?P<step>\d{1,3}))?")
_DAYS = {name: number for number, name in enumerate(("sun", "mon", "tue", "wed", "thu", "fri", "sat"))}
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_NO_NAMES: dict[str, int] = {}
_BOUNDS = ((0, 59, _NO_NAMES), (0, 23, _NO_NAMES), (1, 31, _NO_NAMES), (1, 12, _MONTHS), (0, 7, _DAYS))
"""The least and the greatest number in each field of a cron expression, and the names that stand for numbers."""


def seconds(text: str) -> float | None:
    """The longest time between two runs of a schedule in small letters; None if the text is not one."""
    if text in _NAMED:
        return _NAMED[text]
    if text.count(" ") == len(_BOUNDS) - 1:
        return _of_cron(text.split(" "))
    if every := _EVERY.fullmatch(text):
        period = _PERIODS.get(every["period"])
        return period and period * (2 if every["other"] else 1)
    if rate := _RATE.fullmatch(text):
        times = _TIMES[rate["word"]] if rate["word"] else int(rate["number"])
        period = _PERIODS.get(rate["period"])
        stated = rate["word"] or text[rate.end("number") : rate.start("period")].strip()
        return period / times if period and times and stated else None
    return None


def _of_cron(fields: list[str]) -> float | None:
    parsed = [_numbers(text, *bounds) for text, bounds in zip(fields, _BOUNDS, strict=True)]
    if not all(parsed):
        return None
    minutes, hours, days, months, weekdays = (numbers or [] for numbers in parsed)
    weekdays = sorted({day % 7 for day in weekdays})
    times = [hour * _HOUR + minute * _MINUTE for hour in hours for minute in minutes]
    if months != list(range(1, 13)):
        return _longest([month * _MONTH for month in months], _YEAR)
    if days != list(range(1, 32)):
        return None if weekdays != list(range(7)) else _longest([day * _DAY for day in days], _MONTH)
    if weekdays != list(range(7)):
        return _longest([day * _DAY + time for day in weekdays for time in times], _WEEK)
    return _longest(times, _DAY)


def _longest(moments: list[float], period: float) -> float:
    """The longest time between two of some moments that recur after a period."""
    return max(after - before for before, after in pairwise([*moments, moments[0] + period]))


def _numbers(text: str, least: int, most: int, names: dict[str, int]) -> list[int] | None:
    """What a field of a cron expression selects; None if it is not one."""
    found: set[int] = set()
    for part in text.split(","):
        field = _FIELD.fullmatch(part)
        if field is None:
            return None
        first, last = (_number(field[end], names) for end in ("first", "last"))
        if field["range"] == "*":
            first, last = least, most
        elif first is None or (field["last"] and last is None):
            return None
        last = last if last is not None else most if field["step"] else first
        step = int(field["step"] or 1)
        if not (least <= first <= last <= most and step):
            return None
        found.update(range(first, last + 1, step))
    return sorted(found)


def _number(text: str | None, names: dict[str, int]) -> int | None:
    if text is None:
        return None
    return int(text) if text.isdecimal() and len(text) < 4 else names.get(text[:3])  # noqa: PLR2004 - digits of 999
