"""All subjects -> the graphs of agent setups and of swarms that reports draw."""

from __future__ import annotations

from collections.abc import Sequence

from scanner.agent_graph import SetupGraph
from scanner.model import Subject

_DRAWN = ("agents.agent", "agents.server", "agents.settings", "swarm.agent")


def graphs_of(subjects: Sequence[Subject]) -> tuple[SetupGraph, ...]:
    """The graph of each setup that has agents, servers or a session; nothing is loaded where none has."""
    if not any(subject.kind in _DRAWN for subject in subjects):
        return ()
    from scanner.graphs.setup_graph import setup_graphs
    from scanner.graphs.swarm_graph import swarm_graphs

    return (*setup_graphs(subjects), *swarm_graphs(subjects))
