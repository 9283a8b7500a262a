"""The files that a model of Threagile includes, by their paths from the root of the scan."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from scanner.documents import Document
from scanner.documents.positions import Node
from scanner.subjects.threat_models import shapes
from scanner.subjects.threat_models.building import line


def included(document: Document) -> Iterator[tuple[Node, str]]:
    """Each entry of `includes` and the path that it names; empty where it names none."""
    folder = posixpath.dirname(document.origin.path)
    for node in document.root.get("includes").elements():
        name = node.value
        yield node, posixpath.normpath(posixpath.join(folder, name)) if isinstance(name, str) and name else ""


def missing(document: Document) -> Iterator[tuple[int, str]]:
    """The files that a model includes, each with its 1-based line: one that is not scanned is a loss."""
    if shapes.format_of(document.root.value) == shapes.THREAGILE:
        yield from ((line(document, node), path) for node, path in included(document) if path)
