"""FINOS CALM 1.x (JSON) -> the subjects of an architecture spec.

CALM's core has nodes and relationships; what a bank says of availability, recovery or encryption stands in the
`config` of a control or in metadata. Both are read under the names of CALM's own samples; anything not stated there
stays unstated here. https://calm.finos.org
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.documents import Document
from scanner.documents.positions import MISSING, Node
from scanner.marks import line_of
from scanner.model import Subject
from scanner.places import Origin
from scanner.subjects import governance
from scanner.subjects.architecture import ASSET, BOUNDARY, DATASTORE, FLOW, SERVICE, SYSTEM
from scanner.subjects.format import Format, KnownBy, key_sign
from scanner.subjects.subject_builder import SubjectBuilder, duration, percentage

_KINDS = {
    "database": DATASTORE,
    "network": BOUNDARY,
    "ecosystem": BOUNDARY,
    "service": SERVICE,
    "system": SERVICE,
    "webclient": SERVICE,
    "ldap": SERVICE,
    "actor": SERVICE,
    "data-asset": ASSET,
}
_TYPES = {"actor": "actor", "webclient": "client", "ldap": "identity-provider", "service": "service"}
_GOALS = {
    "rto": ("recovery-time-objective", "rto"),
    "rpo": ("recovery-point-objective", "rpo"),
    "mttr": ("mean-time-to-recovery", "mttr"),
}
_LABELS = {DATASTORE: "datastore", BOUNDARY: "boundary", SERVICE: "service", ASSET: "data asset"}
_AUTHENTICATED = {"mTLS": "mtls"}


def recognise(document: Document) -> Iterator[Subject] | None:
    """The subjects of a CALM architecture; None for any other document, such as a CALM pattern (a JSON Schema)."""
    if document.format not in ("json", "yaml") or not any(map(_is_node, document.root.get("nodes").elements())):
        return None
    return _subjects(document.root, document.origin)


def losses(document: Document) -> Iterator[tuple[int, str]]:
    """Entries among the nodes of a CALM architecture that are not nodes: 1-based line and why."""
    nodes = list(document.root.get("nodes").elements())
    if any(map(_is_node, nodes)):
        for node in nodes:
            if node.mark and not _is_node(node):
                yield document.origin.first_line + line_of(node.mark) + 1, "a node has no unique-id or no node-type"


def _is_node(node: Node) -> bool:
    return isinstance(node.value, dict) and "unique-id" in node.value and "node-type" in node.value


def _subjects(root: Node, origin: Origin) -> Iterator[Subject]:
    name = str(root.first("unique-id", "name", "title").value or "calm")
    shape = SubjectBuilder().say("name", name)
    yield governance.subject(SYSTEM, origin, "", "system", shape, root.get("nodes"))
    places = _containers(root)
    for node in filter(_is_node, root.get("nodes").elements()):
        yield from _node(node, name, origin, places)
    for relationship in root.get("relationships").elements():
        yield from _flows(relationship, name, origin)


def _containers(root: Node) -> dict[str, Node]:
    """Node id -> the node that names its innermost container (deployed-in before composed-of)."""
    found: dict[str, Node] = {}
    for kind in ("composed-of", "deployed-in"):
        for relationship in root.get("relationships").elements():
            held = relationship.get("relationship-type", kind)
            for member in held.get("nodes").elements():
                if isinstance(member.value, str):
                    found[member.value] = held.get("container")
    return found


def _node(node: Node, owner: str, origin: Origin, places: dict[str, Node]) -> Iterator[Subject]:
    kind = _KINDS.get(str(node.get("node-type").value), SERVICE)
    shape = SubjectBuilder().put("id", node.get("unique-id")).put("name", node.get("name"))
    shape.put("owner", _stated(node, "owner", "team"))
    place = places.get(str(node.get("unique-id").value), MISSING)
    if kind == BOUNDARY:
        shape.put("kind", node.get("node-type")).put("parent", place)
    elif kind != ASSET:
        shape.put("boundary", place).put("criticality", _stated(node, "criticality", "business-criticality"))
        availability = _stated(node, "uptime-guarantee", "availability")
        shape.put("availability", availability, percentage(availability))
        _put_goals(shape, node)
    if kind == SERVICE:
        node_type = node.get("node-type")
        shape.put("type", node_type, _TYPES.get(str(node_type.value), node_type.value))
    if kind == DATASTORE:
        at_rest = _stated(node, "encryption-at-rest")
        shape.put("encryption", at_rest, {"atRest": at_rest.value})
    yield governance.subject(kind, origin, owner, _LABELS[kind], shape, node)
    yield from _recovery(node, owner, origin)


def _put_goals(shape: SubjectBuilder, node: Node) -> None:
    """The recovery objectives of a node, as the spec's own `recovery` block has them."""
    goals = SubjectBuilder()
    for name, names in _GOALS.items():
        stated = _stated(node, *names)
        goals.put(name, stated, duration(stated))
    if goals.data:
        shape.put("recovery", node, goals.data)
        shape.marks["recovery"] = goals.mark(node)


def _recovery(node: Node, owner: str, origin: Origin) -> Iterator[Subject]:
    parts = {
        **{name: _stated(node, *names) for name, names in _GOALS.items()},
        "backups": _stated(node, "backup-frequency"),
        "retention": _stated(node, "backup-retention-period"),
        "availability": _stated(node, "uptime-guarantee", "availability"),
    }
    if parts["rto"] or parts["rpo"] or parts["backups"]:
        yield governance.recovery(str(node.get("name").value), origin, owner, node, parts)


def _stated(node: Node, *names: str) -> Node:
    """A value under any of several names, in a control's config or in metadata."""
    configs = [
        requirement.get("config")
        for _, control in node.get("controls").items()
        for requirement in control.get("requirements").elements()
    ]
    metadata = node.get("metadata")
    for holder in (*configs, metadata, *metadata.elements()):
        if found := holder.first(*names):
            return found
    return MISSING


def _flows(relationship: Node, owner: str, origin: Origin) -> Iterator[Subject]:
    """A flow for each connection; the older flat form keeps its ends beside the type."""
    kind = relationship.get("relationship-type")
    ends = kind.get("connects") or (relationship.get("connects") if kind.value == "connects" else MISSING)
    acts = kind.get("interacts")
    pairs = [(ends.get("source"), ends.get("destination"))] if ends else []
    pairs += [(acts.get("actor"), target) for target in acts.get("nodes").elements()]
    for source, target in pairs:
        shape = SubjectBuilder().put("id", relationship.get("unique-id"))
        shape.put("from", source.get("node") or source).put("to", target.get("node") or target)
        shape.say("name", f"{shape.data.get('from')} -> {shape.data.get('to')}")
        protocol = relationship.get("protocol")
        shape.put("protocol", protocol).put("authentication", _stated(relationship, "auth-method", "authentication"))
        if protocol.value in _AUTHENTICATED and "authentication" not in shape.data:
            shape.put("authentication", protocol, _AUTHENTICATED[protocol.value])
        yield governance.subject(FLOW, origin, owner, "flow", shape, relationship)


FORMAT = Format("calm", "FINOS CALM 1.x", KnownBy.CONTENT, recognise, signs=key_sign("unique-id"), losses=losses)
