"""Runs on the files of a branch -> the waivers that were in force on each day of a period."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from scanner.evidence.ledger.entry import WaiverInForce
from scanner.evidence.period.moments import Period, shown
from scanner.evidence.period.runs import Run


class WaiverDay(Struct, frozen=True):
    """A day, as its runs recorded it, or else the last runs before it."""

    day: str
    recorded: str
    """The day of these runs; empty where there was no run yet, so that it is not known what was in force."""
    in_force: tuple[str, ...]


class WaiverUse(Struct, frozen=True):
    """A waiver that was in force at a run."""

    id: str
    expires: str
    approver: str
    first: str
    last: str
    days: int
    """Days of the period on which it was in force."""


class WaiversByDay(Struct, frozen=True):
    """The waivers of a period."""

    days: tuple[WaiverDay, ...]
    waivers: tuple[WaiverUse, ...]


def waivers_by_day(runs: Sequence[Run], period: Period) -> WaiversByDay:
    """The waivers in force by day. What a run records holds until the next day with a run, or until it expires."""
    recorded: dict[str, dict[str, WaiverInForce]] = {}
    for run in sorted(runs, key=lambda each: each.order):
        if run.moment < period.end:
            of_day = recorded.setdefault(_day(run.moment), {})
            of_day.update((each.id, each) for each in run.entry.waivers)
    days = tuple(_days(recorded, period))
    return WaiversByDay(days, tuple(_uses(runs, period, days)))


def _day(moment: int) -> str:
    return shown(moment).partition("T")[0]


def _days(recorded: dict[str, dict[str, WaiverInForce]], period: Period) -> list[WaiverDay]:
    last = max((day for day in recorded if day < period.first.isoformat()), default="")
    found = []
    for each in period.days():
        day = each.isoformat()
        last = day if day in recorded else last
        own = recorded.get(last, {}).values()
        in_force = sorted(waiver.id for waiver in own if not waiver.expires or waiver.expires >= day)
        found.append(WaiverDay(day, last, tuple(in_force)))
    return found


def _uses(runs: Sequence[Run], period: Period, days: Sequence[WaiverDay]) -> list[WaiverUse]:
    found: dict[tuple[str, str, str], list[int]] = {}
    for run in runs:
        if run.moment < period.end:
            for each in run.entry.waivers:
                found.setdefault((each.id, each.expires, each.approver), []).append(run.moment)
    uses = []
    for (name, expires, approver), moments in sorted(found.items()):
        number = sum(name in each.in_force for each in days)
        if number or any(map(period.holds, moments)):
            uses.append(WaiverUse(name, expires, approver, shown(min(moments)), shown(max(moments)), number))
    return uses
