"""The relationships of a CALM model as flows of data, containers of nodes, and names that must be defined."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from scanner.documents.positions import MISSING, Node
from scanner.marks import NOWHERE, with_children
from scanner.model import Subject
from scanner.places import Origin
from scanner.subjects import governance
from scanner.subjects.architecture import FLOW, RELATION
from scanner.subjects.calm.stated import is_open, put, stated
from scanner.subjects.subject_builder import SubjectBuilder

if TYPE_CHECKING:
    from scanner.subjects.calm.nodes import Nodes

TYPES = ("interacts", "connects", "deployed-in", "composed-of", "options")
"""The types of relationships; each has what it relates under its own name."""
_AUTHENTICATED = {"mTLS": "mtls"}


class End(Struct, frozen=True):
    """What a flow starts or ends at."""

    node: Node
    interfaces: Node = MISSING


class Relationships:
    """The relationships of a model."""

    def __init__(self, root: Node, owner: str, origin: Origin) -> None:
        self._owner = owner
        self._origin = origin
        self._all = list(root.get("relationships").elements())
        self._business = list(root.get("flows").elements())
        self._containers: dict[str, Node] = {}
        for kind in ("composed-of", "deployed-in"):  # the latter is the nearer one
            for held in filter(None, (self.related(each, kind) for each in self._all)):
                for member in held.get("nodes").elements():
                    if isinstance(member.value, str):
                        self._containers[member.value] = held.get("container")
        self._beside: dict[str, dict[str, Node]] = {}
        """Node -> the nodes at the other ends of its connections."""
        for one, other in (pair for each in self._all for pair in self._pairs(each)):
            self._beside.setdefault(str(one.node.value), {})[str(other.node.value)] = other.node
            self._beside.setdefault(str(other.node.value), {})[str(one.node.value)] = one.node

    @staticmethod
    def related(relationship: Node, kind: str) -> Node:
        """What a relationship of a type relates; the older flat form keeps it beside the type."""
        types = relationship.get("relationship-type")
        return types.get(kind) or (relationship.get(kind) if types.value == kind else MISSING)

    @staticmethod
    def ends_of(relationship: Node) -> Iterator[Node]:
        """What each type that a relationship has relates."""
        return filter(None, (Relationships.related(relationship, kind) for kind in TYPES))

    def container_of(self, name: str) -> Node:
        """The name of the innermost container of a node (deployed-in before composed-of)."""
        return self._containers.get(name, MISSING)

    def assets_of(self, name: str, nodes: Nodes) -> list[Node]:
        """The data assets that a node is connected to."""
        return [node for node in self._beside.get(name, {}).values() if nodes.is_asset(node.value)]

    def subjects(self, nodes: Nodes) -> Iterator[Subject]:
        """A flow for each connection that does not end at a data asset, and what every relationship names."""
        for relationship in self._all:
            pairs = list(self._pairs(relationship))
            for source, target in pairs:
                if not nodes.is_asset(source.node.value) and not nodes.is_asset(target.node.value):
                    yield self._flow(relationship, source, target, alone=len(pairs) == 1)
            yield from self._names(relationship, pairs)
        for business in self._business:
            named = [each.get("relationship-unique-id") for each in business.get("transitions").elements()]
            yield from self._relation(business, "", relations=named)

    def _pairs(self, relationship: Node) -> Iterator[tuple[End, End]]:
        ends, acts = self.related(relationship, "connects"), self.related(relationship, "interacts")
        if ends:
            source, target = (ends.get(name) for name in ("source", "destination"))
            yield _end(source), _end(target)
        for target in acts.get("nodes").elements():
            yield End(acts.get("actor")), End(target)

    def _flow(self, relationship: Node, source: End, target: End, *, alone: bool) -> Subject:
        title = relationship.get("unique-id")
        shape = SubjectBuilder().put("id", title, title.value if alone else f"{title.value}/{target.node.value}")
        put(shape, "from", source.node)
        put(shape, "to", target.node)
        shape.say("name", f"{source.node.value} -> {target.node.value}")
        protocol = relationship.get("protocol")
        put(shape, "protocol", protocol)
        put(shape, "authentication", stated(relationship, "auth-method", "authentication"))
        if protocol.value in _AUTHENTICATED and "authentication" not in shape.data:
            shape.put("authentication", protocol, _AUTHENTICATED[protocol.value])
        return governance.subject(FLOW, self._origin, self._owner, "flow", shape, relationship)

    def _names(self, relationship: Node, pairs: Sequence[tuple[End, End]]) -> Iterator[Subject]:
        """What a relationship names beside the ends of flows: containers with their nodes, and interfaces."""
        for kind in ("deployed-in", "composed-of"):
            held = self.related(relationship, kind)
            yield from self._relation(relationship, kind, nodes=[held.get("container"), *held.get("nodes").elements()])
        for end in (end for pair in pairs for end in pair):
            yield from self._relation(
                relationship, str(end.node.value), interfaces=list(end.interfaces.elements()), node=[end.node]
            )

    def _relation(self, whole: Node, part: str, **fields: Iterable[Node]) -> Iterator[Subject]:
        """What a relationship or a business flow names, if anything; placeholders name nothing yet."""
        title = str(whole.first("unique-id", "name").value or "")
        shape = SubjectBuilder().say("id", f"{title}/{part}" if part else title).say("name", title)
        for field, given in fields.items():
            named = [each for each in given if each and not is_open(each) and isinstance(each.value, str)]
            if not named:
                continue
            shape.data[field] = [each.value for each in named]
            shape.marks[field] = with_children(named[0].mark or NOWHERE, [each.mark or NOWHERE for each in named])
        if shape.data.keys() & {"interfaces", "nodes", "relations"}:
            yield governance.subject(RELATION, self._origin, self._owner, "relationship", shape, whole)


def _end(stated: Node) -> End:
    """An end of a connection, which older models name by the node alone."""
    return End(stated.get("node") or stated, stated.get("interfaces"))
