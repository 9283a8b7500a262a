"""Whether an escalation path can be followed, and whether the escalations of a swarm agree with each other."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any, NotRequired, TypedDict

from scanner.facts.accountability import UNHELD
from scanner.facts.fact import Fact
from scanner.facts.groups import place
from scanner.facts.roles import is_no_role, is_same, is_several, repeated, slug, texts, unheld
from scanner.facts.setups import Setups, Swarm
from scanner.facts.step import Facts, read, step
from scanner.facts.topics import known_topics, topics
from scanner.late import regex
from scanner.model import Subject
from scanner.subjects.governance import ALERT, ESCALATION, ESCALATIONS
from scanner.subjects.quantities import seconds


class Step(TypedDict):
    """The first step of an escalation."""

    escalation: str
    text: str
    seconds: NotRequired[float]


class Other(TypedDict):
    """Another escalation about the same topic."""

    escalation: str
    last: str
    agrees: bool


class Notice(TypedDict):
    """A notification to a supervisory authority, with its time limit where it states one."""

    text: str
    seconds: NotRequired[float]


REPEATED = Fact(
    "repeated",
    (ESCALATION,),
    list[str],
    "Roles that occur twice in the path.",
    provide="state the path of the escalation",
)
GROWING = Fact(
    "growing",
    (ESCALATION,),
    bool,
    "Whether the timeouts increase along the path.",
    provide="state the timeout of each step of the escalation",
)
TOTAL_SECONDS = Fact(
    "total_seconds",
    (ESCALATION,),
    float,
    "The sum of the timeouts in seconds.",
    provide="state the timeout of each step of the escalation",
)
OTHER = Fact(
    "other",
    (ESCALATION,),
    Other,
    "Of a path without timeouts, the escalation with timeouts about the same topic in the swarm, and whether both end "
    "with the same role.",
    provide="state both paths",
    related=("escalation",),
)
MISSING_TOPICS = Fact(
    "missing_topics",
    (ESCALATIONS,),
    list[str],
    "Escalation paths and serious alerts of the swarm about a topic that has no entry here.",
    provide="state the escalation paths and the alerts by name",
    related=("missing",),
)
FIRST_STEP = Fact(
    "first_step",
    (ALERT,),
    Step,
    "The timeout of the first step of the escalation about the same topic.",
    provide="state the timeouts of the escalation",
    related=("escalation",),
)
NOTICES = Fact(
    "notices",
    (ESCALATION,),
    list[Notice],
    "The notifications of a swarm to a supervisory authority, the card brands or the affected people, each with its "
    "time limit where it states one; absent in a spec, which lists names only, and in a path without times.",
    provide="state the notifications of the escalation",
)

_AUTHORITY = regex(
    r"(?i)regulator|authorit(y|ies)|supervis|watchdog|data[-_ ]?subject|affected|card[-_ ]?brand|payment[-_ ]?brand"
    r"|acquir(er|ing)|\b(dpa|ico|cnil|bafin|edpb|csirt)\b"
)
_LIMIT = regex(r"(?i)\d+(?:\.\d+)?\s*-?\s*(?:m|min|mins|minutes?|h|hrs?|hours?|d|days?|w|weeks?|months?)\b")
_PROMPT = regex(r"(?i)\bimmediate(ly)?\b")
_SERIOUS = regex(r"(?i) *(critical|high|p1|p2|sev-?[12]) *\Z")


@step(
    Setups,
    gives=(REPEATED, UNHELD, GROWING, TOTAL_SECONDS, NOTICES),
    reads=(read(ESCALATION, "escalation.path", "escalation.timeouts", "escalation.notifications"),),
)
def check_escalations(setups: Setups, facts: Facts) -> None:
    """Whether each escalation path names distinct, existing roles and has increasing timeouts."""
    for swarm in setups.all:
        for subject in swarm.group[ESCALATION]:
            escalation = subject.bindings["escalation"]
            if path := texts(escalation.get("path")):
                facts.add(subject, REPEATED, repeated(path))
                if swarm.roster:
                    facts.add(subject, UNHELD, unheld(path, swarm.roster))
            times = [stage.get("seconds") for stage in escalation.get("timeouts", ())]
            if times and all(time is not None for time in times):
                facts.add(subject, GROWING, all(a < b for a, b in itertools.pairwise(times)))
                facts.add(subject, TOTAL_SECONDS, sum(times))
            stated = "notifications" in escalation or ("path" in escalation and "timeouts" in escalation)
            if stated and "notifications" not in subject.unknowns and not swarm.is_spec:  # a spec lists names only
                notified = texts(escalation.get("notifications"))
                facts.add(subject, NOTICES, [_notice(text) for text in notified if _AUTHORITY.search(text)])


def _notice(text: str) -> Notice:
    limit = _LIMIT.search(text)
    time = seconds(limit[0]) if limit else 0.0 if _PROMPT.search(text) else None
    return Notice(text=text) if time is None else Notice(text=text, seconds=time)


@step(
    Setups,
    gives=(OTHER, MISSING_TOPICS, FIRST_STEP, UNHELD),
    reads=(
        read(ALERT, "alert.escalation", "alert.name", "alert.severity"),
        read(ESCALATION, "escalation.name", "escalation.path", "escalation.timeouts"),
        read(ESCALATIONS, "escalations.topics"),
    ),
)
def compare_escalations(setups: Setups, facts: Facts) -> None:
    """Whether the escalations of a swarm agree with each other and with its alerts; a spec has one list of them."""
    for swarm in setups.all:
        if not swarm.is_spec:
            timed: dict[str, Subject] = {}
            for each in swarm.group[ESCALATION]:
                if each.bindings["escalation"].get("timeouts"):
                    for topic in topics(_name(each)):
                        timed.setdefault(topic, each)
            for short in swarm.group[ESCALATION]:
                if not short.bindings["escalation"].get("timeouts"):
                    _compare(short, timed, facts)
            paths = {slug(_name(each)) for each in swarm.group[ESCALATION]}
            for alert in swarm.group[ALERT]:
                _answer(alert, timed, facts)
                if swarm.roster:
                    _escalate(alert, swarm.roster | paths, facts)
            for entries in swarm.group[ESCALATIONS]:
                _cover(entries, swarm, facts)


def _name(subject: Subject) -> str:
    return str(subject.bindings[subject.focus].get("name", ""))


def _alike(name: str, others: Mapping[str, Subject]) -> Subject | None:
    """A subject about a topic of a name."""
    return next((others[topic] for topic in sorted(topics(name)) if topic in others), None)


def _compare(short: Subject, timed: Mapping[str, Subject], facts: Facts) -> None:
    """Whether a path without times ends where the escalation with times about the same topic does."""
    other = _alike(_name(short), timed)
    path = texts(short.bindings["escalation"].get("path"))
    longer = texts(other.bindings["escalation"].get("path")) if other else []
    if other and path and longer:
        agrees = is_same(path[-1], longer[-1])
        facts.add(short, OTHER, Other(escalation=_name(other), last=longer[-1], agrees=agrees))
        facts.relate(short, "escalation", place(other, "path"))


def _answer(alert: Subject, timed: Mapping[str, Subject], facts: Facts) -> None:
    """The first step of the escalation about the topic of an alert."""
    escalation = _alike(_name(alert), timed)
    if escalation:
        first: dict[str, Any] = escalation.bindings["escalation"]["timeouts"][0]
        step = Step(escalation=_name(escalation), text=str(first.get("text", "")))
        if first.get("seconds") is not None:
            step["seconds"] = first["seconds"]
        facts.add(alert, FIRST_STEP, step)
        facts.relate(alert, "escalation", place(escalation, "timeouts", "0"))


def _escalate(alert: Subject, known: set[str], facts: Facts) -> None:
    """Whether an alert escalates to a role or by a path that exists; teams are not expected on a roster."""
    if called := texts(alert.bindings["alert"].get("escalation")):
        roles = [role for role in called if not (is_several(role) or is_no_role(role))]
        facts.add(alert, UNHELD, unheld(roles, known))


def _cover(entries: Subject, swarm: Swarm, facts: Facts) -> None:
    """The escalation paths and serious alerts about topics without an entry."""
    covered = frozenset[str]().union(*(topics(name) for name in texts(entries.bindings["escalations"].get("topics"))))
    missing: list[Subject] = []
    for each in _needed(swarm):
        if not topics(_name(each)) & covered:
            covered |= topics(_name(each))
            missing.append(each)
    facts.add(entries, MISSING_TOPICS, [_name(each) for each in missing])
    if missing:
        facts.relate(entries, "missing", place(missing[0]))


def _needed(swarm: Swarm) -> Iterator[Subject]:
    """What needs an entry: paths that are stated without times, and serious alerts of a known topic."""
    for escalation in swarm.group[ESCALATION]:
        if "timeouts" not in escalation.bindings["escalation"] and topics(_name(escalation)):
            yield escalation
    for alert in swarm.group[ALERT]:
        if _SERIOUS.match(str(alert.bindings["alert"].get("severity", ""))) and known_topics(_name(alert)):
            yield alert
