"""Arithmetic of availability and recovery.

A year is 365.25 days and a month a twelfth of it; an availability of A % allows (100 - A) % of the window as downtime,
so 99.99 % allows 52.6 minutes a year and 4.38 minutes a month.
"""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from scanner.facts.fact import Fact
from scanner.facts.groups import Group, Groups, place
from scanner.facts.step import Facts, read, step
from scanner.late import regex
from scanner.model import Subject
from scanner.subjects.architecture import DOMAIN, SYSTEM
from scanner.subjects.governance import RECOVERY, REQUIREMENT
from scanner.subjects.prose_claims import CLAIM


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
    "The availability that it must meet: its own, otherwise the highest that the document states.",
    provide="state the availability that the recovery must meet",
    related=("availability",),
)
MONTHLY_DOWNTIME = Fact(
    "monthly_downtime",
    (RECOVERY,),
    Duration,
    "The downtime per month that this availability allows.",
    provide="state the availability that the recovery must meet",
)
TEST_INTERVAL = Fact(
    "test_interval",
    (RECOVERY,),
    Duration,
    "The interval of recovery tests, where the document states one for any recovery.",
    provide="state how often recovery is tested",
)


class DomainBehind(TypedDict):
    """A domain that is reached through another."""

    name: str
    text: str
    percent: float


BEHIND = Fact(
    "behind",
    (DOMAIN,),
    DomainBehind,
    "Of a domain of channels, such as customer-experience or web-portal, the domain with the highest availability "
    "among the others of the document; absent for a domain that is not called a channel.",
    provide="state the availability of the domains",
    related=("behind",),
)
AT_REST = Fact(
    "at_rest",
    (RECOVERY,),
    str,
    "The encryption at rest that the security requirements of the same document demand of the whole system.",
    provide="state in the security requirements how data at rest is encrypted",
    related=("at_rest",),
)
ALLOWED = Fact(
    "allowed",
    (CLAIM,),
    Duration,
    "The downtime that the claimed availability allows.",
    provide="state the availability and the downtime of the claim",
)
CONSISTENT = Fact(
    "consistent",
    (CLAIM,),
    bool,
    "Whether the claimed downtime agrees with the claimed availability.",
    provide="state the availability and the downtime of the claim",
)
FITTING_WINDOW = Fact(
    "fitting_window",
    (CLAIM,),
    str,
    "The window for which the claimed downtime would be right (`year`, `month`, `week`, `day`), where it is "
    "wrong for the stated window.",
    provide="state the availability and the downtime of the claim",
)

YEAR = 365.25 * 86400.0
WINDOWS = {"year": YEAR, "month": YEAR / 12, "week": 7 * 86400.0, "day": 86400.0}
_TOLERANCE = 0.05
"""Share by which a stated downtime may differ: it covers 365 against 365.25 days, 30 against 30.44, and rounding."""


@step(
    Groups,
    gives=(AVAILABILITY, MONTHLY_DOWNTIME, TEST_INTERVAL, AT_REST),
    reads=(
        read(REQUIREMENT, "requirement.atRest"),
        read(CLAIM, "claim.availability"),
        read(DOMAIN, "domain.availability"),
        read(RECOVERY, "recovery.availability", "recovery.name", "recovery.testInterval"),
        read(SYSTEM, "system.name"),
    ),
)
def check_recoveries(groups: Groups, facts: Facts) -> None:
    """The availability that each recovery must meet, and how often recovery is tested."""
    for group in groups.all:
        strictest = _strictest(group)
        systems = {subject.bindings["system"]["name"] for subject in group[SYSTEM]}
        tests = [recovery.bindings["recovery"].get("testInterval") for recovery in group[RECOVERY]]
        tested = next((test for test in tests if test), None)
        demands = [each for each in group[REQUIREMENT] if isinstance(each.bindings["requirement"].get("atRest"), str)]
        for recovery in group[RECOVERY]:
            for demand in demands[:1]:
                facts.add(recovery, AT_REST, demand.bindings["requirement"]["atRest"])
                facts.relate(recovery, "at_rest", place(demand, "atRest"))
            part = bool(systems) and recovery.bindings["recovery"]["name"] not in systems
            _recovery(recovery, None if part else strictest, facts)
            if tested:
                facts.add(recovery, TEST_INTERVAL, tested)


_CHANNEL = regex(
    r"(?i)(?:^|[-_ ])(?:channels?|omnichannel|customer-experience|front-?end|portals?|web|mobile)(?:$|[-_ ])"
)
"""Names of domains through which users reach the others."""


@step(Groups, gives=(BEHIND,), reads=(read(DOMAIN, "domain.availability", "domain.name"),))
def find_channels(groups: Groups, facts: Facts) -> None:
    """The domains behind the channels of each system."""
    for group in groups.all:
        for channel in group[DOMAIN]:
            name = str(channel.bindings["domain"]["name"])
            if _percent(channel.bindings["domain"]) is None or not _CHANNEL.search(name):
                continue
            others = [each for each in group[DOMAIN] if not _CHANNEL.search(str(each.bindings["domain"]["name"]))]
            stated = [(percent, each) for each in others if (percent := _percent(each.bindings["domain"])) is not None]
            if stated:
                percent, best = max(stated, key=lambda pair: pair[0])
                data = best.bindings["domain"]
                behind = DomainBehind(name=str(data["name"]), text=f"{percent:.6g} %", percent=percent)
                facts.add(channel, BEHIND, behind)
                facts.relate(channel, "behind", place(best, "availability"))


def downtime(percent: float, window: str) -> float:
    """Seconds of downtime that an availability allows within a window (year, month, week, day)."""
    return (100.0 - percent) / 100.0 * WINDOWS[window]


def duration_text(seconds: float) -> str:
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


def _recovery(subject: Subject, strictest: tuple[float, Subject] | None, facts: Facts) -> None:
    """The availability that a recovery must meet: its own, else the highest that is stated."""
    percent = _percent(subject.bindings["recovery"])
    if percent is None and strictest:
        percent = strictest[0]
        facts.relate(subject, "availability", place(strictest[1], "availability"))
    if percent is not None and percent < 100:  # noqa: PLR2004
        budget = downtime(percent, "month")
        facts.add(subject, AVAILABILITY, Availability(text=f"{percent:.6g} %", percent=percent))
        facts.add(subject, MONTHLY_DOWNTIME, Duration(text=duration_text(budget), seconds=budget))


@step(Groups, gives=(ALLOWED, CONSISTENT, FITTING_WINDOW), reads=(read(CLAIM, "claim.availability", "claim.downtime"),))
def check_claims(groups: Groups, facts: Facts) -> None:
    """Whether the availability and the downtime that are claimed agree, and what would."""
    for group in groups.all:
        for subject in group[CLAIM]:
            claim = subject.bindings["claim"]
            percent, stated = _percent(claim), claim.get("downtime")
            if percent is not None and isinstance(stated, dict) and stated.get("seconds") is not None:
                _check(subject, percent, stated, facts)


def _check(subject: Subject, percent: float, stated: dict[str, Any], facts: Facts) -> None:
    fitting = [
        window
        for window in WINDOWS
        if abs(stated["seconds"] - downtime(percent, window)) <= _TOLERANCE * downtime(percent, window)
    ]
    allowed = downtime(percent, stated["window"])
    facts.add(subject, ALLOWED, Duration(text=f"{duration_text(allowed)} a {stated['window']}", seconds=allowed))
    facts.add(subject, CONSISTENT, stated["window"] in fitting)
    if fitting and fitting[0] != stated["window"]:
        facts.add(subject, FITTING_WINDOW, fitting[0])
