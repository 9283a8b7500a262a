"""Whether an agent, or a session, can be made to send private data out: what it can do itself and through others."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypedDict

from msgspec import Struct, field

from scanner.facts.agents import grants, tools
from scanner.facts.agents.approvals import Approvals, Denials, allowed, unasked_abilities
from scanner.facts.agents.grants import texts
from scanner.facts.agents.setups import CLAUDE_CODE, AgentSetups, Setup
from scanner.facts.agents.tools import CAPABILITIES, OUTBOUND, PRIVATE, UNTRUSTED, Ability
from scanner.facts.fact import Fact
from scanner.facts.groups import place
from scanner.facts.step import Facts, read, step
from scanner.model import Subject
from scanner.subjects.agents.kinds import AGENT, PERMISSION, SETTINGS
from scanner.subjects.agents.permission_grammar import parse

_NAMED = 3
"""Tools that a path names for each capability."""
_READ = grants.FIELDS | {
    "codeExecution",
    "codeExecutionMode",
    "delegates",
    "deniedTools",
    "inheritsTools",
    "permissionMode",
}
"""Fields of an agent that this is derived from."""
_FOLLOWED = 60
"""Agents that are followed from one agent, directly and through others."""


class Capabilities(TypedDict):
    """What an agent can do with its tools, those of its servers, and through the agents that it may start."""

    private: list[str]
    """Tools that read private data."""
    untrusted: list[str]
    """Tools that take in content that others can write."""
    outbound: list[str]
    """Tools that send data to where others can read it."""
    unknown: list[str]
    """Tools and servers of which it is not known what they do, and agents whose tools are not stated."""
    entries: int
    """The number of its own tools or rules that add to the first three lists."""
    asked: bool
    """Its editor asks before each new address, command or tool of a server, as VS Code does by default."""
    approved: bool
    """It can do all three without a question: by its own mode, by what the scanned settings allow, or its tool asks
    none. Claude Code asks before what no rule allows, whatever tools an agent has."""


CAPABLE = Fact(
    "capabilities",
    (AGENT, SETTINGS),
    Capabilities,
    "What it can do: read private data, take in untrusted content, send data out; by the names of tools and servers, "
    "for a session with what its settings allow without a question; absent where no tools are stated.",
    provide="list the tools of the agent by names that are not computed",
)
_MEANING = (
    "How private data can leave: with which tools it reads private data, takes in untrusted content and sends data "
    "out; empty if it cannot do all three; absent where it is not known what a tool or server does."
)
_PROVIDE = "name only tools and servers that Assay knows, or find out what the unknown ones can read and send"
PATH = Fact("exfiltration_path", (AGENT,), str, _MEANING, _PROVIDE, related=("agent", "server"))
SESSION_PATH = Fact("exfiltration_path", (SETTINGS,), str, _MEANING, _PROVIDE)


class _Found(Struct):
    """What is known of an agent or a session."""

    tools: dict[str, list[str]] = field(default_factory=lambda: {letter: [] for letter in CAPABILITIES})
    """By capability: its own tools, or those of the first agent that has it."""
    unknown: list[str] = field(default_factory=list)
    starts: list[Subject] = field(default_factory=list)
    entries: int = 0
    asked: bool = False
    approved: bool = True

    @property
    def leads_out(self) -> bool:
        """Whether it can do all three."""
        return all(self.tools.values())

    def add(self, some: Iterable[Ability], whose: str = "") -> None:
        """Take in what tools can do; `whose` says which agent has them, unless the one in question."""
        given = list(some)
        for letter in [letter for letter in CAPABILITIES if not self.tools[letter]]:
            able = [ability for ability in given if letter in ability.letters]
            if letter == OUTBOUND:  # first those that reach any host, by which a path is told
                able.sort(key=lambda ability: not tools.reaches_any_host(ability.tool))
            names = (f"{ability.tool}{whose}" for ability in able)
            self.tools[letter] = list(dict.fromkeys(names))
        self.unknown += [f"{ability.tool}{whose}" for ability in given if not ability.known]
        self.entries += 0 if whose else sum(bool(ability.letters) for ability in given)

    def state(self, subject: Subject, facts: Facts) -> None:
        """Give what is known to a subject."""
        facts.add(
            subject,
            CAPABLE,
            Capabilities(
                private=self.tools[PRIVATE],
                untrusted=self.tools[UNTRUSTED],
                outbound=self.tools[OUTBOUND],
                unknown=self.unknown,
                entries=self.entries,
                asked=self.asked,
                approved=self.approved,
            ),
        )
        path = self._path() if self.leads_out else "" if not self.unknown else None
        if path is not None:
            facts.add(subject, PATH if subject.kind == AGENT else SESSION_PATH, path)

    def _path(self) -> str:
        return (
            f"read private data with {_listed(self.tools[PRIVATE])}, "
            f"take in untrusted content with {_listed(self.tools[UNTRUSTED])} "
            f"and send data out with {_listed(self.tools[OUTBOUND])}"
        )


def _listed(names: Sequence[str]) -> str:
    """Some names in one text."""
    rest = len(names) - _NAMED
    if rest > 0:
        return f"{', '.join(names[:_NAMED])} and {rest} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _name(agent: Subject) -> str:
    return str(agent.bindings["agent"].get("name", ""))


@step(
    AgentSetups,
    gives=(CAPABLE, PATH, SESSION_PATH),
    reads=(
        read(AGENT, *(f"agent.{name}" for name in sorted(_READ))),
        read(SETTINGS, "settings.scope"),
        read(PERMISSION),
    ),
)
def find_paths(setups: AgentSetups, facts: Facts) -> None:
    """What each agent and each session can do."""
    for setup in setups.all:
        known, unasked = AgentAbilities(setup), None
        by_name = {tools.plain(str(each.bindings["server"].get("name", ""))): each for each in setup.servers}
        for agent in setup.agents:
            if (found := known.reach(agent)) is not None:
                found.asked = setup.asks(agent)
                if found.leads_out:
                    unasked = unasked or AgentAbilities(setup, Approvals(setup))
                    found.approved = (without := unasked.reach(agent)) is not None and without.leads_out
                found.state(agent, facts)
                _relate(agent, found, by_name, facts)
        for settings in setup.settings:
            if settings.bindings["settings"].get("tool") == CLAUDE_CODE:
                _session(settings, setup).state(settings, facts)


class AgentAbilities:
    """The agents of a setup, with what each can do itself."""

    def __init__(self, setup: Setup, approvals: Approvals | None = None) -> None:
        """With `approvals` what they do without a question."""
        self._approvals = approvals
        self._servers = setup.granted
        self._denied = Denials(setup.rules("deny"))
        self._sandboxed = setup.is_sandboxed
        self._by_tool: dict[Any, list[Subject]] = {}
        self._named: dict[tuple[Any, str], list[Subject]] = {}
        for agent in setup.agents:
            tool = agent.bindings["agent"].get("tool")
            self._by_tool.setdefault(tool, []).append(agent)
            for name in dict.fromkeys((_name(agent), agent.origin.path)):
                self._named.setdefault((tool, name), []).append(agent)
        self._names = {name for _, name in self._named}
        self._own: dict[Subject, list[Ability] | None] = {each: self._abilities(each) for each in setup.agents}

    def own(self, agent: Subject) -> list[Ability] | None:
        """What the tools of an agent let it do; None where its tools are not stated."""
        return self._own[agent]

    def reach(self, agent: Subject) -> _Found | None:
        """What an agent can do, also through those that it may start; None where its tools are not stated."""
        if self._own[agent] is None:
            return None
        found, pending, met = _Found(), deque([(agent, "")]), {agent}
        while pending and not (all(found.tools.values()) and found.starts):
            current, whose = pending.popleft()
            own = self._own[current]
            if own is None:
                found.unknown.append(f"the tools of the agent {_name(current)}")
                continue
            found.add(own, whose)
            for other in self._others(own, current, met):
                met.add(other)
                found.starts.append(other)
                pending.append((other, f" of the agent {_name(other)}"))
        return found

    def _others(self, own: Iterable[Ability], by: Subject, met: set[Subject]) -> Iterator[Subject]:
        """The agents that some abilities start and that are not met yet, up to a limit."""
        for other in (other for ability in own for other in self.started(ability, by)):
            if len(met) > _FOLLOWED:
                return
            if other not in met:
                yield other

    def started(self, ability: Ability, by: Subject) -> Iterator[Subject]:
        """The agents that a tool starts: those that it names, or all of the same tool."""
        if ability.starts is None:
            return
        tool = by.bindings["agent"].get("tool")
        every = self._by_tool[tool][: _FOLLOWED + 1]
        named = (each for name in ability.starts for each in self._named.get((tool, name), ()))
        yield from (other for other in (named if ability.starts else every) if other is not by)

    def _abilities(self, agent: Subject) -> list[Ability] | None:
        data = agent.bindings["agent"]
        if data.get("inheritsTools") is True or not (grants.FIELDS & set(data)):
            return None
        found = list(grants.stated(data, self._servers, self._names))
        is_limited = data.get("tool") == CLAUDE_CODE
        denied = [Denials(map(parse, texts(data.get("deniedTools")))), *([self._denied] if is_limited else ())]
        able = list(allowed(found, denied, sandboxed=is_limited and self._sandboxed))
        return able if self._approvals is None else list(self._approvals.of(agent, able))


def _session(settings: Subject, setup: Setup) -> _Found:
    """What a session can do without a question: read the project, and what the settings allow.

    Local settings add to those of the project; what these allow alone is reported there.
    """
    own = _unasked(setup, settings.origin.path)
    if settings.bindings["settings"].get("scope") != "local" or all(own.tools.values()):
        return own
    shared = [other for other in setup.settings if other.bindings["settings"].get("scope") == "project"]
    if any(all(_unasked(setup, other.origin.path).tools.values()) for other in shared):
        return own
    return _unasked(setup, settings.origin.path, *(other.origin.path for other in shared))


def _unasked(setup: Setup, *paths: str) -> _Found:
    """What a session can do without a question by the lists of some files."""
    found = _Found()
    found.add(unasked_abilities(setup, *paths))
    if "Read" not in found.tools[PRIVATE] and not Denials(setup.rules("deny", "ask")).cover("Read"):
        found.tools[PRIVATE].append("Read (files of the project, without a question)")
    return found


def _relate(agent: Subject, found: _Found, servers: Mapping[str, Subject], facts: Facts) -> None:
    """The places of the first agent and the first server that a path leads through."""
    names = [name for each in found.tools.values() for name in each[:_NAMED]]
    for other in found.starts:
        if any(name.endswith(f" of the agent {_name(other)}") for name in names):
            facts.relate(agent, "agent", place(other))
            break
    for server in (servers[name] for name in map(tools.server_of, names) if name in servers):
        facts.relate(agent, "server", place(server))
        break
