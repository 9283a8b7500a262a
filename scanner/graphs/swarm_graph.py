"""The graph of a swarm: its agents and roles, to whom they report, and along which roles matters are escalated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from scanner.agent_graph import EdgeKind, GraphNode, NodeKind, SetupGraph
from scanner.facts.roles import aliases, slug, texts
from scanner.facts.setups import Setups, Swarm
from scanner.graphs.drawing import Drawing, some
from scanner.model import Subject
from scanner.subjects.governance import ESCALATION
from scanner.subjects.swarm import AGENT


def swarm_graphs(subjects: Sequence[Subject]) -> Iterator[SetupGraph]:
    """The graph of each swarm with agents."""
    for swarm in Setups(subjects, whole=True).all:
        if not swarm.is_spec and swarm.group[AGENT]:
            yield _graph(swarm)


def _graph(swarm: Swarm) -> SetupGraph:
    agents = swarm.group[AGENT]
    drawing = Drawing(agents[0].origin.path)
    known: dict[str, str] = {}
    for number, agent in enumerate(agents):
        name = slug(agent.bindings["agent"].get("name", "")) or f"agent {number}"
        drawing.subject(name, NodeKind.AGENT, agent, some(texts(agent.bindings["agent"].get("tools"))))
        known.update(dict.fromkeys((*aliases(name), name), name))
    for agent in agents:
        authority = agent.bindings["agent"].get("authority")
        reports = authority.get("reports") if isinstance(authority, dict) else None
        if isinstance(reports, str):
            name = slug(agent.bindings["agent"].get("name", ""))
            drawing.edge(name, _role(drawing, known, reports), EdgeKind.REPORTS)
    for escalation in swarm.group[ESCALATION]:
        data = escalation.bindings["escalation"]
        steps = [_role(drawing, known, role) for role in texts(data.get("path"))]
        for lower, higher in pairwise(steps):
            drawing.edge(lower, higher, EdgeKind.ESCALATES, str(data.get("name", "")))
    return drawing.finished()


def _role(drawing: Drawing, known: dict[str, str], role: str) -> str:
    """The key of a role, which is an agent or is added as a node of its own."""
    key = next((known[alias] for alias in sorted(aliases(role)) if alias in known), slug(role))
    drawing.node(key, GraphNode(NodeKind.ROLE, role, "no agent has this role"))
    return key
