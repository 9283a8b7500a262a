"""Who makes up each swarm of a document: agents that are spawned, and tasks that start one directly."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence

from scanner.facts.fact import Fact
from scanner.facts.groups import Group, Groups, place
from scanner.facts.roles import slug
from scanner.facts.setups import Setups
from scanner.facts.step import Facts, read, step
from scanner.marks import line_of
from scanner.model import Subject
from scanner.subjects.governance import PROCESS, RECOVERY, REQUIREMENT
from scanner.subjects.swarm import AGENT, CALL, SWARM, TASK

IN_SWARM = Fact(
    "swarm",
    (PROCESS, REQUIREMENT, RECOVERY),
    bool,
    "Whether it is part of a swarm configuration.",
    provide="scan the document as a whole",
)
GUARDED = Fact(
    "guarded",
    (CALL,),
    bool,
    "Whether its setup has a hook that can stop a tool call.",
    provide="scan the folder of the setup as a whole",
)
AGENTS = Fact(
    "agents",
    (SWARM,),
    int,
    "The number of distinct agents that are spawned or started; each agent without a name counts.",
    provide="spawn or start each agent by a name",
)
NAMESAKES = Fact(
    "namesakes",
    (AGENT,),
    int,
    "The number of other agents of one example with the same name.",
    provide="spawn each agent by a name",
)
DECLARED = Fact(
    "declared",
    (TASK,),
    bool,
    "For a task that `Task(...)` starts, whether an agent of that name is spawned in its setup; absent where fewer "
    "than half of the tasks of its file have the name of an agent.",
    provide="spawn the agents and start the tasks by the same names, which are not computed",
)
SPAWNED = Fact(
    "spawned",
    (TASK,),
    bool,
    "For a task that `Task(...)` starts, whether an agent of that name is spawned anywhere in its setup; absent where "
    "the setup spawns no agent by name, or a name is computed.",
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


_APART = 100
"""Lines between two calls of one file beyond which they belong to different examples."""
_TASKS = read(TASK, "task.direct", "task.name")


@step(
    Setups,
    gives=(IN_SWARM, GUARDED),
    reads=(read(SWARM), read(PROCESS), read(REQUIREMENT), read(RECOVERY), read(CALL)),
)
def find_members(setups: Setups, facts: Facts) -> None:
    """Whether processes, requirements and recoveries are part of a swarm configuration, and what guards calls."""
    for swarm in setups.all:
        for call in swarm.group[CALL]:
            facts.add(call, GUARDED, swarm.guarded)
        for kind in (PROCESS, REQUIREMENT, RECOVERY):
            for subject in swarm.group[kind]:
                facts.add(subject, IN_SWARM, bool(swarm.group[SWARM]))


@step(
    Groups, gives=(AGENTS, NAMESAKES), reads=(_TASKS, read(TASK, "task.type"), read(AGENT, "agent.name", "agent.type"))
)
def count_agents(groups: Groups, facts: Facts) -> None:
    """The agents of each swarm, and those of one name.

    A swarm reaches from its `swarm_init` to the next. If agents are started in the same code block, other blocks are
    other examples; otherwise the agents that these spawn count.
    """
    for group in groups.all:
        swarms = sorted(group[SWARM], key=_position)
        starts = [_position(swarm) for swarm in swarms]
        teams: list[list[Subject]] = [[] for _ in range(len(swarms) + 1)]
        for actor in (*group[AGENT], *_direct(group)):
            teams[bisect_right(starts, _position(actor))].append(actor)
        for team in teams:
            for together in _together([actor for actor in team if actor.kind == AGENT]):
                spawned = Counter(_name(actor) for actor in together)
                for actor in together:
                    facts.add(actor, NAMESAKES, spawned[_name(actor)] - 1)
        for swarm, team in zip(swarms, teams[1:], strict=True):
            beside = [actor for actor in team if actor.origin.first_line == swarm.origin.first_line]
            facts.add(swarm, AGENTS, _number(beside or [actor for actor in team if actor.kind == AGENT]))


@step(Setups, gives=(DECLARED, SPAWNED, AGENT_TYPE), reads=(_TASKS, read(AGENT, "agent.name", "agent.type")))
def match_tasks(setups: Setups, facts: Facts) -> None:
    """Whether each direct task has the name of a spawned agent: of its file, otherwise of its swarm.

    Where fewer than half of the tasks of a file have one, or a name is computed, agents are started in two different
    ways, and the fact is left out.
    """
    for swarm in setups.all:
        files: dict[str, tuple[list[Subject], list[Subject]]] = {}
        for actor in (*swarm.group[AGENT], *_direct(swarm.group)):
            files.setdefault(actor.group, ([], []))[actor.kind == TASK].append(actor)
        for agents, tasks in files.values():
            _match(tasks, agents or swarm.group[AGENT], swarm.spawned, facts)


def _match(tasks: list[Subject], spawned: list[Subject], elsewhere: set[str], facts: Facts) -> None:
    agents = {_name(agent): agent for agent in spawned}
    computed = any("name" in subject.unknowns for subject in (*spawned, *tasks))
    for task in tasks if any(agents) and not computed else ():
        facts.add(task, SPAWNED, _name(task) in agents or _name(task) in elsewhere)
    if computed or 2 * sum(_name(task) in agents for task in tasks) < max(1, len(tasks)):
        return
    for task in tasks:
        known = agents.get(_name(task))
        facts.add(task, DECLARED, known is not None or _name(task) in elsewhere)
        if known and (kind := known.bindings["agent"].get("type")):
            facts.add(task, AGENT_TYPE, kind)
            facts.relate(task, "agent", place(known, "type"))


def _direct(group: Group) -> list[Subject]:
    return [task for task in group[TASK] if task.bindings["task"].get("direct")]


def _together(agents: list[Subject]) -> Iterator[list[Subject]]:
    """The agents of one example each: of one code block, without a long text between two of them."""
    found: list[Subject] = []
    for agent in sorted(agents, key=_position):
        before = found[-1] if found else agent
        if before.origin.first_line != agent.origin.first_line or _position(agent) - _position(before) > _APART:
            yield found
            found = []
        found.append(agent)
    yield found


def _number(team: Sequence[Subject]) -> int:
    """The number of agents: one for each name, and one for each that is spawned without a name.

    Agents whose names are computed count as one together, since the names may be equal. An agent without a name may be
    the one that a task starts with its type.
    """
    named = {_name(actor) for actor in team if not _is_nameless(actor)}
    nameless = Counter(_type(actor) for actor in team if _is_nameless(actor))
    started = Counter(_type(actor) for actor in team if actor.kind == TASK)
    return len(named) + (nameless - started).total()


def _type(actor: Subject) -> str:
    return str(actor.bindings[actor.focus].get("type", ""))


def _is_nameless(actor: Subject) -> bool:
    return actor.kind == AGENT and not actor.bindings["agent"].get("name") and "name" not in actor.unknowns


def _name(actor: Subject) -> str:
    return slug(actor.bindings[actor.focus].get("name", ""))


def _position(subject: Subject) -> int:
    """The line of a subject."""
    return subject.origin.first_line + line_of(subject.marks[subject.focus])
