"""All subjects -> the graphs of systems that reports draw, and the scope of card data."""

from __future__ import annotations

from collections.abc import Sequence

from scanner.agent_graph import CardScope, SetupGraph
from scanner.model import Subject

_DRAWN = ("agents.agent", "agents.server", "agents.settings", "swarm.agent")


def graphs_of(subjects: Sequence[Subject]) -> tuple[SetupGraph, ...]:
    """The graph of each setup that has agents, servers or a session; nothing is loaded where none has."""
    if not any(subject.kind in _DRAWN for subject in subjects):
        return ()
    from scanner.graphs.setup_graph import setup_graphs
    from scanner.graphs.swarm_graph import swarm_graphs

    return (*setup_graphs(subjects), *swarm_graphs(subjects))


def card_scopes_of(subjects: Sequence[Subject]) -> tuple[CardScope, ...]:
    """The scope of card data of each system that a spec describes; nothing is loaded where no data is defined."""
    if not any(subject.kind == "architecture.data-asset" for subject in subjects):
        return ()
    from scanner.graphs.card_scopes import card_scopes

    return card_scopes(subjects)
