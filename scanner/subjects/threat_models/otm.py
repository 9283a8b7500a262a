"""The Open Threat Model 0.1 and 0.2 (YAML or JSON) -> the subjects of an architecture spec.

https://github.com/iriusrisk/OpenThreatModel. The format has no fields for encryption, authentication or owners of
components. Its ratings of trust are free numbers, so a zone is public only if its type or its name says internet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from scanner.documents import Document
from scanner.documents.positions import Node
from scanner.late import regex
from scanner.model import Subject
from scanner.subjects.architecture import ASSET, BOUNDARY, DATASTORE, FLOW, SERVICE, SYSTEM
from scanner.subjects.calm.node_types import read_as
from scanner.subjects.data_predicates import words
from scanner.subjects.format import Format, KnownBy, key_sign
from scanner.subjects.subject_builder import SubjectBuilder
from scanner.subjects.threat_models import shapes
from scanner.subjects.threat_models.building import DATA, Model, line, put_names, put_text, text_of
from scanner.subjects.unknown_keys import told_of_lists

_INTERNET = frozenset(("internet", "the internet", "public internet", "f0ba7722-39b6-4c81-8290-a30a248bb8d9"))
"""Names and types of zones that anybody reaches; the last is the zone Internet of IriusRisk."""
_PROTOCOLS = words("amqps ftp ftps grpcs http https ldaps mqtts mtls sftp ssh telnet tls ws wss")
"""Tags of flows that name a protocol."""
_LEVELS = ((80, "restricted"), (60, "confidential"), (20, "internal"), (0, "public"))
"""Confidentiality from which an asset has a classification."""
_KNOWN = {
    "": words("otmVersion project representations assets trustZones components dataflows threats mitigations"),
    "assets": words("name id description risk attributes"),
    "trustZones": words("id name type description risk parent representations representation attributes"),
    "components": words("id name type description parent representations assets threats tags attributes"),
    "dataflows": words(
        "id name description bidirectional source destination assets threats tags attributes representations"
    ),
}
_UNREADABLE = regex(r"(?i)(?:[0-9]+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$")
_LISTS = {"assets": "asset", "trustZones": "trust zone", "components": "component", "dataflows": "dataflow"}


def recognise(document: Document) -> Iterator[Subject] | None:
    """The subjects of an Open Threat Model; None for any other document."""
    if document.format not in ("yaml", "json") or shapes.format_of(document.root.value) != shapes.OTM:
        return None
    root = document.root
    name = text_of(root.get("project").first("name", "id")) or "model"
    return _Reader(root, Model(shapes.OTM, name, document.origin, line(document, root))).subjects()


class _Reader:
    """Reads a model; what has a number or a UUID for its id is called by its name, if nothing else has that."""

    def __init__(self, root: Node, model: Model) -> None:
        self._root = root
        self._model = model
        self._listed = {key: [each for each in root.get(key).elements() if text_of(each.get("id"))] for key in _LISTS}
        self._parents = {text_of(each.get("id")): each.get("parent") for each in self._listed["components"]}
        ends = [each for key in ("trustZones", "components") for each in self._listed[key]]
        names = Counter(_name(each) for each in ends)
        self._called = {
            text_of(each.get("id")): _name(each)
            for each in ends
            if _UNREADABLE.match(text_of(each.get("id"))) and names[_name(each)] == 1
        }

    def subjects(self) -> Iterator[Subject]:
        """Each element, in the order of the kinds."""
        owner = self._root.get("project", "owner")
        system = SubjectBuilder().say("name", self._model.name).put("owner", owner)
        yield self._model.element(SYSTEM, system, self._root, "model")
        for node in self._listed["assets"]:
            yield self._asset(node)
        for node in self._listed["trustZones"]:
            yield self._zone(node)
        for node in self._listed["components"]:
            yield from self._component(node)
        for node in self._listed["dataflows"]:
            if text_of(node.get("source")) and text_of(node.get("destination")):
                yield self._flow(node)

    def _id(self, name: str) -> str:
        return self._called.get(name, name)

    def _put(self, shape: SubjectBuilder, field: str, named: Node) -> SubjectBuilder:
        return shape.put(field, named, self._id(text_of(named))) if text_of(named) else shape

    def _named(self, node: Node) -> SubjectBuilder:
        return self._put(SubjectBuilder(), "id", node.get("id")).say("name", _name(node) or text_of(node.get("id")))

    def _asset(self, node: Node) -> Subject:
        shape, rating = put_text(SubjectBuilder(), "id", node.get("id")), node.get("risk", "confidentiality")
        shape.say("name", _name(node) or text_of(node.get("id")))
        if isinstance(rating.value, int | float) and not isinstance(rating.value, bool):
            shape.put("classification", rating, next((name for least, name in _LEVELS if rating.value >= least), None))
        return self._model.element(ASSET, shape, node)

    def _zone(self, node: Node) -> Subject:
        shape = self._named(node)
        said = next((each for each in (node.get("type"), node.get("name")) if text_of(each).lower() in _INTERNET), None)
        if said:
            shape.put("kind", said, "internet")
        return self._model.element(BOUNDARY, self._put(shape, "parent", node.get("parent", "trustZone")), node)

    def _component(self, node: Node) -> Iterator[Subject]:
        shape, stated = self._named(node), node.get("type")
        read = read_as(text_of(stated))
        kind = DATASTORE if read.kind == DATASTORE else SERVICE
        if kind == DATASTORE:
            put_text(shape, "technology", stated)
        elif read.type and read.kind == SERVICE:
            shape.put("type", stated, read.type)
        self._put(shape, "boundary", self._zone_around(node))
        assets = node.get("assets")
        put_names(shape, "data", (each for key in ("processed", "stored") for each in assets.get(key).elements()))
        yield self._model.element(kind, shape, node)
        name = f"{self._id(text_of(node.get('id')))}/parent"
        yield from self._model.relation(name, [node.get("parent", "component")], node, "component", self._id)

    def _zone_around(self, node: Node) -> Node:
        """The trust zone of a component, or of the component that it is a part of."""
        parent, met = node.get("parent"), set[str]()
        while not parent.get("trustZone"):
            name = text_of(parent.get("component"))
            if name not in self._parents or name in met:
                break
            met.add(name)
            parent = self._parents[name]
        return parent.get("trustZone")

    def _flow(self, node: Node) -> Subject:
        shape = put_text(SubjectBuilder(), "id", node.get("id"))
        shape.say("name", _name(node) or text_of(node.get("id"))).say("interaction", DATA)
        self._put(self._put(shape, "from", node.get("source")), "to", node.get("destination"))
        for tag in node.get("tags").elements():
            if text_of(tag).lower() in _PROTOCOLS:
                shape.put("protocol", tag, text_of(tag).lower())
        put_names(shape, "data", node.get("assets").elements())
        return self._model.element(FLOW, shape, node)


def _name(node: Node) -> str:
    return text_of(node.get("name"))


def losses(document: Document) -> Iterator[tuple[int, str]]:
    """Entries of a model that cannot be read: 1-based line and why."""
    root = document.root
    if shapes.format_of(root.value) != shapes.OTM:
        return
    for key, what in _LISTS.items():
        listed = root.get(key)
        if listed and listed.value is not None and not isinstance(listed.value, list):
            yield line(document, listed), f"`{key}` is not a list"
        for entry in listed.elements():
            if not text_of(entry.get("id")):
                yield line(document, entry), f"a {what} has no `id`"
            elif key == "dataflows" and not (text_of(entry.get("source")) and text_of(entry.get("destination"))):
                yield line(document, entry), f"a {what} has no `source` or no `destination`"


def notes(document: Document) -> str:
    """What a reader of a scan is told of the model: keys that are not known."""
    return told_of_lists(document.root, _KNOWN, _LISTS)


FORMAT = Format(
    shapes.OTM,
    "Open Threat Model 0.2",
    KnownBy.CONTENT,
    recognise,
    signs=key_sign("otmVersion"),
    losses=losses,
    notes=notes,
)
