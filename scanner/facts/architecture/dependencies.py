"""Hard synchronous dependencies: what they leave of availability and recovery, each counted once."""

from __future__ import annotations

from math import prod
from typing import TypedDict

from scanner.facts.architecture.calls import Calls, Joint
from scanner.facts.architecture.spec import NODES, Spec, Specs, data_of, id_of, quantity, type_of
from scanner.facts.fact import Fact
from scanner.facts.groups import place
from scanner.facts.resilience import downtime
from scanner.facts.step import Facts, read, step
from scanner.model import Subject
from scanner.subjects.architecture import DATASTORE, SERVICE


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
    "Ids of the services and stores that it calls and needs at once; where one states no availability, of what that "
    "needs as well. Alternatives stand together, as `one or other`.",
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
    "The product of their availabilities in percent, of alternatives that of all failing together: the highest "
    "availability that it can reach.",
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
SLOWEST_CONTRADICTED = Fact(
    "slowest_contradicted",
    NODES,
    bool,
    "Whether that recovery takes longer than the availability of the dependency itself allows in a month.",
    provide="state the `recovery.rto` of the services and stores that it depends on",
)
NEEDED_RPO = Fact(
    "needed_rpo",
    (DATASTORE,),
    SlowestRecovery,
    "The shortest recovery point objective of a service that uses it.",
    provide="state the `recovery.rpo` of the services that use the store",
    related=("needed_rpo",),
)


@step(
    Specs,
    gives=(CIRCLE, DEPENDS_ON, WEAKEST, ACHIEVABLE, SLOWEST, SLOWEST_CONTRADICTED),
    reads=(
        *Calls.READS,
        read(SERVICE, "service.availability", "service.recovery.rto"),
        read(DATASTORE, "datastore.availability", "datastore.recovery.rto"),
    ),
)
def compute_dependencies(specs: Specs, facts: Facts) -> None:
    """What each service and store needs at once, and what that leaves of it."""
    for spec in specs.all:
        calls = Calls(spec)
        shares = calls.bounds(_stated(spec, "availability", "percent"), _all_fail)
        times = calls.bounds(_stated(spec, "rto", "seconds"), min)
        for copies in spec.elements.values():
            for node in copies:
                if node.kind in NODES:
                    facts.add(node, CIRCLE, calls.circle.get(id_of(node), []))
                    if id_of(node) in calls and type_of(node) != "actor":
                        _bound(node, calls, (shares, times), spec, facts)


def _stated(spec: Spec, field: str, unit: str) -> dict[str, float]:
    """What the nodes of a spec state of a quantity, by their ids."""
    found = ((name, quantity(node, field, unit)) for name, node in spec.nodes.items())
    return {name: number for name, number in found if number is not None}


def _all_fail(percents: list[float]) -> float:
    """The availability in percent of several of which one is enough."""
    return 100.0 * (1.0 - prod(1.0 - percent / 100.0 for percent in percents))


def _bound(node: Subject, calls: Calls, bounds: tuple[Joint, Joint], spec: Spec, facts: Facts) -> None:
    """The least available and the slowest to recover of what a node needs, and what is achievable at most."""
    name = id_of(node)
    shares, times = (bound.get(name, {}) for bound in bounds)
    facts.add(node, DEPENDS_ON, sorted({*calls.named(name), *shares}))
    if shares:
        least = min(shares, key=lambda other: (shares[other], other))
        facts.add(node, WEAKEST, LeastAvailableDependency(id=least, percent=round(shares[least], 6)))
        facts.add(node, ACHIEVABLE, round(100.0 * prod(shares[other] / 100.0 for other in sorted(shares)), 4))
        facts.relate(node, "weakest", place(spec.nodes[calls.members(least)[0]], "availability"))
    if times:
        most = max(times, key=lambda other: (times[other], other))
        slowest = next(each for each in calls.members(most) if _seconds(spec, each) == times[most])
        facts.add(node, SLOWEST, _recovery(spec.nodes[slowest], "rto", times[most]))
        facts.relate(node, "slowest", place(spec.nodes[slowest], "recovery", "rto"))
        promised = quantity(spec.nodes[slowest], "availability", "percent")
        contradicted = promised is not None and times[most] > downtime(promised, "month")
        facts.add(node, SLOWEST_CONTRADICTED, contradicted)


def _seconds(spec: Spec, name: str) -> float | None:
    return quantity(spec.nodes[name], "rto", "seconds")


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
