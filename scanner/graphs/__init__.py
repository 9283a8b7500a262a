"""All subjects -> the graphs of systems that reports draw, and the scope of card data."""

from __future__ import annotations

from collections.abc import Sequence

from scanner.agent_graph import CardScope, SetupGraph
from scanner.model import Subject

_DRAWN = ("agents.agent", "agents.server", "agents.settings", "swarm.agent")
_FLOW = "architecture.flow"


def graphs_of(subjects: Sequence[Subject]) -> tuple[SetupGraph, ...]:
    """The graph of each setup with agents, servers or a session, and of each system with flows.

    Nothing is loaded where there are none.
    """
    return (*_of_agents(subjects), *_of_systems(subjects))


def _of_agents(subjects: Sequence[Subject]) -> tuple[SetupGraph, ...]:
    if not any(subject.kind in _DRAWN for subject in subjects):
        return ()
    from scanner.graphs.setup_graph import setup_graphs
    from scanner.graphs.swarm_graph import swarm_graphs

    return (*setup_graphs(subjects), *swarm_graphs(subjects))


def _of_systems(subjects: Sequence[Subject]) -> tuple[SetupGraph, ...]:
    if not any(subject.kind == _FLOW for subject in subjects):
        return ()
    from scanner.graphs.system_graph import system_graphs

    return tuple(system_graphs(subjects))


def card_scopes_of(subjects: Sequence[Subject]) -> tuple[CardScope, ...]:
    """The scope of card data of each system that a spec describes; nothing is loaded where no data is defined."""
    if not any(subject.kind == "architecture.data-asset" for subject in subjects):
        return ()
    from scanner.graphs.card_scopes import card_scopes

    return card_scopes(subjects)
