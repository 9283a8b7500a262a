"""Threagile 1.x (YAML) -> the subjects of an architecture spec.

https://github.com/Threagile/threagile. A model may stand in several files, of which one includes the others.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.documents import Document
from scanner.documents.positions import Node
from scanner.model import Subject
from scanner.subjects.architecture import SYSTEM
from scanner.subjects.format import Format, KnownBy, key_sign
from scanner.subjects.subject_builder import SubjectBuilder
from scanner.subjects.threat_models import shapes
from scanner.subjects.threat_models.building import Model, entries, line, text_of
from scanner.subjects.threat_models.threagile import keys
from scanner.subjects.threat_models.threagile.assets import Assets
from scanner.subjects.threat_models.threagile.includes import included, missing
from scanner.subjects.unknown_keys import told_keys

_PARTS = {"data_assets": "data asset", "technical_assets": "technical asset", "trust_boundaries": "trust boundary"}


def recognise(document: Document) -> Iterator[Subject] | None:
    """The subjects of a model of Threagile, or of a part of one; None for any other document."""
    if document.format not in ("yaml", "json") or shapes.format_of(document.root.value) != shapes.THREAGILE:
        return None
    return _subjects(document)


def _subjects(document: Document) -> Iterator[Subject]:
    root = document.root
    model = Model(shapes.THREAGILE, text_of(root.get("title")) or "threagile", document.origin, line(document, root))
    shape = SubjectBuilder().say("name", model.name)
    if names := [path for _, path in included(document) if path]:
        shape.put("includes", root.get("includes"), names)
    if shapes.is_part(root.value):
        shape.say("part", True)
    yield model.element(SYSTEM, shape, root, "model")
    yield from Assets(root, model).subjects()


def losses(document: Document) -> Iterator[tuple[int, str]]:
    """Entries of a model that cannot be read, and names of included files that are none: 1-based line and why."""
    root = document.root
    if shapes.format_of(root.value) != shapes.THREAGILE:
        return
    for key, what in _PARTS.items():
        listed = root.get(key)
        if listed and listed.value is not None and not isinstance(listed.value, dict | list):
            yield line(document, listed), f"`{key}` is not a mapping"
        for title, entry in entries(listed):
            yield from _of_entry(document, entry, f"the {what} {title}".rstrip())
    for node, path in included(document):
        if not path:
            yield line(document, node), "an entry of `includes` does not name a file"


def _of_entry(document: Document, entry: Node, what: str) -> Iterator[tuple[int, str]]:
    if not text_of(entry.get("id")):
        yield line(document, entry), f"{what} has no `id`"
    links = entry.get("communication_links")
    for title, link in entries(links):
        if not text_of(link.first("target", "target_id")):
            yield line(document, link), f"the communication link {title} of {what} has no `target`"
    if links and links.value is not None and not isinstance(links.value, dict | list):
        yield line(document, links), f"`communication_links` of {what} is not a mapping"


def notes(document: Document) -> str:
    """What a reader of a scan is told of the model: keys that are not known."""
    return told_keys(keys.unknown(document.root))


FORMAT = Format(
    shapes.THREAGILE,
    "Threagile 1.x",
    KnownBy.CONTENT,
    recognise,
    signs=key_sign("(?:threagile_version|technical_assets)"),
    losses=losses,
    included=missing,
    notes=notes,
)
