"""Which components of a system PCI DSS 12.5.2 puts in scope: the CDE, what connects to it, and what protects it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from scanner.facts.architecture.boundaries import CARD_DATA
from scanner.facts.architecture.spec import DOORS, NODES, PASSING, Spec, Specs, data_of, id_of, texts, type_of
from scanner.facts.architecture.travel import Travel
from scanner.facts.fact import Fact
from scanner.facts.step import Facts, read, step
from scanner.model import Subject
from scanner.subjects.architecture import ASSET, BOUNDARY, DATASTORE, FLOW, SERVICE

CDE, SECURITY, CONNECTED, OUT, OPEN, OTHERS = (
    "CDE",
    "security-impacting",
    "connected-to",
    "out of scope",
    "not determined",
    "other party",
)
CARD_SCOPE = Fact(
    "card_scope",
    NODES,
    str,
    "Of a system with card data: `CDE`, `security-impacting`, `connected-to`, `out of scope`, `not determined` where "
    "segmentation is not stated, or `other party` for people, clients and third parties.",
    provide="state the `categories` of the data assets, the flows, and the `boundary` of each service and store",
)

_OUTSIDERS = frozenset(("actor", "external", "client"))
_PROTECTING = DOORS | {"identity-provider", "vault", "hsm", "log-sink", "ci", "kms", "pki"}
"""Types of services whose failure weakens the security of the CDE."""


class ScopeEntry(Struct, frozen=True):
    """One component: its scope, and why."""

    node: Subject
    scope: str
    reason: str


READS = (
    read(ASSET, "data_asset.categories"),
    read(BOUNDARY, "boundary.allow", "boundary.defaultDeny"),
    read(SERVICE, "service.audit", "service.data", "service.drops", "service.tokenises"),
    read(DATASTORE, "datastore.audit", "datastore.data"),
    read(FLOW, "flow.data"),
)


@step(Specs, gives=(CARD_SCOPE,), reads=READS)
def put_in_scope(specs: Specs, facts: Facts) -> None:
    """The scope of each service and store of a system with card data."""
    for spec in specs.all:
        for entry in card_scope(spec):
            facts.add(entry.node, CARD_SCOPE, entry.scope)


def card_scope(spec: Spec) -> Iterator[ScopeEntry]:
    """The components of a system by their scope; none where it has no card data."""
    cards = {
        name for name, asset in spec.assets.items() if not CARD_DATA.isdisjoint(texts(data_of(asset).get("categories")))
    }
    if not cards:
        return
    holds = dict(_holding(spec, cards))
    inside = {**holds, **dict(_beside(spec, holds))}
    near = dict(_connected(spec, inside))
    for name, node in spec.nodes.items():
        if type_of(node) in _OUTSIDERS:
            yield ScopeEntry(node, OTHERS, holds.get(name) or near.get(name) or "no flow to or from the CDE")
        elif name in inside:
            yield ScopeEntry(node, CDE, inside[name])
        elif name in near:
            yield ScopeEntry(node, SECURITY if type_of(node) in _PROTECTING else CONNECTED, near[name])
        else:
            yield ScopeEntry(node, *_apart(spec, node))


def _holding(spec: Spec, cards: set[str]) -> Iterator[tuple[str, str]]:
    """What stores, processes or transmits card data, with the data and how it is known."""
    travel = Travel(spec, [flow for flow in spec.flows if "data" not in data_of(flow)])
    for flow in spec.flows:
        stated = cards.intersection(texts(data_of(flow).get("data")))
        carried = stated or cards.intersection(travel.carried.get(flow, ()))
        for end in ("from", "to") if carried else ():
            word = "carries" if stated else "is inferred to carry"
            yield str(data_of(flow).get(end)), f"flow {id_of(flow)} {word} {', '.join(sorted(carried))}"
    for name, node in spec.nodes.items():
        if held := cards.intersection(texts(data_of(node).get("data"))):
            yield name, f"{'stores' if node.kind == DATASTORE else 'works with'} {', '.join(sorted(held))}"


def _beside(spec: Spec, holds: dict[str, str]) -> Iterator[tuple[str, str]]:
    """What shares the boundary of something that has card data."""
    for name, members in spec.members.items():
        cause = next((each for each in members if id_of(each) in holds and type_of(each) not in _OUTSIDERS), None)
        for each in members if cause else ():
            if cause and id_of(each) not in holds:
                yield id_of(each), f"is in boundary {name} with {id_of(cause)}"


def _connected(spec: Spec, inside: dict[str, str]) -> Iterator[tuple[str, str]]:
    """What exchanges anything with the CDE, directly or through what only passes on, or may connect into it."""
    ours = {name for name in inside if name in spec.nodes and type_of(spec.nodes[name]) not in _OUTSIDERS}
    for name in ours:
        node = spec.nodes[name]
        for boundary in spec.around(data_of(node).get("boundary")):
            for allowed in texts(data_of(boundary).get("allow")):
                yield from ((each, f"may connect into {id_of(boundary)}") for each in _members(spec, allowed))
        if isinstance(log := data_of(node).get("audit"), str) and log in spec.nodes:
            yield log, f"keeps the audit log of {name}"
    pending, met = sorted(ours), set(ours)
    while pending:
        name = pending.pop(0)
        for flow in (*spec.leaving[name], *spec.arriving[name]):
            ends = [str(data_of(flow).get(end)) for end in ("from", "to")]
            other = ends[1] if ends[0] == name else ends[0]
            if other in spec.nodes and other not in met:
                met.add(other)
                yield other, f"flow {id_of(flow)} connects it with {name}"
                if type_of(spec.nodes[other]) in PASSING:
                    pending.append(other)


def _members(spec: Spec, name: str) -> list[str]:
    return [name] if name in spec.nodes else [id_of(each) for each in spec.members.get(name, ())]


def _apart(spec: Spec, node: Subject) -> tuple[str, str]:
    """The scope of what has nothing to do with the CDE: segmentation must be stated."""
    around = list(spec.around(data_of(node).get("boundary")))
    if not around:
        return OPEN, "its boundary is not stated"
    if not any(data_of(each).get("defaultDeny") is True for each in around):
        return OPEN, f"boundary {id_of(around[0])} is not stated to refuse traffic by default"
    return OUT, f"no flow to or from the CDE, in boundary {id_of(around[0])}"
