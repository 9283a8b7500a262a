"""The data that services and stores hold and flows carry, and the regions that are allowed for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scanner.facts.architecture.spec import NODES, Spec, Specs, data_of, id_of, texts, type_of
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

FRAMEWORKS = Fact(
    "frameworks",
    (SYSTEM,),
    list[str],
    "The frameworks that the documents of the system list together.",
    provide="list in `frameworks` what the system answers to",
)
JURISDICTIONS = Fact(
    "jurisdictions",
    (SYSTEM,),
    list[str],
    "The jurisdictions that the documents of the system list together.",
    provide="list in `jurisdictions` whose law the system is under",
)
INDUSTRY = Fact(
    "industry",
    (SYSTEM,),
    str,
    "What the organisation does, as one of the documents of the system states.",
    provide="state in `industry` what the organisation does",
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
    """The data of each element: what a node holds itself or its flows carry to or from it, and what a flow carries.

    A person holds no data.
    """
    for spec in specs.all:
        known = {name: _Kind(copies) for name, copies in spec.asset_copies.items()}
        for node in (*spec.group[SERVICE], *spec.group[DATASTORE]):
            if type_of(node) == "actor":
                continue
            held = set(texts(data_of(node).get("data")))
            for flow in (*spec.leaving[id_of(node)], *spec.arriving[id_of(node)]):
                held |= set(texts(data_of(flow).get("data")))
            _sort(node, held, known, facts, spec)
        for flow in spec.group[FLOW]:
            _sort(flow, set(texts(data_of(flow).get("data"))), known, facts, spec)


class _Kind:
    """What all that is told of a data asset says of its kind."""

    def __init__(self, copies: Sequence[Subject]) -> None:
        self.first = copies[0]
        self.categories = {item for asset in copies for item in texts(data_of(asset).get("categories"))}
        levels = [data_of(asset).get("classification") for asset in copies]
        self.rank = max((CLASSES.index(level) for level in levels if level in CLASSES), default=None)


def _sort(subject: Subject, held: set[str], known: Mapping[str, _Kind], facts: Facts, spec: Spec) -> None:
    if not held:
        return
    assets = [known[name] for name in sorted(held) if name in known]
    categories = sorted(set().union(*(asset.categories for asset in assets)))
    ranks = [asset.rank for asset in assets if asset.rank is not None]
    facts.add(subject, CATEGORIES, categories)
    if not spec.is_part:
        facts.add(subject, UNDEFINED_DATA, sorted(held.difference(known)))
    if ranks:
        facts.add(subject, CLASSIFICATION, CLASSES[max(ranks)])
    if assets:
        high = bool(ranks) and CLASSES[max(ranks)] in ("confidential", "restricted")
        facts.add(subject, REGULATED, high or bool(CATEGORIES_OF_DATA & set(categories)))
        facts.relate(subject, "data", place(assets[0].first))


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
            used = [region for _, region in regions_of(store)]
            limits = [
                set(texts(data_of(spec.assets[name]).get("residency")))
                for name in texts(data_of(store).get("data"))
                if name in spec.assets and data_of(spec.assets[name]).get("residency")
            ]
            if limits and used:
                allowed = set.intersection(*limits)
                facts.add(store, OUTSIDE_RESIDENCY, sorted({region for region in used if region not in allowed}))


def regions_of(store: Subject) -> list[tuple[str, str]]:
    """The regions of a store, its replicas and its backup, each with the field that states it."""
    data = data_of(store)
    replication, backup = data.get("replication"), data.get("backup")
    found = [("regions", region) for region in texts(data.get("regions"))]
    if isinstance(replication, dict):
        found += [("replication.regions", region) for region in texts(replication.get("regions"))]
    if isinstance(backup, dict) and isinstance(backup.get("region"), str):
        found.append(("backup.region", backup["region"]))
    return found


@step(
    Specs,
    gives=(SERVICES, SYSTEM_CATEGORIES, BOUNDARY_KINDS, FRAMEWORKS, JURISDICTIONS, INDUSTRY),
    reads=(
        read(ASSET, "data_asset.categories"),
        read(SYSTEM, "system.frameworks", "system.industry", "system.jurisdictions"),
    ),
)
def summarise_system(specs: Specs, facts: Facts) -> None:
    """What a system as a whole holds, to be compared with what it declares: stated where its frameworks are."""
    for spec in specs.all:
        systems = spec.group[SYSTEM]
        declaring = next((each for each in systems if "frameworks" in data_of(each)), next(iter(systems), None))
        if not declaring:
            continue
        stated = (data_of(asset).get("categories") for asset in spec.assets.values())
        facts.add(declaring, SERVICES, len({id_of(each) for each in spec.group[SERVICE]}))
        facts.add(declaring, SYSTEM_CATEGORIES, sorted({item for each in stated for item in texts(each)}))
        kinds = {str(data_of(item).get("kind", "")) for item in spec.group[BOUNDARY]}
        facts.add(declaring, BOUNDARY_KINDS, sorted(kinds))
        for fact, field in ((FRAMEWORKS, "frameworks"), (JURISDICTIONS, "jurisdictions")):
            lists = [data_of(each)[field] for each in systems if field in data_of(each)]
            if lists:
                facts.add(declaring, fact, sorted({item for each in lists for item in texts(each)}))
        if industry := next((data_of(each)["industry"] for each in systems if "industry" in data_of(each)), None):
            facts.add(declaring, INDUSTRY, str(industry))
