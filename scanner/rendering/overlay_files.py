"""Objects that Kustomize builds, held against the files it builds them from.

An object comes from the document of its kind whose name its own holds (a prefix or suffix may have been added); a field
comes from that document if it says the same there, otherwise from a patch of that object that says so. A Namespace may
have any other name than its document, because `namespace` renames it. A ConfigMap or Secret without a document comes
from the generator whose name its own holds, and a value of it from the entry with its key.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from scanner import documents
from scanner.documents import Document
from scanner.documents.positions import MISSING, Node
from scanner.errors import UnreadableError
from scanner.places import Origin
from scanner.rendering.kustomization import GENERATED, NAMES
from scanner.sources import RenderingResult

_Path = tuple[str | int, ...]
_NAME: _Path = ("metadata", "name")
_Region = tuple[int, int, int, int, int, int, int]


class _Piece(Struct, frozen=True):
    """One document of the files, `first` lines down in all of them written one below the other."""

    root: Node
    name: str
    path: str
    first: int
    patch: bool


class OverlayFiles:
    """The files of one overlay, read once."""

    def __init__(self, rendered: RenderingResult) -> None:
        self._marker = rendered.texts[0][0]
        self._parts: list[tuple[int, str]] = []
        self._by_kind: dict[str, list[_Piece]] = defaultdict(list)
        self._operations: list[_Piece] = []
        self._generators: dict[str, list[_Piece]] = defaultdict(list)
        self._start: _Region = (0, 0, 1, 0, 0, 0, 1)
        first = 0
        for path, content in rendered.files.items():
            self._parts.append((first, path))
            if path == self._marker:
                self._start = (first, 0, 1, first, 0, first, 1)
            for part in _documents(path, content):
                self._take(_Piece(part.root, _name(part.root), path, first, path in rendered.patches))
            first += content.count(b"\n") + content.count(b"\r") + 1

    def places(self, root: Node) -> tuple[Origin, Callable[[_Path, Node], _Region | None]]:
        """The place of an object of the build, and a function for the place of each of its fields."""
        name = _name(root)
        known = [piece for piece in self._by_kind[str(root.get("kind").value)] if piece.name in name]
        whole = [piece for piece in known if not piece.patch]
        if not whole and root.get("kind").value == "Namespace":
            whole = [piece for piece in self._by_kind["Namespace"] if not piece.patch]
        longest = max((len(piece.name) for piece in whole), default=0)
        bases = [piece for piece in whole if len(piece.name) == longest][:1]
        made_by = [] if bases else self._made_by(root, name)
        if made_by:
            return Origin(made_by[0].path, parts=tuple(self._parts)), partial(_generated, made_by)
        pieces = [*bases, *(piece for piece in known if piece.patch)]
        path = bases[0].path if bases else self._marker
        followed: dict[_Path, list[Node]] = {(): [piece.root for piece in pieces]}

        def tell(field: _Path, node: Node) -> _Region | None:
            """The place of a field; that of what holds it was asked for before."""
            if field:
                followed[field] = [_inside(above, node, field[-1]) for above in followed[field[:-1]]]
            if not field and not pieces:
                return self._start
            if field == _NAME and bases and followed[field][0]:
                return _region(followed[field][0], pieces[0].first)  # a prefix or suffix was added
            for piece, found in zip(pieces, followed[field], strict=True):
                if found and (isinstance(node.value, dict | list) or found.value == node.value):
                    return _region(found, piece.first)
            return self._operation(field, node)

        return Origin(path, parts=tuple(self._parts)), tell

    def _take(self, piece: _Piece) -> None:
        if isinstance(piece.root.value, list):
            self._operations.append(piece)
        elif posixpath.basename(piece.path) in NAMES:
            for key, kind in GENERATED.items():
                items = (
                    replace(piece, root=item, name=str(item.get("name").value))
                    for item in piece.root.get(key).elements()
                )
                self._generators[kind].extend(items)
        else:
            self._by_kind[str(piece.root.get("kind").value)].append(piece)

    def _made_by(self, root: Node, name: str) -> list[_Piece]:
        """The generators of an object; the one of the overlay itself comes first, because it has the last word."""
        known = [piece for piece in self._generators[str(root.get("kind").value)] if piece.name in name]
        longest = max((len(piece.name) for piece in known), default=0)
        known = [piece for piece in known if len(piece.name) == longest]
        return sorted(known, key=lambda piece: piece.path != self._marker)

    def _operation(self, field: _Path, node: Node) -> _Region | None:
        """The JSON patch that sets a field to the value it has."""
        pointer = "/" + "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in field)
        for piece in self._operations:
            for operation in piece.root.elements():
                value = operation.get("value")
                if value and operation.get("path").value == pointer and value.value == node.value:
                    return _region(value, piece.first)
        return None


def _generated(made_by: Sequence[_Piece], field: _Path, _: Node) -> _Region | None:
    """The place of a field of a generated object: the entry for a value, the generator for the object."""
    if not field:
        return _region(made_by[0].root, made_by[0].first)
    if len(field) > 1 and field[0] in ("data", "stringData", "binaryData"):
        for piece in made_by:
            for key in ("literals", "files"):
                for entry in piece.root.get(key).elements():
                    named, given, _value = str(entry.value).partition("=")
                    if field[1] == (named if given else posixpath.basename(named)):
                        return _region(entry, piece.first)
    return None


def _documents(path: str, content: bytes) -> Iterator[Document]:
    try:
        parts = list(documents.read(path, documents.decode(content)))
    except UnreadableError:
        return
    for part in parts:
        if isinstance(part, Document) and part.format in ("yaml", "json"):
            yield part


def _name(root: Node) -> str:
    return str(root.get("metadata", "name").value)


def _region(node: Node, first: int) -> _Region | None:
    if node.mark is None:
        return None
    line, column, end, value_line, value_column, end_line, end_column, _ = node.mark
    return line + first, column, end, value_line + first, value_column, end_line + first, end_column


def _inside(node: Node, rendered: Node, part: str | int) -> Node:
    """What a source document holds in place of a part of the rendered one; items of lists are known by their names."""
    if not node or isinstance(part, str):
        return node.get(part)
    if not isinstance(node.value, list):
        return MISSING
    if not isinstance(rendered.value, dict):
        return node.get(node.value.index(rendered.value)) if rendered.value in node.value else MISSING
    name = rendered.get("name").value
    if name is None:
        item = node.get(part)
        return item if item.get("name").value is None else MISSING
    return next((item for item in node.elements() if item.get("name").value == name), MISSING)
