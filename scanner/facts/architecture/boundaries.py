"""Boundaries and their members."""

from __future__ import annotations

from scanner.facts.architecture.data import CATEGORIES, REGULATED
from scanner.facts.architecture.spec import NODES, PUBLIC, Spec, Specs, data_of, id_of, texts, type_of
from scanner.facts.fact import Fact
from scanner.facts.groups import place
from scanner.facts.step import Facts, read, step
from scanner.model import Subject
from scanner.subjects.architecture import ASSET, BOUNDARY, DATASTORE, FLOW, SERVICE

BOUNDARY_KIND = Fact(
    "boundary_kind",
    NODES,
    str,
    "The kind of the boundary that it is in, or of one around that: `internet` if any of them is, otherwise the "
    "innermost that is not `internal`.",
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


MISPLACED = Fact(
    "misplaced_card_data",
    NODES,
    bool,
    "Whether it works with card data outside of the cardholder data environment that the spec defines.",
    provide="state the `boundary` and the `data` of each service and store",
)
STRAY = Fact(
    "stray_card_data",
    (FLOW,),
    str,
    "The id of what is outside of the cardholder data environment and has card data by this flow alone; empty where "
    "there is none.",
    provide="state the `boundary` and the `data` of each service and store",
)
CDE_ELSEWHERE = Fact(
    "cde_elsewhere",
    (BOUNDARY,),
    bool,
    "Whether the spec defines a cardholder data environment.",
    provide="define the boundaries of the system with their `kind`",
)

CARD_DATA = frozenset(("pan", "sad"))
_OUTSIDERS = frozenset(("actor", "external", "client"))


@step(Specs, gives=(BOUNDARY_KIND,))
def place_nodes(specs: Specs, facts: Facts) -> None:
    """The boundary of each service and store."""
    for spec in specs.all:
        for node in (*spec.group[SERVICE], *spec.group[DATASTORE]):
            name = spec.boundary_of(node)
            if (zone := spec.zone(name)) is not None:
                facts.add(node, BOUNDARY_KIND, zone)
                facts.relate(node, "boundary", place(next(spec.around(name))))


@step(Specs, gives=(MEMBERS, WITH_CARD_DATA, WITHOUT_CARD_DATA, CDE_ELSEWHERE), needs=(CATEGORIES, REGULATED))
def list_members(specs: Specs, facts: Facts) -> None:
    """The members of each boundary, and which of them hold cardholder data."""
    for spec in specs.all:
        defined = any(spec.zone(id_of(each)) == "cde" for each in spec.group[BOUNDARY])
        for boundary in spec.group[BOUNDARY]:
            members = spec.members[id_of(boundary)]
            cards = [id_of(node) for node in members if _holds_cards(node, facts)]
            others = [node for node in members if not _holds_cards(node, facts)]
            facts.add(boundary, MEMBERS, [id_of(node) for node in members])
            facts.add(boundary, WITH_CARD_DATA, cards)
            told = [id_of(node) for node in others if facts.of(node, REGULATED) is not None]
            facts.add(boundary, WITHOUT_CARD_DATA, told)
            facts.add(boundary, CDE_ELSEWHERE, defined and spec.zone(id_of(boundary)) != "cde")


def _holds_cards(node: Subject, facts: Facts) -> bool:
    categories = facts.of(node, CATEGORIES)
    return bool(categories) and not CARD_DATA.isdisjoint(categories or ())


@step(
    Specs,
    gives=(MISPLACED, STRAY),
    needs=(CATEGORIES,),
    reads=(read(ASSET, "data_asset.categories"), read(SERVICE, "service.data"), read(DATASTORE, "datastore.data")),
)
def find_card_data_outside(specs: Specs, facts: Facts) -> None:
    """What works with card data outside of the environment for it: by its own data or several flows, or by one flow."""
    for spec in specs.all:
        if not any(spec.zone(id_of(each)) == "cde" for each in spec.group[BOUNDARY]):
            continue
        for node in spec.nodes.values():
            zone = spec.zone(spec.boundary_of(node))
            if zone in (None, "cde", *PUBLIC) or type_of(node) in _OUTSIDERS:
                continue
            flows = [flow for flow in _flows(node, spec) if _holds_cards(flow, facts)]
            if len(flows) == 1 and not _states_cards(node, spec):
                facts.add(flows[0], STRAY, id_of(node))
            else:
                facts.add(node, MISPLACED, bool(flows) or _states_cards(node, spec))


def _flows(node: Subject, spec: Spec) -> list[Subject]:
    return [*spec.leaving[id_of(node)], *spec.arriving[id_of(node)]]


def _states_cards(node: Subject, spec: Spec) -> bool:
    """Whether it names card data itself."""
    assets = [spec.assets[name] for name in texts(data_of(node).get("data")) if name in spec.assets]
    return any(not CARD_DATA.isdisjoint(texts(data_of(asset).get("categories"))) for asset in assets)
