"""Who makes up each swarm of a document: agents that are spawned, and tasks that start one directly."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence

from scanner.facts.accountability import slug
from scanner.facts.fact import Fact
from scanner.facts.groups import Group, Groups, place
from scanner.facts.step import Facts, read, step
from scanner.marks import line_of
from scanner.model import Subject
from scanner.subjects.governance import PROCESS, REQUIREMENT
from scanner.subjects.swarm import AGENT, SWARM, TASK

IN_SWARM = Fact(
    "swarm",
    (PROCESS, REQUIREMENT),
    bool,
    "Whether it is part of a swarm configuration.",
    provide="scan the document as a whole",
)
AGENTS = Fact(
    "agents",
    (SWARM,),
    int,
    "The number of distinct agents that are spawned or started; each agent without a name counts.",
    provide="spawn or start each agent by a name",
)
NAMESAKES = Fact(
    "namesakes", (AGENT,), int, "The number of other agents with the same name.", provide="spawn each agent by a name"
)
DECLARED = Fact(
    "declared",
    (TASK,),
    bool,
    "For a task that `Task(...)` starts, whether an agent of that name is spawned; absent where no agent is spawned.",
    provide="spawn the agents and start the tasks by the same names, which are not computed",
)
AGENT_TYPE = Fact(
    "agent_type",
    (TASK,),
    str,
    "The type with which the agent is spawned.",
    provide="spawn the agent of the task with its type",
    related=("agent",),
)


_TASKS = read(TASK, "task.direct", "task.name")


@step(Groups, gives=(IN_SWARM,), reads=(read(SWARM),))
def find_members(groups: Groups, facts: Facts) -> None:
    """Whether processes and requirements are part of a swarm configuration."""
    for group in groups.all:
        for subject in (*group[PROCESS], *group[REQUIREMENT]):
            facts.add(subject, IN_SWARM, bool(group[SWARM]))


@step(Groups, gives=(AGENTS, NAMESAKES), reads=(_TASKS, read(AGENT, "agent.name"), read(SWARM)))
def count_agents(groups: Groups, facts: Facts) -> None:
    """The agents of each swarm, and those of one name."""
    for group in groups.all:
        teams = _teams(group)
        for team in teams:
            spawned = Counter(_name(actor) for actor in team if actor.kind == AGENT)
            for actor in team:
                if actor.kind == AGENT:
                    facts.add(actor, NAMESAKES, spawned[_name(actor)] - 1)
        for swarm, team in zip(sorted(group[SWARM], key=_position), teams, strict=False):
            facts.add(swarm, AGENTS, _number(team))


@step(Groups, gives=(DECLARED, AGENT_TYPE), reads=(_TASKS, read(AGENT, "agent.name", "agent.type"), read(SWARM)))
def match_tasks(groups: Groups, facts: Facts) -> None:
    """Whether each direct task has the name of a spawned agent of its swarm.

    Where no task has one, or a name is computed, agents are started in two different ways, and the fact is left out.
    """
    for team in (team for group in groups.all for team in _teams(group)):
        agents = {_name(actor): actor for actor in team if actor.kind == AGENT}
        direct = [actor for actor in team if actor.kind == TASK]
        computed = any("name" in subject.unknowns for subject in team)
        if computed or not any(_name(task) in agents for task in direct):
            continue
        for task in direct:
            known = agents.get(_name(task))
            facts.add(task, DECLARED, known is not None)
            if known and (kind := known.bindings["agent"].get("type")):
                facts.add(task, AGENT_TYPE, kind)
                facts.relate(task, "agent", place(known, "type"))


def _teams(group: Group) -> list[list[Subject]]:
    """The agents and direct tasks of each swarm.

    A swarm reaches from its `swarm_init` to the next; what comes before the first belongs to the first.
    """
    starts = sorted(map(_position, group[SWARM]))[1:]
    teams: list[list[Subject]] = [[] for _ in range(len(starts) + 1)]
    for actor in (*group[AGENT], *_direct(group)):
        teams[bisect_right(starts, _position(actor))].append(actor)
    return teams


def _direct(group: Group) -> list[Subject]:
    return [task for task in group[TASK] if task.bindings["task"].get("direct")]


def _number(team: Sequence[Subject]) -> int:
    """The number of agents: one for each name, and one for each that is spawned without a name.

    Agents whose names are computed count as one together, since the names may be equal.
    """
    nameless = sum(_is_nameless(actor) for actor in team)
    return nameless + len({_name(actor) for actor in team if not _is_nameless(actor)})


def _is_nameless(actor: Subject) -> bool:
    return actor.kind == AGENT and not actor.bindings["agent"].get("name") and "name" not in actor.unknowns


def _name(actor: Subject) -> str:
    return slug(actor.bindings[actor.focus].get("name", ""))


def _position(subject: Subject) -> int:
    """The line of a subject."""
    return subject.origin.first_line + line_of(subject.marks[subject.focus])
