"""Third parties: what they receive, and who depends on them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scanner.facts.architecture.spec import PUBLIC, Spec, Specs, data_of, id_of, texts, type_of
from scanner.facts.fact import Fact
from scanner.facts.groups import place
from scanner.facts.step import Facts, read, step
from scanner.model import Subject
from scanner.subjects.architecture import ASSET, DATASTORE, FLOW, SERVICE, SYSTEM

PERSONAL_RECEIVERS = Fact(
    "personal_receivers",
    (SYSTEM,),
    list[str],
    "Ids of third parties that receive personal data: by their own `data`, or by that of a flow to one of their "
    "services.",
    provide="list the `services` and the `data` of the third parties",
)
CRITICAL_PARTIES = Fact(
    "critical_parties",
    (SYSTEM,),
    list[str],
    "Ids of third parties that operate, or are called by, a service of criticality `high` or `critical`.",
    provide="list the `services` of the third parties, and state the `criticality` of services",
)
THIRD_PARTY = Fact(
    "third_party",
    (SERVICE,),
    str,
    "Of an external service, the id of the third party that supplies it; empty where none does, absent where the spec "
    "lists no third parties.",
    provide="list the third parties of the system with their `services`",
)
SHARED_IDENTITY = Fact(
    "shared_identity",
    (SERVICE,),
    list[str],
    "Ids of other services that have the same technical identity.",
    provide="state the `identity` of the service",
    related=("other",),
)
CALLERS = Fact(
    "callers",
    (SERVICE,),
    list[str],
    "Ids of what starts a flow to it, other than retired services.",
    provide="describe the flows to the service",
    related=("caller",),
)
PUBLIC_CALLERS = Fact(
    "public_callers",
    (SERVICE,),
    list[str],
    "Ids of what is in a public boundary and starts a flow to it.",
    provide="describe the flows to the service, and state the boundaries of their sources",
    related=("public_caller",),
)
LONGEST_RETENTION = Fact(
    "longest_retention",
    (DATASTORE,),
    float,
    "The shortest retention of the data assets that it holds, in seconds.",
    provide="state the `retention` of the data assets that the store holds",
    related=("retained",),
)

SAD_RETAINED = Fact(
    "sad_retained",
    (DATASTORE,),
    bool,
    "Whether a data asset that it holds is sensitive authentication data and states a retention itself.",
    provide="state the `data` of the store",
)

PERSONAL = frozenset(("personal", "special", "health"))
_CRITICAL = frozenset(("high", "critical"))
_RETIRED = frozenset(("retired", "decommissioned", "end-of-life"))


@step(
    Specs,
    gives=(PERSONAL_RECEIVERS, CRITICAL_PARTIES, THIRD_PARTY),
    reads=(
        read(ASSET, "data_asset.categories"),
        read(SERVICE, "service.criticality"),
        read(FLOW, "flow.data"),
        read(SYSTEM, "system.thirdParties.*.data", "system.thirdParties.*.id", "system.thirdParties.*.services"),
    ),
)
def describe_third_parties(specs: Specs, facts: Facts) -> None:
    """What each third party receives and is needed for, and who supplies each external service."""
    for spec in specs.all:
        listed = [party for system in spec.group[SYSTEM] for party in _parties(system)]
        suppliers = {name: str(party.get("id")) for party in listed for name in texts(party.get("services"))}
        for system in spec.group[SYSTEM]:
            parties = list(_parties(system))
            personal = [str(party.get("id")) for party in parties if _receives_personal(party, spec)]
            facts.add(system, PERSONAL_RECEIVERS, personal)
            critical = [str(party.get("id")) for party in parties if _is_critical(party, spec)]
            facts.add(system, CRITICAL_PARTIES, critical)
        for service in spec.group[SERVICE] if listed else ():
            if type_of(service) == "external":
                facts.add(service, THIRD_PARTY, suppliers.get(id_of(service), ""))


def _parties(system: Subject) -> Iterator[dict[str, Any]]:
    stated = data_of(system).get("thirdParties")
    return (party for party in (stated if isinstance(stated, list) else ()) if isinstance(party, dict))


def _receives_personal(party: dict[str, Any], spec: Spec) -> bool:
    names = texts(party.get("data"))
    for service in texts(party.get("services")):
        names += [name for flow in spec.arriving[service] for name in texts(data_of(flow).get("data"))]
    assets = (spec.assets[name] for name in names if name in spec.assets)
    return any(not PERSONAL.isdisjoint(texts(data_of(asset).get("categories"))) for asset in assets)


def _is_critical(party: dict[str, Any], spec: Spec) -> bool:
    services = texts(party.get("services"))
    users = [str(data_of(flow).get("from")) for name in services for flow in spec.arriving[name]]
    return any(
        str(data_of(spec.nodes[name]).get("criticality")) in _CRITICAL
        for name in services + users
        if name in spec.nodes
    )


@step(
    Specs,
    gives=(SHARED_IDENTITY, CALLERS, PUBLIC_CALLERS),
    reads=(read(SERVICE, "service.identity", "service.lifecycle"),),
)
def describe_callers(specs: Specs, facts: Facts) -> None:
    """Who calls each service, and which services act as one."""
    for spec in specs.all:
        by_identity: dict[str, list[Subject]] = {}
        for service in spec.group[SERVICE]:
            if identity := data_of(service).get("identity"):
                by_identity.setdefault(str(identity), []).append(service)
        for service in spec.group[SERVICE]:
            _call(service, spec, facts)
            alike = by_identity.get(str(data_of(service).get("identity")), [])
            others = {id_of(each): each for each in alike if id_of(each) != id_of(service)}
            if data_of(service).get("identity"):
                facts.add(service, SHARED_IDENTITY, sorted(others))
            if others:
                facts.relate(service, "other", place(others[min(others)], "identity"))


def _call(service: Subject, spec: Spec, facts: Facts) -> None:
    flows = spec.arriving[id_of(service)]
    ends = [(flow, end) for flow in flows if (end := spec.end(data_of(flow).get("from")))]
    alive = [(flow, end) for flow, end in ends if str(data_of(end).get("lifecycle")).lower() not in _RETIRED]
    public = [(flow, end) for flow, end in ends if spec.zone_of(end) in PUBLIC]
    for fact, name, found in ((CALLERS, "caller", alive), (PUBLIC_CALLERS, "public_caller", public)):
        facts.add(service, fact, sorted({id_of(end) for _, end in found}))
        if found:
            facts.relate(service, name, place(found[0][0], "from"))


@step(
    Specs,
    gives=(LONGEST_RETENTION, SAD_RETAINED),
    reads=(read(ASSET, "data_asset.categories", "data_asset.retention"), read(DATASTORE, "datastore.data")),
)
def limit_retention(specs: Specs, facts: Facts) -> None:
    """How long each store may keep what it holds."""
    for spec in specs.all:
        for store in spec.group[DATASTORE]:
            assets = [spec.assets[name] for name in texts(data_of(store).get("data")) if name in spec.assets]
            kept = [asset for asset in assets if "retention" in data_of(asset)]
            facts.add(store, SAD_RETAINED, any("sad" in texts(data_of(asset).get("categories")) for asset in kept))
            limits = [(seconds, asset) for asset in assets if (seconds := _retention(asset)) is not None]
            if limits:
                seconds, asset = min(limits, key=lambda pair: (pair[0], id_of(pair[1])))
                facts.add(store, LONGEST_RETENTION, seconds)
                facts.relate(store, "retained", place(asset, "retention"))


def _retention(asset: Subject) -> float | None:
    stated = data_of(asset).get("retention")
    seconds = stated.get("seconds") if isinstance(stated, dict) else None
    return float(seconds) if isinstance(seconds, int | float) else None
