"""The days of a period, and moments and durations as the report writes them. All times are UTC."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from msgspec import Struct

from scanner.errors import UsageError
from scanner.late import regex

DAY = 86_400
_DURATION = regex(r"(\d{1,6})([dhm])")
_SECONDS = {"d": DAY, "h": 3600, "m": 60}


class Period(Struct, frozen=True):
    """Whole days, the last one included."""

    first: date
    last: date

    @property
    def start(self) -> int:
        """The first second."""
        return _midnight(self.first)

    @property
    def end(self) -> int:
        """The first second after it."""
        return _midnight(self.last) + DAY

    def holds(self, moment: int) -> bool:
        """Whether a moment is in it."""
        return self.start <= moment < self.end

    def days(self) -> Iterator[date]:
        """Its days."""
        return (self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1))


def period_of(first: str, last: str) -> Period:
    """The period between two days; raises UsageError for a day that is none, and for an end before its start."""
    found = Period(_day("--from", first), _day("--to", last))
    if found.last < found.first:
        raise UsageError(f"the period ends before it starts: --from {first} --to {last}")
    return found


def seconds_of(option: str, text: str) -> int:
    """A duration such as 7d, 12h or 90m; raises UsageError for another text."""
    if found := _DURATION.fullmatch(text):
        return int(found[1]) * _SECONDS[found[2]]
    raise UsageError(f"{option} is not a duration: {text!r}", hint="write days, hours or minutes: 7d, 12h or 90m")


def moment_of(text: str) -> int | None:
    """Seconds since 1970 of a time in RFC 3339; None for a text that states none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return int(found.timestamp()) if found.tzinfo else None


def shown(moment: int) -> str:
    """A moment as `2026-11-30T04:00:00Z`."""
    try:
        return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return f"{moment} seconds after 1970"


def lasted(seconds: int) -> str:
    """A duration in its two largest units, rounded down: `3 d 4 h`."""
    days, rest = divmod(max(0, seconds), DAY)
    hours, rest = divmod(rest, 3600)
    parts = [(days, "d"), (hours, "h"), (rest // 60, "min"), (rest % 60, "s")]
    first = next((number for number, (value, _) in enumerate(parts) if value), len(parts) - 1)
    return " ".join(f"{value} {unit}" for value, unit in parts[first : first + 2] if value) or "0 s"


def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def _day(option: str, text: str) -> date:
    from scanner.waived import day

    found = day(text)
    if found is None:
        raise UsageError(f"{option} is not a date: {text!r}", hint="write it as YYYY-MM-DD, such as 2026-01-31")
    return found
