"""The assets, links, boundaries and runtimes of a model of Threagile as the elements of a spec."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.documents.positions import MISSING, Node
from scanner.model import Subject
from scanner.subjects.architecture import ASSET, BOUNDARY, DATASTORE, SERVICE
from scanner.subjects.subject_builder import SubjectBuilder
from scanner.subjects.threat_models.building import Model, entries, put_names, put_text, text_of
from scanner.subjects.threat_models.threagile import links
from scanner.subjects.threat_models.threagile.technologies import (
    CLASSES,
    CLIENTS,
    NETWORKS,
    categories,
    service_type,
)

INTERNET = "(the internet)"
"""The boundary of assets outside of the system that are on the internet."""
_UNENCRYPTED = "none"


class Assets:
    """What a document of a model describes."""

    def __init__(self, root: Node, model: Model) -> None:
        self._root = root
        self._model = model
        boundaries = [node for _, node in entries(root.get("trust_boundaries")) if text_of(node.get("id"))]
        self._within = {
            text_of(inner): (boundary, inner)
            for boundary in boundaries
            for key in ("technical_assets_inside", "trust_boundaries_nested")
            for inner in boundary.get(key).elements()
        }
        """Ids of assets and boundaries, each with the boundary around it and its name there."""
        self._assets = {text_of(node.get("id")) for _, node in entries(root.get("technical_assets"))}
        self._on_internet: Node = MISSING

    def subjects(self) -> Iterator[Subject]:
        """Each element, in the order of the kinds."""
        for title, node in entries(self._root.get("data_assets")):
            if text_of(node.get("id")):
                yield self._data_asset(title, node)
        for title, node in entries(self._root.get("technical_assets")):
            if text_of(node.get("id")):
                yield self._technical_asset(title, node)
                yield from links.subjects(self._model, node)
        for title, node in entries(self._root.get("trust_boundaries")):
            if text_of(node.get("id")):
                yield self._boundary(title, node)
        if self._on_internet:
            shape = SubjectBuilder().say("id", INTERNET).say("name", "the internet").say("kind", "internet")
            yield self._model.element(BOUNDARY, shape, self._on_internet, told=INTERNET)
        for title, node in entries(self._root.get("shared_runtimes")):
            running = node.get("technical_assets_running").elements()
            yield from self._model.relation(text_of(node.get("id")) or title, running, node, "shared runtime")

    def _data_asset(self, title: str, node: Node) -> Subject:
        shape = _named(title, node).put("owner", node.get("owner"))
        level, tags = node.get("confidentiality"), node.get("tags")
        if text_of(level) in CLASSES:
            shape.put("classification", level, CLASSES[text_of(level)])
        if found := categories([text_of(tag) for tag in tags.elements()]):
            shape.put("categories", tags, found)
        return self._model.element(ASSET, shape, node)

    def _technical_asset(self, title: str, node: Node) -> Subject:
        shape = _named(title, node).put("owner", node.get("owner"))
        named = [each for key in ("data_assets_stored", "data_assets_processed") for each in node.get(key).elements()]
        put_names(shape, "data", named)
        kind = self._kind(node, shape)
        own = kind == DATASTORE or shape.data.get("type") not in ("actor", "client", "external")
        if node.get("internet").value is True and (not own or kind == DATASTORE) and not self._place(node):
            self._on_internet = self._on_internet or node.get("internet")
            shape.put("boundary", node.get("internet"), INTERNET)
        elif node.get("internet").value is True and kind == SERVICE:
            shape.put("exposure", node.get("internet"), "public")
        if place := self._place(node):
            shape.put("boundary", place[1], place[0])
        return self._model.element(kind, shape, node)

    def _kind(self, node: Node, shape: SubjectBuilder) -> str:
        """Whether an asset is a store or a service, of which type, and how a store is encrypted."""
        many = list(node.get("technologies").elements())
        technologies = [text_of(each.first("name", "Name") or each) for each in (node.get("technology"), *many) if each]
        stated, outside = node.get("type"), node.get("out_of_scope").value is True
        if stated.value == "datastore" and not outside:
            if technologies:
                shape.put("technology", node.get("technology") or node.get("technologies"), technologies[0])
            if level := text_of(node.get("encryption")):
                fields = {"fieldLevel": True} if level.startswith("data-with-") else {}
                shape.put("encryption", node.get("encryption"), {"atRest": level, **fields})
            return DATASTORE
        human = node.get("used_as_client_by_human").value is True and stated.value == "external-entity"
        if human or not CLIENTS.isdisjoint(technologies):
            devops = node.get("usage").value == "devops"
            shape.put(
                "type",
                node.get("used_as_client_by_human") if human else stated or node,
                "actor" if devops else "client",  # the tools of an administrator have no users who may not be trusted
            )
        elif outside or stated.value == "external-entity":
            shape.put("type", node.get("out_of_scope") if outside else stated, "external")
        elif found := service_type(technologies):
            shape.put("type", node.get("technology") or node.get("technologies"), found)
        return SERVICE

    def _place(self, node: Node) -> tuple[str, Node] | None:
        """The innermost network around an asset or a boundary, and where that names it."""
        name, met = text_of(node.get("id")), set[str]()
        while name in self._within and name not in met:
            met.add(name)
            boundary, inner = self._within[name]
            name = text_of(boundary.get("id"))
            if text_of(boundary.get("type")).startswith(NETWORKS):
                return self._boundary_id(boundary.get("id")), inner
        return None

    def _boundary(self, title: str, node: Node) -> Subject:
        shape = _named(title, node).put("id", node.get("id"), self._boundary_id(node.get("id")))
        shape.put("kind", node.get("type"))
        if around := self._within.get(text_of(node.get("id"))):
            shape.put("parent", around[1], self._boundary_id(around[0].get("id")))
        put_names(shape, "inside", node.get("technical_assets_inside").elements())
        put_names(shape, "nested", node.get("trust_boundaries_nested").elements())
        if "nested" in shape.data:
            shape.data["nested"] = list(map(self._boundary_name, shape.data["nested"]))
        return self._model.element(BOUNDARY, shape, node)

    def _boundary_id(self, node: Node) -> str:
        return self._boundary_name(text_of(node))

    def _boundary_name(self, name: str) -> str:
        """The id of a boundary; in Threagile, an asset may have the same."""
        return f"{name} (boundary)" if name in self._assets else name


def _named(title: str, node: Node) -> SubjectBuilder:
    return put_text(SubjectBuilder(), "id", node.get("id")).say("name", title or text_of(node.get("id")))
