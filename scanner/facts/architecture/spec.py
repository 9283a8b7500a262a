"""Architecture specs by their elements, in the form that the steps about them share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

from scanner.facts.architecture.includes import is_part, joined
from scanner.facts.groups import Group, Groups
from scanner.facts.step import FieldRead, Whole, read
from scanner.model import Subject
from scanner.subjects.architecture import ASSET, BOUNDARY, DATASTORE, FLOW, KEY, SERVICE, SYSTEM

NODES = (SERVICE, DATASTORE)
"""The kinds of what flows start and end at."""
ELEMENTS = (*NODES, BOUNDARY, ASSET)
"""The kinds of what has an id that others refer to."""
NO = frozenset(("", "none", "no", "false", "off", "disabled", "optional", "planned"))
"""Words with which a field states that something is absent."""


PUBLIC = frozenset(("internet", "public"))
"""Kinds of boundaries that anybody reaches."""
DOORS = frozenset(("gateway", "waf", "load-balancer", "cdn", "reverse-proxy"))
"""Types of services that guard an entrance, and pass on what comes in."""
PASSING = DOORS | {"queue"}
"""Types of services that pass on what they receive, and work whether or not its receiver does."""
Copies = dict[str, list[Subject]]
"""All that has an id, by id."""


class Specs:
    """The systems of a scan that specs describe, one for each group of subjects that has elements of one."""

    READS: ClassVar[tuple[FieldRead, ...]] = (
        read(ASSET, "data_asset.id"),
        read(BOUNDARY, "boundary.id", "boundary.inside", "boundary.kind", "boundary.nested", "boundary.parent"),
        read(SERVICE, "service.boundary", "service.id", "service.type"),
        read(DATASTORE, "datastore.boundary", "datastore.id"),
        read(FLOW, "flow.from", "flow.id", "flow.to"),
        read(SYSTEM, "system.includes", "system.part", "system.policies.zeroTrust"),
    )

    def __init__(self, subjects: Sequence[Subject], *, whole: Whole) -> None:
        groups = joined(Groups(subjects, whole=whole).all)
        kinds = (*ELEMENTS, FLOW, KEY, SYSTEM)
        self.all = [Spec(group, whole=whole is True) for group in groups if any(group[kind] for kind in kinds)]


class Spec:
    """The elements of one system, by id; what is told twice in different ways is not among them."""

    def __init__(self, group: Group, *, whole: bool) -> None:
        self.group = group
        self.is_part = is_part(group[SYSTEM], whole=whole)
        """Other files complete it that were not read, so that a name that nothing has may be defined there."""
        self.elements = _copies(subject for kind in (*NODES, BOUNDARY) for subject in group[kind])
        """Services, stores and boundaries, which share their ids."""
        settled = {name: copies[0] for name, copies in self.elements.items() if alike(copies)}
        self.nodes = {name: each for name, each in settled.items() if each.kind != BOUNDARY}
        self.boundaries = {name: each for name, each in settled.items() if each.kind == BOUNDARY}
        self.asset_copies = _copies(group[ASSET])
        self.assets = {name: copies[0] for name, copies in self.asset_copies.items() if alike(copies)}
        self.flows = list(_once(group[FLOW]))
        """Each flow once, also where it is told twice."""
        policies = [data_of(system).get("policies") for system in group[SYSTEM]]
        self._within = {
            (field, name): id_of(boundary)
            for boundary in group[BOUNDARY]
            for field in ("inside", "nested")
            for name in texts(data_of(boundary).get(field))
        }
        """What boundaries list as inside of them: the nodes and the boundaries, each with the boundary."""
        self.members: defaultdict[str, list[Subject]] = defaultdict(list)
        """The nodes in each boundary."""
        for node in self.nodes.values():
            if name := self.boundary_of(node):
                self.members[name].append(node)
        self.leaving, self.arriving = (_by_text(self.flows, end) for end in ("from", "to"))
        """The flows that start, and that end, at each element."""
        self.zero_trust = any(isinstance(policy, dict) and _demanded(policy.get("zeroTrust")) for policy in policies)
        """Its policies demand zero trust."""
        self._zones: dict[str, str | None] = {}

    def end(self, name: Any) -> Subject | None:
        """What a flow starts or ends at: a service, a store, or a whole boundary such as the internet."""
        return self.nodes.get(str(name)) or self.boundaries.get(str(name))

    def boundary_of(self, node: Subject) -> str | None:
        """The boundary that a node states, or one that lists it."""
        stated = data_of(node).get("boundary")
        return stated if isinstance(stated, str) else self._within.get(("inside", id_of(node)))

    def around(self, name: Any) -> Iterator[Subject]:
        """A boundary and those around it, the innermost first; all of one that is told in several ways."""
        met: set[str] = set()
        pending = [str(name)]
        while pending:
            key = pending.pop(0)
            if key not in met:
                met.add(key)
                copies = [each for each in self.elements.get(key, ()) if each.kind == BOUNDARY]
                yield from copies
                pending += [str(data_of(each)["parent"]) for each in copies if "parent" in data_of(each)]
                pending += [self._within[listed]] if (listed := ("nested", key)) in self._within else []

    def zone(self, name: Any) -> str | None:
        """The kind that a boundary counts as: that of one around it that is public, or says more; None if unknown."""
        key = str(name)
        if key not in self._zones:
            kinds = [str(kind) for each in self.around(key) if (kind := data_of(each).get("kind"))]
            public = [kind for kind in kinds if kind in PUBLIC]
            telling = [kind for kind in kinds if kind != "internal"]
            default = "" if any(self.around(key)) else None
            self._zones[key] = next(iter((*public, *telling, *kinds)), default)
        return self._zones[key]

    def zone_of(self, end: Subject) -> str | None:
        """The kind of boundary that an end of a flow is, or is in."""
        return self.zone(id_of(end) if end.kind == BOUNDARY else self.boundary_of(end))


def _copies(subjects: Iterable[Subject]) -> Copies:
    found: Copies = {}
    for subject in subjects:
        if name := id_of(subject):
            found.setdefault(name, []).append(subject)
    return found


def alike(copies: Sequence[Subject]) -> bool:
    """Whether all that is told of one thing is the same."""
    first = copies[0]
    return len(copies) == 1 or all(each.kind == first.kind and _same(first, each) for each in copies[1:])


def _same(one: Subject, other: Subject) -> bool:
    return bool(one.told[1]) and one.told[1] == other.told[1]


def _once(flows: Iterable[Subject]) -> Iterator[Subject]:
    met: set[tuple[str, str]] = set()
    for flow in flows:
        key = id_of(flow), flow.told[1]
        if not all(key) or key not in met:
            met.add(key)
            yield flow


def _demanded(policy: Any) -> bool:
    """Whether a policy of zero trust is one: stated, and not as `none` or `optional`."""
    stated = policy.get("implementation", True) if isinstance(policy, dict) else policy
    return bool(policy) and str(stated).lower() not in NO


def _by_text(subjects: Iterable[Subject], field: str) -> defaultdict[str, list[Subject]]:
    """Subjects by the value of one of their fields."""
    found: defaultdict[str, list[Subject]] = defaultdict(list)
    for subject in subjects:
        if isinstance(value := data_of(subject).get(field), str):
            found[value].append(subject)
    return found


def data_of(subject: Subject) -> dict[str, Any]:
    """The fields of an element."""
    data: dict[str, Any] = subject.bindings[subject.focus]
    return data


def type_of(subject: Subject) -> str:
    """The type of a service, empty where it states none."""
    return str(data_of(subject).get("type") or "")


def id_of(subject: Subject) -> str:
    """The id of an element, empty where it has none."""
    return str(data_of(subject).get("id", ""))


def texts(value: Any) -> list[str]:
    """The texts of a list, or a single text that is given instead of a list."""
    if isinstance(value, list):
        return [item for item in value if isinstance(item, str)]
    return [value] if isinstance(value, str) else []


def quantity(subject: Subject, field: str, unit: str) -> float | None:
    """A number of a node: its availability, or an objective in its `recovery` block."""
    data = data_of(subject)
    holder = data if field == "availability" else data.get("recovery")
    stated = holder.get(field) if isinstance(holder, dict) else None
    number = stated.get(unit) if isinstance(stated, dict) else None
    return float(number) if isinstance(number, int | float) else None
