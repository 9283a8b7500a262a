"""All subjects -> which components PCI DSS puts in scope, for the table of the reports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scanner.agent_graph import CardScope, ScopedComponent
from scanner.facts.architecture.boundaries import CARD_DATA
from scanner.facts.architecture.card_scope import (
    CDE,
    CONNECTED,
    OPEN,
    OTHERS,
    OUT,
    SECURITY,
    ScopeEntry,
    card_scope,
)
from scanner.facts.architecture.spec import Specs, data_of, id_of, texts, type_of
from scanner.facts.groups import place
from scanner.model import Subject
from scanner.subjects.architecture import ASSET, SYSTEM

_ORDER = (CDE, SECURITY, CONNECTED, OPEN, OUT, OTHERS)


def card_scopes(subjects: Sequence[Subject]) -> tuple[CardScope, ...]:
    """The scope of each system that has card data."""
    assets = (each for each in subjects if each.kind == ASSET)
    if all(CARD_DATA.isdisjoint(texts(data_of(each).get("categories"))) for each in assets):
        return ()
    return tuple(_tables(subjects))


def _tables(subjects: Sequence[Subject]) -> Iterator[CardScope]:
    for spec in Specs(subjects, whole=True).all:
        entries = sorted(card_scope(spec), key=lambda entry: _ORDER.index(entry.scope))
        if entries:
            systems = [str(data_of(each).get("name", "")) for each in spec.group[SYSTEM]]
            name = next(filter(None, systems), entries[0].node.origin.path)
            yield CardScope(name, tuple(map(_component, entries)))


def _component(entry: ScopeEntry) -> ScopedComponent:
    node = entry.node
    where = place(node)
    kind = type_of(node) or node.kind.rpartition(".")[2]
    return ScopedComponent(entry.scope, kind, id_of(node), entry.reason, node.origin.path, where.line)
