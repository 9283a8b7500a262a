"""Who decides over whose proposal, and where the reporting lines of agents lead."""

from __future__ import annotations

from typing import Any

from scanner.facts.fact import Fact
from scanner.facts.roles import aliases, is_no_role, is_same, is_several, slug, texts, unheld
from scanner.facts.setups import Setups
from scanner.facts.step import Facts, read, step
from scanner.model import Subject
from scanner.subjects.architecture import SYSTEM
from scanner.subjects.governance import ALERT, DECISION, ESCALATION
from scanner.subjects.swarm import AGENT

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
APPROVER_REVIEWS = Fact(
    "approver_reviews",
    (DECISION,),
    bool,
    "Whether every reviewer is also the approver, also under an alias.",
    provide="state who reviews and who approves the decision",
)
UNHELD = Fact(
    "unheld",
    (DECISION, ESCALATION, ALERT),
    list[str],
    "Roles that match no agent, task or listed role of the setup: the proposer of a decision, each step of an "
    "escalation, whom an alert of a swarm escalates to; absent where it has no list of roles or agents, or a name "
    "in it is computed.",
    provide="state the role, and list the roles or agents of the organisation by names that are not computed",
)
UNHELD_APPROVERS = Fact(
    "unheld_approvers",
    (DECISION,),
    list[str],
    "Approvers that match no agent, task or listed role of the setup, without those that name a person (`human`); "
    "absent where no role is known.",
    provide="state the approver, and list the roles or agents of the organisation by names that are not computed",
)
UNHELD_REVIEWERS = Fact(
    "unheld_reviewers",
    (DECISION,),
    list[str],
    "Reviewers that match no agent, task or listed role of the setup, without those that name a person, a team or "
    "several people; absent where no role is known.",
    provide="state the reviewers, and list the roles or agents of the organisation by names that are not computed",
)
PEERS_WITH_AUTHORITY = Fact(
    "peers_with_authority",
    (AGENT,),
    int,
    "The number of other agents of the swarm that have `authority`.",
    provide="spawn the agents of the swarm in one setup",
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


@step(
    Setups,
    gives=(SELF_APPROVED, SELF_REVIEWED, APPROVER_REVIEWS, UNHELD, UNHELD_APPROVERS, UNHELD_REVIEWERS),
    reads=(read(DECISION, "decision.approver", "decision.proposer", "decision.reviewers"),),
)
def check_decisions(setups: Setups, facts: Facts) -> None:
    """Whether the proposer of a decision is also its approver or reviewer, and whether these exist."""
    for swarm in setups.all:
        for subject in swarm.group[DECISION]:
            decision = subject.bindings["decision"]
            proposer = decision.get("proposer")
            for fact, field in ((SELF_APPROVED, "approver"), (SELF_REVIEWED, "reviewers")):
                if proposer and (others := texts(decision.get(field))):
                    facts.add(subject, fact, any(is_same(role, proposer) for role in others))
            approvers, reviewers = texts(decision.get("approver")), texts(decision.get("reviewers"))
            if approvers and reviewers:
                alone = all(any(is_same(role, approver) for approver in approvers) for role in reviewers)
                facts.add(subject, APPROVER_REVIEWS, alone)
            if swarm.roster and not swarm.group[SYSTEM]:  # a spec is held to the roles that it lists elsewhere
                _hold(subject, swarm.roster, facts)


def _hold(subject: Subject, roster: set[str], facts: Facts) -> None:
    """Which roles of a decision nobody holds; people and, among reviewers, teams are not expected on the roster."""
    decision = subject.bindings["decision"]
    facts.add(subject, UNHELD, unheld(texts(decision.get("proposer")), roster))
    if approvers := texts(decision.get("approver")):
        facts.add(subject, UNHELD_APPROVERS, unheld([role for role in approvers if not is_no_role(role)], roster))
    if reviewers := texts(decision.get("reviewers")):
        single = [role for role in reviewers if not (is_several(role) or is_no_role(role))]
        facts.add(subject, UNHELD_REVIEWERS, unheld(single, roster))


@step(
    Setups,
    gives=(REPORTS_TO_NOBODY, REPORTS_IN_CIRCLE, PEERS_WITH_AUTHORITY),
    reads=(read(AGENT, "agent.authority.reports", names=("agent.authority",)),),
)
def follow_reports(setups: Setups, facts: Facts) -> None:
    """Where the line of report of each agent leads, and how many of the other agents have `authority`."""
    for swarm in setups.all:
        if agents := swarm.group[AGENT]:
            _report(agents, swarm.roster, facts)
            number = sum(bool(_authority(agent)) for agent in agents)
            for agent in agents:
                facts.add(agent, PEERS_WITH_AUTHORITY, number - bool(_authority(agent)))


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
