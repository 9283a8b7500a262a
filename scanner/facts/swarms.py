"""Who makes up each swarm of a document: agents that are spawned, and tasks that start one directly."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence

from scanner.facts.accountability import slug
from scanner.facts.fact import Fact
from scanner.facts.groups import Group, by_group, place
from scanner.marks import line_of
from scanner.model import Subject
from scanner.subjects.governance import PROCESS, REQUIREMENT
from scanner.subjects.swarm import AGENT, SWARM, TASK

IN_SWARM = Fact("swarm", (PROCESS, REQUIREMENT), bool, "Whether it is part of a swarm configuration.")
AGENTS = Fact("agents", (SWARM,), int, "The number of distinct agents that are spawned or started.")
NAMESAKES = Fact("namesakes", (AGENT,), int, "The number of other agents with the same name.")
DECLARED = Fact(
    "declared",
    (TASK,),
    bool,
    "Whether an agent of that name is spawned, for a task that `Task(...)` starts; absent where none of them is.",
)
AGENT_TYPE = Fact("agent_type", (TASK,), str, "The type that this agent is spawned with.", related=("agent",))


def derive(subjects: Sequence[Subject]) -> None:
    """Attach facts to swarms, agents, direct tasks, and to what is part of a swarm configuration."""
    for group in by_group(subjects):
        _sizes(group)
        _tasks(group)
        for kind in (PROCESS, REQUIREMENT):
            for subject in group[kind]:
                subject.facts["swarm"] = bool(group[SWARM])


def _sizes(group: Group) -> None:
    """`agents` of each swarm and `namesakes` of each agent.

    A swarm reaches from its `swarm_init` to the next; what comes before the first belongs to the first.
    """
    swarms = sorted(group[SWARM], key=_position)
    starts = [_position(swarm) for swarm in swarms[1:]]
    teams: list[list[Subject]] = [[] for _ in range(max(1, len(swarms)))]
    for actor in (*group[AGENT], *_direct(group)):
        teams[bisect_right(starts, _position(actor))].append(actor)
    for team in teams:
        spawned = Counter(_name(actor) for actor in team if actor.kind == AGENT)
        for actor in team:
            if actor.kind == AGENT:
                actor.facts["namesakes"] = spawned[_name(actor)] - 1
    for swarm, team in zip(swarms, teams, strict=False):
        swarm.facts["agents"] = len({_name(actor) for actor in team})


def _tasks(group: Group) -> None:
    """`declared` and `agent_type` of each direct task.

    Where no task goes by the name of a spawned agent, or a name is computed, the two are different ways of starting
    agents, and nothing is said of it.
    """
    agents = {_name(agent): agent for agent in group[AGENT]}
    direct = _direct(group)
    computed = any("name" in subject.unknowns for subject in (*group[AGENT], *direct))
    if computed or not any(_name(task) in agents for task in direct):
        return
    for task in direct:
        known = agents.get(_name(task))
        task.facts["declared"] = known is not None
        kind = known.bindings["agent"].get("type") if known else None
        if known and kind:
            task.facts["agent_type"] = kind
            task.related["agent"] = place(known, "type")


def _direct(group: Group) -> list[Subject]:
    return [task for task in group[TASK] if task.bindings["task"].get("direct")]


def _name(actor: Subject) -> str:
    return slug(actor.bindings[actor.focus].get("name", ""))


def _position(subject: Subject) -> int:
    """The line a subject stands at."""
    return subject.origin.first_line + line_of(subject.marks[subject.focus])
