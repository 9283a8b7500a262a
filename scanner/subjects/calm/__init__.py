"""FINOS CALM 1.x (JSON) -> the subjects of an architecture spec.

https://calm.finos.org. `node_types` says what a node is by the words of its type, `nodes` and `relationships` read
them, and `stated` finds what a model says of them in its controls and metadata, under the names of CALM's own samples.
Whatever is not stated there stays unstated here.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from scanner.documents import Document
from scanner.documents.positions import Node
from scanner.marks import line_of
from scanner.model import Subject
from scanner.places import Origin
from scanner.subjects import governance
from scanner.subjects.architecture import SYSTEM
from scanner.subjects.calm.known_keys import notes
from scanner.subjects.calm.nodes import Nodes, is_node
from scanner.subjects.calm.quantities import problems
from scanner.subjects.calm.relationships import TYPES, Relationships
from scanner.subjects.format import Format, KnownBy, key_sign
from scanner.subjects.subject_builder import SubjectBuilder


def recognise(document: Document) -> Iterator[Subject] | None:
    """The subjects of a CALM architecture; None for any other document, such as a CALM pattern (a JSON Schema)."""
    if document.format not in ("json", "yaml") or not any(map(is_node, document.root.get("nodes").elements())):
        return None
    return (replace(subject, format=FORMAT.name) for subject in _subjects(document.root, document.origin))


def losses(document: Document) -> Iterator[tuple[int, str]]:
    """Entries among the nodes and relationships of a CALM architecture that are neither: 1-based line and why."""
    nodes = list(document.root.get("nodes").elements())
    if not any(map(is_node, nodes)):
        return
    for node in nodes:
        if node.mark and not is_node(node):
            yield _line(document, node), "a node has no unique-id or no node-type"
    for relationship in document.root.get("relationships").elements():
        if not any(Relationships.ends_of(relationship)):
            yield _line(document, relationship), f"a relationship has none of the types {', '.join(TYPES)}"


def _line(document: Document, node: Node) -> int:
    return document.origin.first_line + (line_of(node.mark) if node.mark else 0) + 1


def _subjects(root: Node, origin: Origin) -> Iterator[Subject]:
    name = str(root.first("unique-id", "name", "title").value or "calm")
    shape = SubjectBuilder().say("name", name)
    yield governance.subject(SYSTEM, origin, "", "system", shape, root.get("nodes"))
    relationships = Relationships(root, name, origin)
    nodes = Nodes(root, name, origin, relationships)
    yield from nodes.subjects()
    yield from relationships.subjects(nodes)


FORMAT = Format(
    "calm",
    "FINOS CALM 1.x",
    KnownBy.CONTENT,
    recognise,
    signs=key_sign("unique-id"),
    losses=losses,
    notes=notes,
    problems=problems,
)
