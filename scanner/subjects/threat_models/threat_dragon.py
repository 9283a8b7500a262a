"""Models of OWASP Threat Dragon 1 and 2 (JSON) -> the subjects of an architecture spec.

https://owasp.org/www-project-threat-dragon. Threat Dragon writes `false` for every property that nobody has set, so
only `true` is a statement. What is inside a boundary follows from where both are drawn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from msgspec.structs import replace

from scanner.documents import Document
from scanner.model import Subject
from scanner.subjects.architecture import ASSET, BOUNDARY, DATASTORE, FLOW, SERVICE, SYSTEM
from scanner.subjects.data_predicates import words
from scanner.subjects.format import Format, KnownBy
from scanner.subjects.subject_builder import SubjectBuilder
from scanner.subjects.threat_models import shapes
from scanner.subjects.threat_models.building import DATA, Model, line, text_of
from scanner.subjects.threat_models.drawing import BOX, LINE, Cell, Drawing
from scanner.subjects.unknown_keys import told_keys, unknown_keys

OUT_OF_SCOPE = "threat-dragon-outside"
"""What rules know a flow by that the model does not judge."""
_TYPES = words("tm.Actor tm.Process tm.Store tm.Flow tm.Text") | {BOX, LINE}
_KNOWN = words(
    "type name description outOfScope reasonOutOfScope hasOpenThreats threats isTrustBoundary isBidirectional"
    " isEncrypted isPublicNetwork protocol isALog isSigned storesCredentials storesInventory handlesCardPayment"
    " handlesGoodsOrServices isWebApplication privilegeLevel providesAuthentication threatFrequency crossingFlows"
    " containedElements number"
)
"""Properties of an element; what a drawing alone has is not told of."""


def recognise(document: Document) -> Iterator[Subject] | None:
    """The subjects of a model of Threat Dragon; None for any other document."""
    if document.format not in ("yaml", "json") or shapes.format_of(document.root.value) != shapes.THREAT_DRAGON:
        return None
    return _subjects(document)


def _subjects(document: Document) -> Iterator[Subject]:
    root = document.root
    name = text_of(root.get("summary", "title")) or "model"
    model = Model(shapes.THREAT_DRAGON, name, document.origin, line(document, root))
    system = SubjectBuilder().say("name", name).put("owner", root.get("summary", "owner"))
    yield model.element(SYSTEM, system, root, "model")
    drawing = Drawing(root)
    for cell in drawing.cells:
        if cell.type in ("tm.Actor", "tm.Process", "tm.Store"):
            yield from _element(model, cell, drawing)
        elif cell.type == BOX:
            yield _boundary(model, cell, drawing)
        elif cell.type == "tm.Flow":
            yield _flow(model, cell, drawing)


def _element(model: Model, cell: Cell, drawing: Drawing) -> Iterator[Subject]:
    shape = SubjectBuilder().say("id", cell.id).say("name", cell.name)
    drawing.put_boundary(shape, "boundary", cell)
    outside = cell.data.get("outOfScope").value is True
    if cell.type == "tm.Store" and not outside:
        if cell.data.get("isEncrypted").value is True:
            shape.put("encryption", cell.data.get("isEncrypted"), {"atRest": True})
        secret = cell.data.get("storesCredentials")
        if secret.value is True:
            data = f"{cell.id}: credentials"
            asset = SubjectBuilder().say("id", data).say("name", f"credentials in {cell.name}")
            yield model.element(ASSET, asset.put("categories", secret, ["credential"]), secret)
            shape.put("data", secret, [data])
        yield model.element(DATASTORE, shape, cell.node)
        return
    if cell.type == "tm.Actor":
        shape.put("type", cell.data.get("type"), "actor")
    elif outside:
        shape.put("type", cell.data.get("outOfScope"), "external")
    yield model.element(SERVICE, shape, cell.node)


def _boundary(model: Model, cell: Cell, drawing: Drawing) -> Subject:
    shape = SubjectBuilder().say("id", cell.id).say("name", cell.name)
    drawing.put_boundary(shape, "parent", cell)
    return model.element(BOUNDARY, shape, cell.node)


def _flow(model: Model, cell: Cell, drawing: Drawing) -> Subject:
    shape = SubjectBuilder().say("id", cell.id).say("name", cell.name).say("interaction", DATA)
    for field, end in (("from", "source"), ("to", "target")):
        named = drawing.end(cell, end)
        if named:
            shape.put(field, named, drawing.name_of(cell, named))
    if cell.data.get("outOfScope").value is True:
        return replace(model.element(FLOW, shape, cell.node), format=OUT_OF_SCOPE)
    protocol = cell.data.get("protocol")
    if text_of(protocol):
        shape.put("protocol", protocol, text_of(protocol).strip())
    for field, key in (("encrypted", "isEncrypted"), ("publicNetwork", "isPublicNetwork")):
        if cell.data.get(key).value is True:
            shape.put(field, cell.data.get(key))
    return model.element(FLOW, shape, cell.node)


def losses(document: Document) -> Iterator[tuple[int, str]]:
    """What a drawing holds that cannot be read: 1-based line and why."""
    if shapes.format_of(document.root.value) != shapes.THREAT_DRAGON:
        return
    for diagram in document.root.get("detail", "diagrams").elements():
        cells = diagram.get("cells") or diagram.get("diagramJson", "cells")
        if cells and not isinstance(cells.value, list):
            yield line(document, cells), "`cells` of a diagram is not a list"
        if not isinstance(diagram.value, dict):
            yield line(document, diagram), "a diagram is not a mapping"
    for cell in Drawing(document.root, everything=True).cells:
        if not text_of(cell.node.get("id")):
            yield line(document, cell.node), "an element of a diagram has no `id`"
        elif cell.type not in _TYPES:
            known = f"the type {cell.type}, which is not known" if cell.type else "no `type`"
            yield line(document, cell.node), f"an element of a diagram has {known}"


def notes(document: Document) -> str:
    """What a reader of a scan is told of the model: what is drawn and says nothing, and keys that are not known."""
    drawing = Drawing(document.root)
    counted = Counter(cell.type for cell in drawing.cells)
    loose = sum(1 for cell in drawing.cells if cell.type == "tm.Flow" and not all(drawing.ends(cell)))
    apart = (cell.data for cell in drawing.cells if cell.data is not cell.node)
    keys = (key for data in apart for key in unknown_keys(data, _KNOWN, ""))
    told = [
        f"trust boundaries that are drawn as lines and enclose nothing: {counted[LINE]}" if counted[LINE] else "",
        f"flows that are not attached to an element at both ends: {loose}" if loose else "",
        told_keys(keys),
    ]
    return "; ".join(filter(None, told))


FORMAT = Format(
    shapes.THREAT_DRAGON,
    "OWASP Threat Dragon 1 and 2",
    KnownBy.CONTENT,
    recognise,
    signs=r""""type"\s*:\s*"tm\.(?:Actor|Process|Store|Flow|Boundary)""",
    losses=losses,
    notes=notes,
)
