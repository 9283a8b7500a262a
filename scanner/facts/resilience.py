"""Arithmetic of availability and recovery.

A year is 365.25 days and a month a twelfth of it; an availability of A % allows (100 - A) % of the window as downtime,
so 99.99 % allows 52.6 minutes a year and 4.38 minutes a month.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NotRequired, TypedDict

from scanner.facts.fact import Fact
from scanner.facts.groups import Group, by_group, place
from scanner.model import Subject
from scanner.subjects.architecture import DOMAIN, SYSTEM
from scanner.subjects.governance import RECOVERY
from scanner.subjects.prose import CLAIM


class Availability(TypedDict):
    """An availability, as text and in percent."""

    text: str
    percent: float


class Duration(TypedDict):
    """A duration, as text and in seconds where the text is one."""

    text: str
    seconds: NotRequired[float]


AVAILABILITY = Fact(
    "availability",
    (RECOVERY,),
    Availability,
    "The availability that it is held to: its own, else the strictest that the document states.",
    related=("availability",),
)
MONTHLY_DOWNTIME = Fact("monthly_downtime", (RECOVERY,), Duration, "The downtime that this allows a month.")
TEST_INTERVAL = Fact(
    "test_interval",
    (RECOVERY,),
    Duration,
    "The interval of the recovery test that the document states for any of its recoveries.",
)
ALLOWED = Fact("allowed", (CLAIM,), Duration, "The downtime that the claimed availability really allows.")
CONSISTENT = Fact("consistent", (CLAIM,), bool, "Whether the claimed downtime agrees with the claimed availability.")
FITTING_WINDOW = Fact(
    "fitting_window",
    (CLAIM,),
    str,
    "The window that the claimed downtime would fit (`year`, `month`, `week`, `day`), where it does not fit its own.",
)

YEAR = 365.25 * 86400.0
WINDOWS = {"year": YEAR, "month": YEAR / 12, "week": 7 * 86400.0, "day": 86400.0}
_TOLERANCE = 0.05
"""Share by which a stated downtime may differ: it covers 365 against 365.25 days, 30 against 30.44, and rounding."""


def derive(subjects: Sequence[Subject]) -> None:
    """Attach facts to recovery statements and claims of each group."""
    for group in by_group(subjects):
        strictest = _strictest(group)
        systems = {subject.bindings["system"]["name"] for subject in group[SYSTEM]}
        tests = [recovery.bindings["recovery"].get("testInterval") for recovery in group[RECOVERY]]
        tested = next((test for test in tests if test), None)
        for recovery in group[RECOVERY]:
            part = bool(systems) and recovery.bindings["recovery"]["name"] not in systems
            _recovery(recovery, None if part else strictest, tested)
        for claim in group[CLAIM]:
            _claim(claim)


def downtime(percent: float, window: str) -> float:
    """Seconds of downtime that an availability allows within a window (year, month, week, day)."""
    return (100.0 - percent) / 100.0 * WINDOWS[window]


def spoken(seconds: float) -> str:
    """A duration in the unit a person would use: `4.38 minutes`."""
    for size, unit in ((86400.0, "days"), (3600.0, "hours"), (60.0, "minutes")):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} seconds"


def _strictest(group: Group) -> tuple[float, Subject] | None:
    """The highest availability that a domain or a claim of the group states, and who states it."""
    stated = [
        (percent, subject)
        for kind in (DOMAIN, CLAIM)
        for subject in group[kind]
        if (percent := _percent(subject.bindings[subject.focus])) is not None and percent < 100  # noqa: PLR2004
    ]
    return max(stated, key=lambda pair: pair[0], default=None)


def _percent(data: dict[str, Any]) -> float | None:
    availability = data.get("availability")
    return availability.get("percent") if isinstance(availability, dict) else None


def _recovery(subject: Subject, strictest: tuple[float, Subject] | None, tested: Any) -> None:
    """What a recovery is held to (`availability`, `monthly_downtime`), and its `test_interval`."""
    recovery = subject.bindings["recovery"]
    percent = _percent(recovery)
    if percent is None and strictest:
        percent = strictest[0]
        subject.related["availability"] = place(strictest[1], "availability")
    if percent is not None and percent < 100:  # noqa: PLR2004
        budget = downtime(percent, "month")
        subject.facts["availability"] = {"text": f"{percent:.6g} %", "percent": percent}
        subject.facts["monthly_downtime"] = {"text": spoken(budget), "seconds": budget}
    if tested:
        subject.facts["test_interval"] = tested


def _claim(subject: Subject) -> None:
    """`allowed`: the downtime that the claimed availability really allows; `consistent`; the window that would fit."""
    claim = subject.bindings["claim"]
    percent, stated = _percent(claim), claim.get("downtime")
    if percent is None or not isinstance(stated, dict) or stated.get("seconds") is None:
        return
    allowed = downtime(percent, stated["window"])
    subject.facts["allowed"] = {"text": f"{spoken(allowed)} a {stated['window']}", "seconds": allowed}
    subject.facts["consistent"] = abs(stated["seconds"] - allowed) <= _TOLERANCE * allowed
    fitting = [
        window
        for window in WINDOWS
        if abs(stated["seconds"] - downtime(percent, window)) <= _TOLERANCE * downtime(percent, window)
    ]
    if fitting and fitting[0] != stated["window"]:
        subject.facts["fitting_window"] = fitting[0]
