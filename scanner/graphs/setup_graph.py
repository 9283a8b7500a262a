"""The graph of an agent setup: the session and agents, whom they may start, their servers, and what they can do."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence

from scanner.agent_graph import EdgeKind, GraphNode, NodeKind, SetupGraph
from scanner.facts.agents.approvals import unasked_abilities
from scanner.facts.agents.exfiltration import AgentAbilities
from scanner.facts.agents.setups import CLAUDE_CODE, AgentSetups, Setup
from scanner.facts.agents.tools import CAPABILITIES, OUTBOUND, PRIVATE, UNTRUSTED, Ability, plain, server_of
from scanner.graphs.drawing import Drawing, some
from scanner.model import Subject

_CAPABILITIES = {
    PRIVATE: "reads private data",
    UNTRUSTED: "reads untrusted content",
    OUTBOUND: "sends data out",
}
_SESSION = "session"
_FOLDER = "scanned folder"
_MOST_STARTED = 60
"""Agents of a setup up to which each that may start any other is joined with all of them."""


def setup_graphs(subjects: Sequence[Subject]) -> Iterator[SetupGraph]:
    """The graph of each setup with an agent, a server or the permissions of a session."""
    for root, setup in AgentSetups(subjects, whole=True).by_root.items():
        if setup.agents or setup.servers or setup.permissions:
            yield _graph(root, setup)


def _graph(root: str, setup: Setup) -> SetupGraph:
    drawing, known = Drawing(_FOLDER if root == "." else root), AgentAbilities(setup)
    allowed = _session(drawing, setup)
    for agent in setup.agents:
        own = known.own(agent)
        detail = "its tools are not stated" if own is None else some([each.tool for each in own])
        drawing.subject(agent, NodeKind.AGENT, agent, detail, alone=agent.origin.path.endswith(".md"))
    abilities = setup.granted.abilities
    for server in setup.servers:
        name = plain(str(server.bindings["server"].get("name", "")))
        if name in abilities:
            drawing.subject(name, NodeKind.SERVER, server, _told(abilities[name]))
    every = (*allowed, *abilities.values(), *(each for agent in setup.agents for each in known.own(agent) or ()))
    for letter, title in _CAPABILITIES.items():
        if any(letter in each.letters for each in every):
            drawing.node(letter, GraphNode(NodeKind.CAPABILITY, title))
    _uses(drawing, _SESSION, allowed)
    for name, ability in abilities.items():
        drawing.edge(_SESSION, name, EdgeKind.USES)
        _can(drawing, name, [ability])
    for agent in setup.agents:
        own = known.own(agent) or []
        _uses(drawing, agent, own)
        starting = [ability for ability in own if ability.starts or len(setup.agents) <= _MOST_STARTED]
        for other in (other for ability in starting for other in known.started(ability, agent)):
            drawing.edge(agent, other, EdgeKind.STARTS)
        if agent.bindings["agent"].get("tool") == CLAUDE_CODE:
            drawing.edge(_SESSION, agent, EdgeKind.STARTS)
    return drawing.finished()


def _told(server: Ability) -> str:
    """What is not known of a server."""
    if server.known:
        return ""
    return "only known by its name" if server.letters else "not known what it does"


def _session(drawing: Drawing, setup: Setup) -> list[Ability]:
    """One node for the sessions of Claude Code; what all of its settings together allow without a question."""
    settings = [each for each in setup.settings if each.bindings["settings"].get("tool") == CLAUDE_CODE]
    if not settings:
        return []
    paths = tuple(dict.fromkeys(each.origin.path for each in settings))
    allowed = unasked_abilities(setup, *paths)
    subjects = tuple((each.origin.path, each.identity) for each in settings)
    detail = some([each.tool for each in allowed]) if allowed else "no rule allows a tool"
    drawing.node(_SESSION, GraphNode(NodeKind.SESSION, "session", detail, paths[0], 1, subjects, paths))
    return allowed


def _uses(drawing: Drawing, who: Hashable, abilities: Iterable[Ability]) -> None:
    """The servers whose tools somebody has, and what the other tools can do."""
    own = []
    for ability in abilities:
        server = server_of(ability.tool)
        if server and server in drawing.nodes:
            drawing.edge(who, server, EdgeKind.USES, ability.tool)
        else:
            own.append(ability)
    _can(drawing, who, own)


def _can(drawing: Drawing, who: Hashable, abilities: Iterable[Ability]) -> None:
    for ability in abilities:
        for letter in CAPABILITIES:
            if letter in ability.letters:
                drawing.edge(who, letter, EdgeKind.CAN, ability.tool)
