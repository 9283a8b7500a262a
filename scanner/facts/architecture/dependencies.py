"""Hard synchronous dependencies: what they leave of availability and recovery, each counted once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypedDict

from scanner.facts.architecture.reach import Reach
from scanner.facts.architecture.spec import NO, NODES, Spec, Specs, data_of, id_of, quantity
from scanner.facts.fact import Fact
from scanner.facts.groups import place
from scanner.facts.step import Facts, read, step
from scanner.model import Subject
from scanner.subjects.architecture import DATASTORE, FLOW, SERVICE


class LeastAvailableDependency(TypedDict):
    """The least available of the things that something depends on."""

    id: str
    percent: float


class SlowestRecovery(TypedDict):
    """Whose time of recovery it is, and how long that is."""

    id: str
    seconds: float
    text: str


CIRCLE = Fact(
    "circle",
    NODES,
    list[str],
    "Ids of the services in the circular dependency that it is part of, if any.",
    provide="describe the flows between services and stores",
)
DEPENDS_ON = Fact(
    "depends_on",
    NODES,
    list[str],
    "Ids of the services and stores that it needs through hard synchronous dependencies.",
    provide="describe the flows that it starts, each with its `protocol` or `interaction`",
)
WEAKEST = Fact(
    "weakest",
    NODES,
    LeastAvailableDependency,
    "The dependency of these with the lowest availability.",
    provide="state the `availability` of the services and stores that it depends on",
    related=("weakest",),
)
ACHIEVABLE = Fact(
    "achievable",
    NODES,
    float,
    "The product of their availabilities in percent: the highest availability that it can reach.",
    provide="state the `availability` of the services and stores that it depends on",
)
SLOWEST = Fact(
    "slowest",
    NODES,
    SlowestRecovery,
    "The dependency of these with the longest recovery time.",
    provide="state the `recovery.rto` of the services and stores that it depends on",
    related=("slowest",),
)
NEEDED_RPO = Fact(
    "needed_rpo",
    (DATASTORE,),
    SlowestRecovery,
    "The shortest recovery point objective of a service that uses it.",
    provide="state the `recovery.rpo` of the services that use the store",
    related=("needed_rpo",),
)

_REQUESTS = frozenset(("http", "https", "rest", "soap", "graphql", "grpc", "grpcs", "jdbc", "odbc", "ldap", "ldaps"))
_LISTENERS = frozenset(("queue", "log-sink", "actor"))
"""Callers do not wait for an answer of these, unless the flow states it."""


@step(
    Specs,
    gives=(CIRCLE, DEPENDS_ON, WEAKEST, ACHIEVABLE, SLOWEST),
    reads=(
        read(FLOW, "flow.fallback", "flow.interaction", "flow.protocol"),
        read(SERVICE, "service.availability", "service.recovery.rto", "service.type"),
        read(DATASTORE, "datastore.availability", "datastore.recovery.rto"),
    ),
)
def compute_dependencies(specs: Specs, facts: Facts) -> None:
    """What each service and store needs at once, and what that leaves of it."""
    for spec in specs.all:
        reach = Reach(_hard(spec), _stated(spec, "availability", "percent"), _stated(spec, "rto", "seconds"))
        for name, node in spec.nodes.items():
            facts.add(node, CIRCLE, reach.circles.get(name, []))
            if name in reach and data_of(node).get("type") != "actor":
                _bound(node, reach, spec, facts)


def _stated(spec: Spec, field: str, unit: str) -> dict[str, float]:
    """What the nodes of a spec state of a quantity, by their ids."""
    found = ((name, quantity(node, field, unit)) for name, node in spec.nodes.items())
    return {name: number for name, number in found if number is not None}


def _hard(spec: Spec) -> Iterator[tuple[str, str]]:
    """Both ends of each call that must succeed at once: not asynchronous, without a stated fallback."""
    for flow in spec.group[FLOW]:
        data = data_of(flow)
        source, target = str(data.get("from")), str(data.get("to"))
        if source in spec.nodes and target in spec.nodes and str(data.get("fallback", "")).lower() in NO:
            listens = str(data_of(spec.nodes[target]).get("type")) in _LISTENERS
            asks = str(data.get("protocol", "")).lower() in _REQUESTS and not listens
            if data["interaction"] == "sync" if data.get("interaction") else asks:
                yield source, target


def _bound(node: Subject, reach: Reach, spec: Spec, facts: Facts) -> None:
    """The least available and the slowest to recover of what a node needs, and what is achievable at most."""
    needed, sums = reach.of(id_of(node))
    facts.add(node, DEPENDS_ON, needed)
    if sums.least:
        percent, name = sums.least
        facts.add(node, WEAKEST, LeastAvailableDependency(id=name, percent=percent))
        facts.add(node, ACHIEVABLE, round(100.0 * sums.product, 4))
        facts.relate(node, "weakest", place(spec.nodes[name], "availability"))
    if sums.most:
        time, name = sums.most
        facts.add(node, SLOWEST, _recovery(spec.nodes[name], "rto", time))
        facts.relate(node, "slowest", place(spec.nodes[name], "recovery", "rto"))


def _recovery(node: Subject, objective: str, seconds: float) -> SlowestRecovery:
    return SlowestRecovery(id=id_of(node), seconds=seconds, text=data_of(node)["recovery"][objective]["text"])


@step(
    Specs,
    gives=(NEEDED_RPO,),
    reads=(read(SERVICE, "service.recovery.rpo"), read(DATASTORE, "datastore.recovery.rpo")),
)
def require_recovery_point(specs: Specs, facts: Facts) -> None:
    """The strictest recovery point of those who use each store."""
    for spec in specs.all:
        for store in spec.group[DATASTORE]:
            users = [spec.nodes.get(str(data_of(flow).get("from"))) for flow in spec.arriving[id_of(store)]]
            goals = [(time, user) for user in users if user and (time := quantity(user, "rpo", "seconds")) is not None]
            if goals:
                time, user = min(goals, key=lambda pair: (pair[0], id_of(pair[1])))
                facts.add(store, NEEDED_RPO, _recovery(user, "rpo", time))
                facts.relate(store, "needed_rpo", place(user, "recovery", "rpo"))
