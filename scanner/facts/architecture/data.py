"""The data that services and stores hold and flows carry, and the regions that are allowed for it."""

from __future__ import annotations

from scanner.facts.architecture.spec import NODES, Spec, Specs, data_of, id_of, texts
from scanner.facts.fact import Fact
from scanner.facts.groups import place
from scanner.facts.step import Facts, read, step
from scanner.model import Subject
from scanner.subjects.architecture import ASSET, BOUNDARY, CATEGORIES_OF_DATA, DATASTORE, FLOW, SERVICE, SYSTEM

CATEGORIES = Fact(
    "categories",
    (*NODES, FLOW),
    list[str],
    "Categories of the data that it holds or carries; absent where no data is stated.",
    provide="state in `data` which data assets it holds or carries, and the `categories` of each",
)
UNDEFINED_DATA = Fact(
    "undefined_data",
    (*NODES, FLOW),
    list[str],
    "Data assets that it names and the spec does not define.",
    provide="state in `data` which data assets it holds or carries",
)
CLASSIFICATION = Fact(
    "classification",
    (*NODES, FLOW),
    str,
    "The highest classification of the data that it holds or carries: `public`, `internal`, `confidential` or "
    "`restricted`.",
    provide="state in `data` which data assets it holds or carries, and the `classification` of each",
)
REGULATED = Fact(
    "regulated",
    (*NODES, FLOW),
    bool,
    "Whether its data is confidential or restricted, or personal, card, health, credential or financial data; absent "
    "where no data is stated.",
    provide="state in `data` which data assets it holds or carries, and define each with its "
    "`classification` and `categories`",
    related=("data",),
)
OUTSIDE_RESIDENCY = Fact(
    "outside_residency",
    (DATASTORE,),
    list[str],
    "Regions of the store, its replicas and its backups that the residency of its data does not allow.",
    provide="state the `regions` of the store, and the `residency` of the data that it holds",
)
SERVICES = Fact(
    "services", (SYSTEM,), int, "The number of services in the spec.", provide="describe the services of the system"
)
SYSTEM_CATEGORIES = Fact(
    "categories",
    (SYSTEM,),
    list[str],
    "Categories of all data that the spec defines.",
    provide="define the data assets of the system with their `categories`",
)
BOUNDARY_KINDS = Fact(
    "boundary_kinds",
    (SYSTEM,),
    list[str],
    "Kinds of the boundaries that the spec defines.",
    provide="define the boundaries of the system with their `kind`",
)

CLASSES = ("public", "internal", "confidential", "restricted")


@step(
    Specs,
    gives=(CATEGORIES, UNDEFINED_DATA, CLASSIFICATION, REGULATED),
    reads=(
        read(ASSET, "data_asset.categories", "data_asset.classification"),
        read(SERVICE, "service.data"),
        read(DATASTORE, "datastore.data"),
        read(FLOW, "flow.data"),
    ),
)
def sort_data(specs: Specs, facts: Facts) -> None:
    """The data of each element: what a node holds itself or its flows carry to or from it, and what a flow carries."""
    for spec in specs.all:
        for node in spec.nodes.values():
            held = set(texts(data_of(node).get("data")))
            for flow in (*spec.leaving[id_of(node)], *spec.arriving[id_of(node)]):
                held |= set(texts(data_of(flow).get("data")))
            _sort(node, held, spec, facts)
        for flow in spec.group[FLOW]:
            _sort(flow, set(texts(data_of(flow).get("data"))), spec, facts)


def _sort(subject: Subject, held: set[str], spec: Spec, facts: Facts) -> None:
    if not held:
        return
    assets = [spec.assets[name] for name in sorted(held) if name in spec.assets]
    categories = sorted({str(item) for asset in assets for item in texts(data_of(asset).get("categories"))})
    ranks = [CLASSES.index(level) for asset in assets if (level := data_of(asset).get("classification")) in CLASSES]
    facts.add(subject, CATEGORIES, categories)
    facts.add(subject, UNDEFINED_DATA, sorted(held - set(spec.assets)))
    if ranks:
        facts.add(subject, CLASSIFICATION, CLASSES[max(ranks)])
    if assets:
        high = bool(ranks) and CLASSES[max(ranks)] in ("confidential", "restricted")
        facts.add(subject, REGULATED, high or bool(CATEGORIES_OF_DATA & set(categories)))
        facts.relate(subject, "data", place(assets[0]))


@step(
    Specs,
    gives=(OUTSIDE_RESIDENCY,),
    reads=(
        read(ASSET, "data_asset.residency"),
        read(
            DATASTORE, "datastore.backup.region", "datastore.data", "datastore.regions", "datastore.replication.regions"
        ),
    ),
)
def compare_regions(specs: Specs, facts: Facts) -> None:
    """The regions of each store, against those that the residency of its data allows."""
    for spec in specs.all:
        for store in spec.group[DATASTORE]:
            used = _regions(store)
            limits = [
                set(texts(data_of(spec.assets[name]).get("residency")))
                for name in texts(data_of(store).get("data"))
                if name in spec.assets and data_of(spec.assets[name]).get("residency")
            ]
            if limits and used:
                allowed = set.intersection(*limits)
                facts.add(store, OUTSIDE_RESIDENCY, sorted({region for region in used if region not in allowed}))


def _regions(store: Subject) -> list[str]:
    """The regions of a store, its replicas and its backup."""
    data = data_of(store)
    replication, backup = data.get("replication"), data.get("backup")
    used = texts(data.get("regions")) + (texts(replication.get("regions")) if isinstance(replication, dict) else [])
    if isinstance(backup, dict) and isinstance(backup.get("region"), str):
        used.append(backup["region"])
    return used


@step(
    Specs,
    gives=(SERVICES, SYSTEM_CATEGORIES, BOUNDARY_KINDS),
    reads=(read(ASSET, "data_asset.categories"), read(BOUNDARY, "boundary.kind"), read(SERVICE)),
)
def summarise_system(specs: Specs, facts: Facts) -> None:
    """What a spec as a whole holds, to be compared with what it declares."""
    for spec in specs.all:
        stated = (data_of(asset).get("categories") for asset in spec.assets.values())
        categories = sorted({item for each in stated for item in texts(each)})
        kinds = sorted({str(data_of(item).get("kind", "")) for item in spec.group[BOUNDARY]})
        for system in spec.group[SYSTEM]:
            facts.add(system, SERVICES, len(spec.group[SERVICE]))
            facts.add(system, SYSTEM_CATEGORIES, categories)
            facts.add(system, BOUNDARY_KINDS, kinds)
