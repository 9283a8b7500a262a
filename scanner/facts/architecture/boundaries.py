"""Boundaries and their members."""

from __future__ import annotations

from scanner.facts.architecture.data import CATEGORIES, REGULATED
from scanner.facts.architecture.spec import NODES, Specs, data_of, id_of
from scanner.facts.fact import Fact
from scanner.facts.groups import place
from scanner.facts.step import Facts, read, step
from scanner.model import Subject
from scanner.subjects.architecture import BOUNDARY

BOUNDARY_KIND = Fact(
    "boundary_kind",
    NODES,
    str,
    "The kind of the boundary that it is in.",
    provide="state the `boundary` that it is in, and the `kind` of that boundary",
    related=("boundary",),
)
MEMBERS = Fact(
    "members",
    (BOUNDARY,),
    list[str],
    "Ids of the services and stores in it.",
    provide="state the `boundary` of each service and store",
)
WITH_CARD_DATA = Fact(
    "with_card_data",
    (BOUNDARY,),
    list[str],
    "Ids of its members that hold card data.",
    provide="state the `boundary` and the `data` of each service and store",
)
WITHOUT_CARD_DATA = Fact(
    "without_card_data",
    (BOUNDARY,),
    list[str],
    "Ids of its members that state their data and hold no card data.",
    provide="state the `boundary` and the `data` of each service and store",
)


@step(Specs, gives=(BOUNDARY_KIND,), reads=(read(BOUNDARY, "boundary.kind"),))
def place_nodes(specs: Specs, facts: Facts) -> None:
    """The boundary of each service and store."""
    for spec in specs.all:
        for node in spec.nodes.values():
            if boundary := spec.boundaries.get(str(data_of(node).get("boundary"))):
                facts.add(node, BOUNDARY_KIND, str(data_of(boundary).get("kind", "")))
                facts.relate(node, "boundary", place(boundary))


@step(Specs, gives=(MEMBERS, WITH_CARD_DATA, WITHOUT_CARD_DATA), needs=(CATEGORIES, REGULATED))
def list_members(specs: Specs, facts: Facts) -> None:
    """The members of each boundary, and which of them hold cardholder data."""
    for spec in specs.all:
        for boundary in spec.group[BOUNDARY]:
            members = spec.members[id_of(boundary)]
            cards = [id_of(node) for node in members if _holds_cards(node, facts)]
            others = [node for node in members if not _holds_cards(node, facts)]
            facts.add(boundary, MEMBERS, [id_of(node) for node in members])
            facts.add(boundary, WITH_CARD_DATA, cards)
            told = [id_of(node) for node in others if facts.of(node, REGULATED) is not None]
            facts.add(boundary, WITHOUT_CARD_DATA, told)


def _holds_cards(node: Subject, facts: Facts) -> bool:
    return bool({"pan", "sad"} & set(facts.of(node, CATEGORIES) or ()))
