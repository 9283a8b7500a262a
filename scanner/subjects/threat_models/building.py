"""What the readers of threat models share: elements with their places, and lists of names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from scanner.documents import Document
from scanner.documents.positions import Node
from scanner.marks import NOWHERE, line_of, with_children
from scanner.model import Subject
from scanner.places import Origin
from scanner.subjects import governance
from scanner.subjects.architecture import ASSET, BOUNDARY, DATASTORE, FLOW, RELATION, SERVICE
from scanner.subjects.subject_builder import SubjectBuilder

LABELS = {SERVICE: "service", DATASTORE: "datastore", BOUNDARY: "boundary", ASSET: "data asset", FLOW: "flow"}
DATA = "data"
"""The interaction of a flow that shows where data goes, and not who calls whom: an answer may be a flow of its own."""
_PLAIN = (str, int, float)


class Model(Struct, frozen=True):
    """The document that elements are of."""

    format: str
    name: str
    origin: Origin
    line: int

    def element(self, kind: str, shape: SubjectBuilder, whole: Node, label: str = "", told: str = "") -> Subject:
        """A finished subject; equal ones of several documents, with the same `told`, are one."""
        found = governance.subject(kind, self.origin, self.name, label or LABELS[kind], shape, whole)
        return replace(found, format=self.format, told=(self.line, told))

    def relation(
        self, name: str, nodes: Iterable[Node], whole: Node, label: str, called: Callable[[str], str] = str
    ) -> Iterator[Subject]:
        """Elements that something names beside the ends of flows, if there are any; `called` gives their ids here."""
        shape = put_names(SubjectBuilder().say("id", name).say("name", name), "nodes", nodes)
        if shape.data.get("nodes"):
            shape.data["nodes"] = list(map(called, shape.data["nodes"]))
            yield self.element(RELATION, shape, whole, label)


def text_of(node: Node) -> str:
    """The text of a plain value, such as an id; empty for anything else."""
    return str(node.value) if isinstance(node.value, _PLAIN) and not isinstance(node.value, bool) else ""


def put_text(shape: SubjectBuilder, name: str, node: Node) -> SubjectBuilder:
    """Take in a plain value as text."""
    return shape.put(name, node, text_of(node)) if text_of(node) else shape


def put_names(shape: SubjectBuilder, name: str, nodes: Iterable[Node]) -> SubjectBuilder:
    """Take in a list of names that stand in several places, each once."""
    named = {text_of(node): node for node in nodes if text_of(node)}
    if named:
        marks = [node.mark or NOWHERE for node in named.values()]
        shape.data[name] = list(named)
        shape.marks[name] = with_children(marks[0], marks)
    return shape


def entries(node: Node) -> Iterator[tuple[str, Node]]:
    """The entries of a mapping with their keys, or those of a list with their titles."""
    yield from node.items()
    for item in node.elements():
        yield text_of(item.first("title", "name", "id")), item


def line(document: Document, node: Node) -> int:
    """The 1-based line of a node."""
    return document.origin.first_line + (line_of(node.mark) if node.mark else 0) + 1
