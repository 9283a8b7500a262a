"""One entity of a Backstage catalogue: what it states, what it refers to, and what it is for an architecture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from scanner.documents.positions import Node
from scanner.marks import NOWHERE, line_of, with_children
from scanner.model import Subject
from scanner.places import Origin
from scanner.subjects import governance
from scanner.subjects.architecture import BOUNDARY, DATASTORE, FLOW, SERVICE
from scanner.subjects.calm.node_types import read_as
from scanner.subjects.catalogue.kinds import ENTITY, REFERENCES
from scanner.subjects.subject_builder import SubjectBuilder

_OPEN = "{{"
"""What a value holds that a template fills in."""
_DEFAULT = "default"
_OF_FLOWS = ("dependsOn", "dependencyOf", "consumesApis")
_SERVICES = ("Component", "API", "System", "Domain")


class Reference(NamedTuple):
    """One name by which an entity refers to another."""

    field: str
    name: str
    """In full, in lower case; as it stands where it has no kind."""
    node: Node


def read(root: Node, origin: Origin) -> Iterator[Subject]:
    """The entity itself, and the service or store with its flows that it is."""
    kind, name = str(root.get("kind").value), root.get("metadata", "name")
    if not isinstance(name.value, str) or _OPEN in name.value:
        return
    own = _full(f"{kind}:{_namespace(root)}/{name.value}", "", _namespace(root))
    references = [] if _is_templated(root) else list(_references(root, kind))
    yield _entity(root, origin, own, references)
    if kind in _SERVICES or kind == "Resource":
        yield _element(root, origin, own, kind)
        yield from _flows(root, origin, own, references)


def losses(root: Node, origin: Origin) -> Iterator[tuple[int, str]]:
    """What is not as Backstage defines it, so that it is not read: 1-based line and why."""
    name, spec = root.get("metadata", "name"), root.get("spec")
    if not isinstance(name.value, str):
        yield _line(origin, root.get("metadata") or root), "an entity has no name"
    if spec and not isinstance(spec.value, dict):
        yield _line(origin, spec), "the `spec` of an entity is not a mapping"
    for field in REFERENCES[str(root.get("kind").value)]:
        stated = spec.get(field)
        parts = stated.value if isinstance(stated.value, list) else [stated.value]
        if stated and stated.value is not None and not all(isinstance(part, str) for part in parts):
            yield _line(origin, stated), f"`{field}` of an entity is not a name or a list of names"


def _line(origin: Origin, node: Node) -> int:
    return origin.first_line + (line_of(node.mark) if node.mark else 0) + 1


def _namespace(root: Node) -> str:
    stated = root.get("metadata", "namespace").value
    return stated if isinstance(stated, str) and stated else _DEFAULT


def _is_templated(root: Node) -> bool:
    """Whether a template fills in the namespace, so that no name is known in full."""
    return _OPEN in _namespace(root)


def _references(root: Node, kind: str) -> Iterator[Reference]:
    for field, meant in REFERENCES[kind].items():
        stated = root.get("spec", field)
        for node in stated.elements() if isinstance(stated.value, list) else (stated,):
            if isinstance(node.value, str) and node.value.strip() and _OPEN not in node.value:
                yield Reference(field, _full(node.value.strip(), meant, _namespace(root)), node)


def _full(text: str, kind: str, namespace: str) -> str:
    """A reference in full, such as `component:default/shop`; without a kind where none is known."""
    before, colon, rest = text.rpartition(":")
    space, slash, name = rest.rpartition("/")
    whole = f"{space if slash else namespace}/{name}"
    return (f"{before if colon else kind}:{whole}" if colon or kind else whole).lower()


def _entity(root: Node, origin: Origin, own: str, references: list[Reference]) -> Subject:
    shape = SubjectBuilder().say("id", own).say("name", own)
    spec = root.get("spec")
    for field in ("owner", "type", "lifecycle"):
        if _OPEN in str(spec.get(field).value):
            shape.unknowns.add(field)
        else:
            shape.put(field, spec.get(field))
    shape.say("references", [{"field": each.field, "id": each.name} for each in references])
    if references:
        marks = [with_children(each.node.mark or NOWHERE, None) for each in references]
        shape.marks["references"] = with_children(marks[0], marks)
    return governance.subject(ENTITY, origin, "", "entity", shape, root.get("metadata"))


def _element(root: Node, origin: Origin, own: str, kind: str) -> Subject:
    spec, title = root.get("spec"), root.get("metadata", "title")
    shape = SubjectBuilder().say("id", own).say("name", own).put("title", title)
    stated = str(spec.get("type").value or "")
    found = read_as(stated) if kind == "Resource" else None
    target = found.kind if found and found.kind != BOUNDARY else SERVICE
    if target == SERVICE:
        shape.put(
            "type", spec.get("type") if kind in ("Component", "Resource") else root.get("kind"), _type(kind, stated)
        )
    for field in ("owner", "lifecycle"):
        if _OPEN in str(spec.get(field).value):
            shape.unknowns.add(field)
        elif isinstance(spec.get(field).value, str):
            shape.put(field, spec.get(field))
    criticality = next(_criticality(root), None)
    if criticality:
        shape.put("criticality", criticality)
    label = "datastore" if target == DATASTORE else kind.lower()
    return governance.subject(target, origin, "", label, shape, root.get("metadata"))


def _type(kind: str, stated: str) -> str:
    if kind == "Component":
        return stated or "service"
    return read_as(stated).type or stated if kind == "Resource" else kind.lower()


def _criticality(root: Node) -> Iterator[Node]:
    for holder in ("labels", "annotations"):
        for name, node in root.get("metadata", holder).items():
            if name.rpartition("/")[2].lower() in ("criticality", "business-criticality"):
                yield node


def _flows(root: Node, origin: Origin, own: str, references: list[Reference]) -> Iterator[Subject]:
    """What the entity depends on and which interfaces it uses; the other end may be in another repository."""
    for each in references:
        if each.field in _OF_FLOWS and ":" in each.name:
            ends = (each.name, own) if each.field == "dependencyOf" else (own, each.name)
            shape = SubjectBuilder().say("id", f"{own} {each.field} {each.name}").say("name", f"{ends[0]} -> {ends[1]}")
            for field, end in zip(("from", "to"), ends, strict=True):
                shape.put(field, each.node if end == each.name else root.get("metadata", "name"), end)
            yield governance.subject(
                FLOW, origin, own, "dependency", shape.say("elsewhere", value=True), root.get("spec")
            )
