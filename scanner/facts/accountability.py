"""Who holds a role, who decides over whose proposal, and whether escalation grows towards a decider."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

from scanner.facts.fact import Fact
from scanner.facts.groups import Group, Groups
from scanner.facts.step import Facts, read, step
from scanner.late import regex
from scanner.masking import hidden
from scanner.model import Subject
from scanner.subjects.architecture import SYSTEM
from scanner.subjects.governance import DECISION, ESCALATION
from scanner.subjects.swarm import AGENT, TASK

SELF_APPROVED = Fact(
    "self_approved",
    (DECISION,),
    bool,
    "Whether the proposer is also the approver, also under an alias (`cto` is `chief-technology-officer`).",
    provide="state who proposes and who approves the decision",
)
SELF_REVIEWED = Fact(
    "self_reviewed",
    (DECISION,),
    bool,
    "Whether the proposer is one of the reviewers, also under an alias.",
    provide="state who proposes and who reviews the decision",
)
UNHELD = Fact(
    "unheld",
    (DECISION, ESCALATION),
    list[str],
    "Roles that match no agent, task or listed role of the document: the proposer of a decision, each step of an "
    "escalation; absent where the document has no list of roles or agents, or a name in it is computed.",
    provide="state the role, and list the roles or agents of the organisation by names that are not computed",
)
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
REPORTS_TO_NOBODY = Fact(
    "reports_to_nobody",
    (AGENT,),
    bool,
    "Whether its reporting line ends at a role that no agent has.",
    provide="state in `authority.reports` whom the agent reports to, and name all agents by names that are "
    "not computed",
)
REPORTS_IN_CIRCLE = Fact(
    "reports_in_circle",
    (AGENT,),
    bool,
    "Whether its reporting line leads back to itself.",
    provide="state in `authority.reports` whom the agent reports to",
)

_SEPARATORS = regex(r"[^a-z0-9]+")
_SMALL_WORDS = frozenset(("of", "and", "the", "for"))


_ROSTER = (
    read(AGENT, "agent.name"),
    read(TASK, "task.direct", "task.name"),
    read(SYSTEM, "system.roles"),
)
"""What is read to know who is there."""


def slug(role: Any) -> str:
    """A role's name in one spelling: `Head of Risk and Compliance` is `head-risk-compliance`."""
    words = _SEPARATORS.sub("-", str(role).lower()).strip("-").split("-")
    return "-".join(word for word in words if word not in _SMALL_WORDS)


def aliases(role: Any) -> set[str]:
    """The names that mean a role: its own, and its initials (`cto`) where it has at least three words."""
    name = slug(role)
    words = name.split("-")
    return {name, "".join(word[0] for word in words)} if len(words) > 2 else {name}  # noqa: PLR2004


def is_same(one: Any, other: Any) -> bool:
    """Whether two names mean one role: they are the same, or one of them is written as the initials of the other.

    Two roles that are both written out are two, though their initials may be the same.
    """
    return slug(one) in aliases(other) or slug(other) in aliases(one)


def _roster(group: Group) -> set[str]:
    """Every role name in the group; empty where a name is computed, so that no role can be reported as missing."""
    held: set[str] = set()
    if any("name" in subject.unknowns for kind in (AGENT, TASK) for subject in group[kind]):
        return held
    for agent in group[AGENT]:
        held |= aliases(agent.bindings["agent"].get("name", ""))
    for task in group[TASK]:
        if task.bindings["task"].get("direct"):
            held |= aliases(task.bindings["task"].get("name", ""))
    for system in group[SYSTEM]:
        for role in _texts(system.bindings["system"].get("roles")):
            held |= aliases(role)
    return held - {""}


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _unheld(roles: Iterable[str], roster: set[str]) -> list[str]:
    return [role for role in roles if not aliases(role) & roster]


@step(
    Groups,
    gives=(SELF_APPROVED, SELF_REVIEWED, UNHELD),
    reads=(*_ROSTER, read(DECISION, "decision.approver", "decision.proposer", "decision.reviewers")),
)
def check_decisions(groups: Groups, facts: Facts) -> None:
    """Whether the proposer of a decision is also its approver or reviewer, and whether the proposer exists."""
    for group in groups.all:
        roster = _roster(group) if group[DECISION] else set()
        for subject in group[DECISION]:
            decision = subject.bindings["decision"]
            proposer = decision.get("proposer")
            for fact, field in ((SELF_APPROVED, "approver"), (SELF_REVIEWED, "reviewers")):
                if proposer and (others := _texts(decision.get(field))):
                    facts.add(subject, fact, any(is_same(role, proposer) for role in others))
            if roster:
                facts.add(subject, UNHELD, _unheld(_texts(decision.get("proposer")), roster))


@step(
    Groups,
    gives=(REPEATED, UNHELD, GROWING, TOTAL_SECONDS),
    reads=(*_ROSTER, read(ESCALATION, "escalation.path", "escalation.timeouts")),
)
def check_escalations(groups: Groups, facts: Facts) -> None:
    """Whether each escalation path names distinct, existing roles and has increasing timeouts."""
    for group in groups.all:
        roster = _roster(group) if group[ESCALATION] else set()
        for subject in group[ESCALATION]:
            escalation = subject.bindings["escalation"]
            if path := _texts(escalation.get("path")):
                names = [slug(role) for role in path]
                twice = {_spelling(role, name) for role, name in zip(path, names, strict=True) if names.count(name) > 1}
                facts.add(subject, REPEATED, sorted(twice))
                if roster:
                    facts.add(subject, UNHELD, _unheld(path, roster))
            times = [stage.get("seconds") for stage in escalation.get("timeouts", ())]
            if times and all(time is not None for time in times):
                facts.add(subject, GROWING, all(a < b for a, b in itertools.pairwise(times)))
                facts.add(subject, TOTAL_SECONDS, sum(times))


def _spelling(role: str, name: str) -> str:
    """A role in lower case; as written where it holds a credential, which masking would not find in lower case."""
    return name if hidden(role) == role else role


@step(
    Groups,
    gives=(REPORTS_TO_NOBODY, REPORTS_IN_CIRCLE),
    reads=(*_ROSTER, read(AGENT, "agent.authority.reports")),
)
def follow_reports(groups: Groups, facts: Facts) -> None:
    """Where the line of report of each agent leads."""
    for group in groups.all:
        if group[AGENT]:
            _report(group[AGENT], _roster(group), facts)


def _report(agents: list[Subject], roster: set[str], facts: Facts) -> None:
    names = [slug(agent.bindings["agent"].get("name", "")) for agent in agents]
    known = {alias: name for name in names for alias in aliases(name)} | {name: name for name in names}
    chief = {
        name: known.get(slug(reports)) or next((known[alias] for alias in aliases(reports) & set(known)), slug(reports))
        for name, agent in zip(names, agents, strict=True)
        if isinstance(reports := _authority(agent).get("reports"), str)
    }
    for name, agent in zip(names, agents, strict=True):
        if name in chief:
            if roster:
                facts.add(agent, REPORTS_TO_NOBODY, not aliases(chief[name]) & roster)
            facts.add(agent, REPORTS_IN_CIRCLE, _circles(name, chief))


def _authority(agent: Subject) -> dict[str, Any]:
    authority = agent.bindings["agent"].get("authority")
    return authority if isinstance(authority, dict) else {}


def _circles(start: str, chief: dict[str, str]) -> bool:
    """Whether reporting lines lead from an agent back to itself."""
    met, current = set(), start
    while current in chief and current not in met:
        met.add(current)
        current = chief[current]
    return current == start and start in met
