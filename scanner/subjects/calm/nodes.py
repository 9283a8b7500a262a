"""The nodes of a CALM model as services, datastores, boundaries and data assets."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.documents.positions import MISSING, Node
from scanner.model import Subject
from scanner.places import Origin
from scanner.subjects import governance
from scanner.subjects.architecture import ASSET, BOUNDARY, DATASTORE, SERVICE
from scanner.subjects.calm.node_types import NodeType, read_as
from scanner.subjects.calm.quantities import AVAILABILITY, BACKUPS, GOALS, RETENTION
from scanner.subjects.calm.relationships import Relationships
from scanner.subjects.calm.stated import put, stated
from scanner.subjects.subject_builder import SubjectBuilder, duration, percentage

_LABELS = {DATASTORE: "datastore", BOUNDARY: "boundary", SERVICE: "service", ASSET: "data asset"}
_CLASSES = {
    "public": ("public", []),
    "internal": ("internal", []),
    "confidential": ("confidential", []),
    "highly restricted": ("restricted", []),
    "restricted": ("restricted", []),
    "mnpi": ("restricted", []),
    "pii": ("confidential", ["personal"]),
    "phi": ("restricted", ["personal", "health"]),
    "pci": ("restricted", ["pan"]),
}
"""Values of `data-classification`, which CALM 1.0-rc1 defined and models still use: classification and categories."""


def is_node(node: Node) -> bool:
    """Whether an entry is a node."""
    return isinstance(node.value, dict) and "unique-id" in node.value and "node-type" in node.value


class Nodes:
    """The nodes of a model."""

    def __init__(self, root: Node, owner: str, origin: Origin, relationships: Relationships) -> None:
        self._owner = owner
        self._origin = origin
        self._relationships = relationships
        self._nodes = [node for node in root.get("nodes").elements() if is_node(node)]
        self._classified = {_id(node) for node in self._nodes if stated(node, "data-classification")}
        self._types = {_id(node): read_as(str(node.get("node-type").value)) for node in self._nodes}

    def is_asset(self, name: object) -> bool:
        """Whether an id is that of a data asset."""
        return isinstance(name, str) and name in self._types and self._types[name].kind == ASSET

    def subjects(self) -> Iterator[Subject]:
        """Each node, the data that it is classified by, and its recovery."""
        for node in self._nodes:
            kind = self._types[_id(node)]
            yield from self._of_node(node, kind)
            if kind.kind != BOUNDARY:
                yield from self._recovery(node)

    def _of_node(self, node: Node, kind: NodeType) -> Iterator[Subject]:
        shape = SubjectBuilder().put("id", node.get("unique-id")).put("name", node.get("name"))
        put(shape, "owner", stated(node, "owner", "team"))
        place = self._place(_id(node))
        if kind.kind == ASSET:
            _classify(shape, stated(node, "data-classification"))
        elif kind.kind == BOUNDARY:
            shape.put("kind", node.get("node-type")).put("parent", place)
        else:
            self._describe(shape, node, kind, place)
            if asset := self._data_of(node, shape):
                yield asset
        yield governance.subject(kind.kind, self._origin, self._owner, _LABELS[kind.kind], shape, node)

    def _describe(self, shape: SubjectBuilder, node: Node, kind: NodeType, place: Node) -> None:
        shape.put("boundary", place)
        put(shape, "criticality", stated(node, "criticality", "business-criticality"))
        availability = stated(node, *AVAILABILITY)
        shape.put("availability", availability, percentage(availability))
        _put_goals(shape, node)
        interfaces = [each.get("unique-id") for each in node.get("interfaces").elements()]
        shape.put("interfaces", node.get("interfaces"), [str(each.value) for each in interfaces if each])
        if kind.kind == SERVICE:
            shape.put("type", node.get("node-type"), kind.type)
        else:
            at_rest = stated(node, "encryption-at-rest")
            shape.put("encryption", at_rest, {"atRest": at_rest.value})

    def _data_of(self, node: Node, shape: SubjectBuilder) -> Subject | None:
        """The data that a node is classified by, which CALM does not name; the node then holds it."""
        classification = stated(node, "data-classification")
        connected = self._relationships.assets_of(_id(node), self)
        used = [each for each in connected if each.value in self._classified]  # of the others nothing is known
        held = [str(each.value) for each in used]
        name = f"{_id(node)}: data"
        asset = SubjectBuilder().say("id", name).say("name", f"of {node.get('name').value or _id(node)}")
        if _classify(asset, classification):
            shape.put("data", classification, [name, *held])
            return governance.subject(ASSET, self._origin, self._owner, "data", asset, classification)
        if used:
            shape.put("data", used[0], held)
        return None

    def _place(self, name: str) -> Node:
        """The innermost boundary around a node; a container that is not a boundary is looked through."""
        met = {name}
        while container := self._relationships.container_of(name):
            inner = str(container.value)
            if inner in met or inner not in self._types or self._types[inner].kind == BOUNDARY:
                return container if inner not in met and inner in self._types else MISSING
            met.add(inner)
            name = inner
        return MISSING

    def _recovery(self, node: Node) -> Iterator[Subject]:
        parts = {
            **{name: stated(node, *names) for name, names in GOALS.items()},
            "backups": stated(node, BACKUPS),
            "retention": stated(node, RETENTION),
            "availability": stated(node, *AVAILABILITY),
        }
        if parts["rto"] or parts["rpo"] or parts["backups"]:
            yield governance.recovery(str(node.get("name").value), self._origin, self._owner, node, parts)


def _id(node: Node) -> str:
    return str(node.get("unique-id").value)


def _classify(shape: SubjectBuilder, classification: Node) -> bool:
    """State the classification and the categories of data; False where the model gives none that is known."""
    level, categories = _CLASSES.get(str(classification.value).strip().lower(), ("", []))
    if level:
        shape.put("classification", classification, level)
    if categories:
        shape.put("categories", classification, categories)
    return bool(level)


def _put_goals(shape: SubjectBuilder, node: Node) -> None:
    """The recovery objectives of a node, as the spec's own `recovery` block has them."""
    goals = SubjectBuilder()
    for name, names in GOALS.items():
        found = stated(node, *names)
        goals.put(name, found, duration(found))
    if goals.data:
        shape.put("recovery", node, goals.data)
        shape.marks["recovery"] = goals.mark(node)
