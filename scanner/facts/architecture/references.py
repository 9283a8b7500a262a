"""What an element names and no spec of its system defines."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, TypedDict

from scanner.errors import nearest
from scanner.facts.architecture.spec import Spec, Specs, data_of, id_of, texts
from scanner.facts.fact import Fact
from scanner.facts.groups import Groups
from scanner.facts.roles import aliases, is_no_role
from scanner.facts.step import Facts, read, step
from scanner.model import Subject
from scanner.subjects.architecture import (
    BOUNDARY,
    DATASTORE,
    DOMAIN,
    FLOW,
    KEY,
    RELATION,
    SERVICE,
    SYSTEM,
)
from scanner.subjects.governance import ALERT, DECISION, ESCALATION


class Reference(TypedDict):
    """A name by which an element refers to another one, and where."""

    field: str
    id: str
    found: bool
    hint: str


class Guess(TypedDict):
    """A name that nothing has, and the nearest one that something has."""

    id: str
    hint: str


REFERENCES = Fact(
    "references",
    (SERVICE, DATASTORE, BOUNDARY, SYSTEM, DOMAIN, RELATION, ALERT, DECISION),
    list[Reference],
    "Names by which it refers to boundaries, data assets, services, alerts, keys, escalations, roles, interfaces and "
    "relationships, whether the spec defines them, and else the nearest name, as `; did you mean X?`; data assets of a "
    "store are not among them.",
    provide="define in the spec what it refers to",
)
GUESSES = Fact(
    "guesses",
    (DATASTORE, FLOW),
    list[Guess],
    "For each name of its data and its ends that nothing has, the nearest one, as `; did you mean X?`; empty where "
    "none is near.",
    provide="define in the spec what it refers to",
)
_NO_GUESS = ""
_GUESSES = 20
"""Names of a system for which a guess is made; it takes longer than everything else."""


@step(
    Specs,
    gives=(REFERENCES,),
    reads=(
        read(
            SERVICE,
            "service.alerts",
            "service.data",
            "service.drops",
            "service.interfaces",
            "service.name",
            "service.tokenises",
        ),
        read(DATASTORE, "datastore.encryption.key", "datastore.interfaces"),
        read(RELATION, "relation.id", "relation.interfaces", "relation.node", "relation.nodes", "relation.relations"),
        read(BOUNDARY, "boundary.allow"),
        read(SYSTEM, "system.thirdParties.*.data", "system.thirdParties.*.services"),
        read(DOMAIN, "domain.named"),
        read(KEY, "encryption_key.id"),
        read(ALERT, "alert.name"),
    ),
)
def resolve_names(specs: Specs, facts: Facts) -> None:
    """Whether something has the names in each element, where all files that complete the system are known."""
    for spec in specs.all:
        if spec.is_part:
            continue
        known = _Known(spec)
        for kind, names in _NAMED.items():
            for subject in spec.group[kind]:
                _state(subject, names(data_of(subject), known), facts)


class _Known:
    """The names of a system, by what they are names of."""

    def __init__(self, spec: Spec) -> None:
        of_kind = {
            kind: frozenset(name for name, copies in spec.elements.items() if any(each.kind == kind for each in copies))
            for kind in (SERVICE, DATASTORE, BOUNDARY)
        }
        self.boundaries = of_kind[BOUNDARY]
        self.services = of_kind[SERVICE]
        self.nodes = of_kind[SERVICE] | of_kind[DATASTORE]
        self.elements = self.nodes | self.boundaries
        self.assets = frozenset(spec.asset_copies)
        self.keys = frozenset(map(id_of, spec.group[KEY]))
        self.interfaces = {name: frozenset(texts(data_of(each).get("interfaces"))) for name, each in spec.nodes.items()}
        self.relations = frozenset(
            part for kind in (FLOW, RELATION) for each in spec.group[kind] for part in (id_of(each), *_whole(each))
        )
        self.alerts = frozenset(str(data_of(alert).get("name")) for alert in spec.group[ALERT])
        self.titles = self.services | {str(data_of(each).get("name")) for each in spec.group[SERVICE]}


Named = Iterable[tuple[str, Any, Collection[str]]]
"""Fields of an element, each with the names that it states and those that are known."""


def _of_service(data: dict[str, Any], known: _Known) -> Named:
    yield "boundary", data.get("boundary"), known.boundaries
    yield "alerts", data.get("alerts"), known.alerts
    for field in ("data", "tokenises", "drops"):
        yield field, data.get(field), known.assets


def _of_store(data: dict[str, Any], known: _Known) -> Named:
    encryption = data.get("encryption")
    yield "boundary", data.get("boundary"), known.boundaries
    yield "encryption.key", encryption.get("key") if isinstance(encryption, dict) else None, known.keys


def _of_boundary(data: dict[str, Any], known: _Known) -> Named:
    yield "parent", data.get("parent"), known.boundaries
    yield "allow", data.get("allow"), known.elements
    yield "inside", data.get("inside"), known.nodes
    yield "nested", data.get("nested"), known.boundaries


def _of_system(data: dict[str, Any], known: _Known) -> Named:
    parties = data.get("thirdParties")
    for number, party in enumerate(parties if isinstance(parties, list) else ()):
        if isinstance(party, dict):
            yield f"thirdParties.{number}.services", party.get("services"), known.nodes
            yield f"thirdParties.{number}.data", party.get("data"), known.assets


def _whole(subject: Subject) -> Iterable[str]:
    """The id of the relationship that a flow or a relation is a part of."""
    return id_of(subject).rpartition("/")[:1]


def _of_relation(data: dict[str, Any], known: _Known) -> Named:
    yield "nodes", data.get("nodes"), known.elements | known.assets
    yield "relations", data.get("relations"), known.relations
    for name in texts(data.get("node")):
        if name in known.interfaces:  # else the end of the flow is a finding
            yield "interfaces", data.get("interfaces"), known.interfaces[name]


def _of_domain(data: dict[str, Any], known: _Known) -> Named:
    if known.services:
        yield "named", data.get("named"), known.titles


_NAMED: Mapping[str, Callable[[dict[str, Any], _Known], Named]] = {
    SERVICE: _of_service,
    DATASTORE: _of_store,
    BOUNDARY: _of_boundary,
    SYSTEM: _of_system,
    DOMAIN: _of_domain,
    RELATION: _of_relation,
}


def _state(subject: Subject, named: Named, facts: Facts) -> None:
    found: list[Reference] = []
    for field, stated, known in named:
        if isinstance(stated, str):
            found.append(_reference(field, stated, known))
        elif isinstance(stated, list):
            found += [
                _reference(f"{field}.{number}", name, known)
                for number, name in enumerate(stated)
                if isinstance(name, str)
            ]
    facts.add(subject, REFERENCES, found)


def _reference(field: str, name: str, known: Collection[str]) -> Reference:
    return Reference(field=field, id=name, found=name in known, hint=_NO_GUESS if name in known else _hint(name, known))


def _hint(name: str, known: Iterable[str]) -> str:
    near = nearest(name, sorted(known))
    return f"; did you mean {near}?" if near else _NO_GUESS


@step(Specs, gives=(GUESSES,), reads=(read(DATASTORE, "datastore.data"), read(FLOW, "flow.data")))
def guess_names(specs: Specs, facts: Facts) -> None:
    """The nearest names to those of data and of ends of flows that nothing has."""
    for spec in specs.all:
        left = _GUESSES
        for subject in (*spec.group[DATASTORE], *spec.group[FLOW]):
            data = data_of(subject)
            guesses = [
                Guess(id=name, hint=_hint(name, known))
                for stated, known in (
                    (data.get("data"), spec.asset_copies),
                    ((data.get("from"), data.get("to")), spec.elements),
                )
                for name in (texts(stated) if not isinstance(stated, tuple) else filter(_is_text, stated))
                if name not in known
            ]
            if guesses:
                left -= 1
                facts.add(subject, GUESSES, guesses)
            if not left:
                break


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


@step(
    Groups,
    gives=(REFERENCES,),
    reads=(
        read(SYSTEM, "system.roles"),
        read(ALERT, "alert.escalation"),
        read(ESCALATION, "escalation.name"),
        read(DECISION, "decision.approver", "decision.proposer", "decision.reviewers"),
    ),
)
def resolve_governance(groups: Groups, facts: Facts) -> None:
    """The escalations that alerts start, and the roles of decisions, of systems that list them."""
    for group in groups.all:
        escalations = {str(data_of(each).get("name")) for each in group[ESCALATION]}
        roles = [role for system in group[SYSTEM] for role in texts(data_of(system).get("roles"))]
        for alert in group[ALERT] if group[SYSTEM] else ():
            _state(alert, [("escalation", data_of(alert).get("escalation"), escalations)], facts)
        if roles:
            _state_roles(group[DECISION], roles, facts)


def _state_roles(decisions: Iterable[Subject], roles: Sequence[str], facts: Facts) -> None:
    held = {alias for role in roles for alias in aliases(role)}
    for decision in decisions:
        data = data_of(decision)
        named = {field: data.get(field) for field in ("proposer", "reviewers", "approver")}
        stated = [role for value in named.values() for role in texts(value)]
        nobody = [role for role in stated if is_no_role(role)]  # another rule reports them
        known = dict.fromkeys([*(role for role in stated if aliases(role) & held), *nobody, *roles])
        _state(decision, [(field, value, known) for field, value in named.items()], facts)
