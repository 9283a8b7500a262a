"""Models of the OWASP Threat Model Library 1.0 (JSON) -> the subjects of an architecture spec.

https://owasp.org/www-project-threat-model-library. Threat Dragon calls the format TM-BOM. Its schema requires
`encrypted` of every flow, so `false` is a statement.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial

from scanner.documents import Document
from scanner.documents.positions import Node
from scanner.model import Subject
from scanner.subjects.architecture import ASSET, BOUNDARY, DATASTORE, FLOW, SERVICE, SYSTEM
from scanner.subjects.data_predicates import words
from scanner.subjects.format import Format, KnownBy, key_sign
from scanner.subjects.subject_builder import SubjectBuilder
from scanner.subjects.threat_models import shapes
from scanner.subjects.threat_models.building import Model, line, put_names, put_text, text_of
from scanner.subjects.unknown_keys import told_of_lists

_CATEGORIES = {
    "pii": ["personal"],
    "phi": ["personal", "health"],
    "fin": ["financial-record"],
    "cred": ["credential"],
    "pci": ["pan"],
}
_CONFIDENTIAL = frozenset(("biz", "gov", "ip"))
_ACTORS = {"system": "external", "third_party": "external"}
"""Types of actors that are not people."""
_SENSITIVE = "(sensitive data)"
"""The data of flows of which the model says only that it is sensitive."""
_KNOWN = {
    "": words(
        "$schema version scope description frozen released_at product_release_date release_docs_link reviewed_at"
        " repo_link diagrams trust_zones trust_boundaries actors components data_stores data_sets data_flows"
        " assumptions threat_personas threats controls risks"
    ),
    "trust_zones": words("symbolic_name title description"),
    "actors": words("symbolic_name title description type permissions trust_zone"),
    "components": words("symbolic_name title description parent_component trust_zone repo_link"),
    "data_stores": words("symbolic_name title description type vendor product trust_zone"),
    "data_sets": words(
        "symbolic_name title description placements data_sensitivity access_control_methods record_count"
    ),
    "data_flows": words("symbolic_name title description source destination has_sensitive_data encrypted"),
}
_SHARING = ("trust_zones", "actors", "components", "data_stores")
"""Lists of what flows end at, or stand around it."""
_ENDS = ("source", "destination")
_NAMED = [key for key in _KNOWN if key]


def recognise(document: Document) -> Iterator[Subject] | None:
    """The subjects of a model of the library; None for any other document."""
    if document.format not in ("yaml", "json") or shapes.format_of(document.root.value) != shapes.TM_LIBRARY:
        return None
    return _subjects(document)


def _subjects(document: Document) -> Iterator[Subject]:
    root = document.root
    name = text_of(root.get("scope", "title")) or "model"
    model = Model(shapes.TM_LIBRARY, name, document.origin, line(document, root))
    listed = {key: [each for each in root.get(key).elements() if _id(each)] for key in _NAMED}
    yield model.element(SYSTEM, SubjectBuilder().say("name", name), root, "model")
    names = _Names(listed)
    for node in listed["trust_zones"]:
        yield model.element(BOUNDARY, names.titled("trust_zones", node), node)
    for node in listed["actors"]:
        shape = names.placed("actors", node)
        kind = node.get("type")
        yield model.element(SERVICE, shape.put("type", kind or node, _ACTORS.get(text_of(kind), "actor")), node)
    for node in listed["components"]:
        yield model.element(SERVICE, names.placed("components", node), node)
        yield from _parent(model, node, names)
    for node in listed["data_stores"]:
        yield _store(model, node, listed["data_sets"], names)
    for node in listed["data_sets"]:
        yield _data_set(model, node)
        stores = (each.get("data_store") for each in node.get("placements").elements())
        called = partial(names.of, "data_stores")
        yield from model.relation(f"{_id(node)}/placements", stores, node, "data set", called)
    yield from _flows(model, listed["data_flows"], names)


def _id(node: Node) -> str:
    return text_of(node.get("symbolic_name"))


class _Names:
    """Names of elements, which are unique for each kind alone: where two share one, its kind stands beside it."""

    def __init__(self, listed: dict[str, list[Node]]) -> None:
        self._known = {key: {_id(node) for node in listed[key]} for key in _SHARING}
        held = Counter(name for names in self._known.values() for name in names)
        self._shared = {name for name, number in held.items() if number > 1}

    def titled(self, key: str, node: Node) -> SubjectBuilder:
        """The id and the name of an element."""
        shape = SubjectBuilder().put("id", node.get("symbolic_name"), self.of(key, _id(node)))
        return shape.say("name", text_of(node.get("title")) or _id(node))

    def placed(self, key: str, node: Node) -> SubjectBuilder:
        """The same, with the zone of the element."""
        zone = node.get("trust_zone")
        shape = self.titled(key, node)
        return shape.put("boundary", zone, self.of("trust_zones", text_of(zone))) if text_of(zone) else shape

    def put_end(self, shape: SubjectBuilder, field: str, end: Node) -> None:
        """State the source or the destination of a flow, which it names with its kind."""
        kind = text_of(end.get("type")).rpartition("/")[2].replace("-", "_")
        name = end.get("object")
        if text_of(name):
            shape.put(field, name, self.of(f"{kind}s", text_of(name)))

    def of(self, key: str, name: str) -> str:
        """What an element is called here."""
        known = name in self._known.get(key, ())
        return f"{name} ({key.replace('_', ' ').removesuffix('s')})" if known and name in self._shared else name


def _parent(model: Model, node: Node, names: _Names) -> Iterator[Subject]:
    parent = node.get("parent_component")
    yield from model.relation(f"{_id(node)}/parent", [parent], node, "component", partial(names.of, "components"))


def _store(model: Model, node: Node, data_sets: list[Node], names: _Names) -> Subject:
    shape = names.placed("data_stores", node)
    put_text(shape, "technology", node.first("product", "vendor", "type"))
    placed = [
        (data_set, place)
        for data_set in data_sets
        for place in data_set.get("placements").elements()
        if text_of(place.get("data_store")) == _id(node)
    ]
    put_names(shape, "data", (data_set.get("symbolic_name") for data_set, _ in placed))
    stated = [place.get("encrypted") for _, place in placed if isinstance(place.get("encrypted").value, bool)]
    plain = [each for each in stated if each.value is False]
    if plain or (stated and len(stated) == len(placed)):
        shape.put("encryption", (plain or stated)[0], {"atRest": not plain})
    return model.element(DATASTORE, shape, node)


def _data_set(model: Model, node: Node) -> Subject:
    stated = node.get("data_sensitivity")
    shape = put_text(SubjectBuilder(), "id", node.get("symbolic_name")).say(
        "name", text_of(node.get("title")) or _id(node)
    )
    kinds = [text_of(each) for each in stated.elements()]
    if found := [category for kind in kinds for category in _CATEGORIES.get(kind, ())]:
        shape.put("categories", stated, list(dict.fromkeys(found)))
    if not _CONFIDENTIAL.isdisjoint(kinds):
        shape.put("classification", stated, "confidential")
    return model.element(ASSET, shape, node)


def _flows(model: Model, flows: list[Node], names: _Names) -> Iterator[Subject]:
    sensitive = next((node for node in flows if node.get("has_sensitive_data").value is True), None)
    if sensitive:
        shape = SubjectBuilder().say("id", _SENSITIVE).say("name", "sensitive data")
        shape.put("classification", sensitive.get("has_sensitive_data"), "confidential")
        yield model.element(ASSET, shape, sensitive.get("has_sensitive_data"))
    for node in flows:
        shape = names.titled("data_flows", node)
        names.put_end(shape, "from", node.get("source"))
        names.put_end(shape, "to", node.get("destination"))
        if isinstance(node.get("encrypted").value, bool):
            shape.put("encrypted", node.get("encrypted"))
            shape.marks["protocol"] = shape.marks["encrypted"]  # where rules point that ask how a flow is encrypted
        said = node.get("has_sensitive_data")
        if isinstance(said.value, bool):
            shape.put("data", said, [_SENSITIVE] if said.value else [])
        yield model.element(FLOW, shape, node)


def losses(document: Document) -> Iterator[tuple[int, str]]:
    """Entries of a model that cannot be read: 1-based line and why."""
    root = document.root
    if shapes.format_of(root.value) != shapes.TM_LIBRARY:
        return
    for key in _NAMED:
        listed, what = root.get(key), key.replace("_", " ").removesuffix("s")
        if listed and listed.value is not None and not isinstance(listed.value, list):
            yield line(document, listed), f"`{key}` is not a list"
        for entry in listed.elements():
            if not _id(entry):
                yield line(document, entry), f"a {what} has no `symbolic_name`"
            elif key == "data_flows" and not all(text_of(entry.get(end, "object")) for end in _ENDS):
                yield line(document, entry), f"a {what} has no `source` or no `destination`"


def notes(document: Document) -> str:
    """What a reader of a scan is told of the model: keys that are not known."""
    return told_of_lists(document.root, _KNOWN, _NAMED)


FORMAT = Format(
    shapes.TM_LIBRARY,
    "OWASP Threat Model Library 1.0 (TM-BOM)",
    KnownBy.CONTENT,
    recognise,
    signs=key_sign("trust_zones"),
    losses=losses,
    notes=notes,
)
