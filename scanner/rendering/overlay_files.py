"""Objects that Kustomize builds, held against the files it builds them from.

An object comes from the document of its kind whose name its own holds (a prefix or suffix may have been added); a field
comes from that document if it says the same there, otherwise from a patch of that object that says so. A Namespace may
have any other name than its document, because `namespace` renames it, and so may what a JSON patch renames. A ConfigMap
or Secret without a document comes from the generator whose name its own holds, and a value of it from the entry with
its key.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from msgspec.structs import replace

from scanner import documents
from scanner.documents import Document
from scanner.documents.positions import Node
from scanner.errors import UnreadableError
from scanner.marks import Region
from scanner.places import Origin
from scanner.rendering.kustomization import GENERATED, NAMES
from scanner.rendering.patches import Operations, Path, Piece, Target, inline, inside, sets_name, targets
from scanner.sources import RenderingResult

_NAME: Path = ("metadata", "name")


class OverlayFiles:
    """The files of one overlay, read once."""

    def __init__(self, rendered: RenderingResult) -> None:
        self._marker = rendered.texts[0][0]
        self._parts: list[tuple[int, str]] = []
        self._by_kind: dict[str, list[Piece]] = defaultdict(list)
        self._operations: list[Piece] = []
        self._generators: dict[str, list[Piece]] = defaultdict(list)
        self._targets: dict[str, list[Target]] = defaultdict(list)
        self._start: Region = (0, 0, 1, 0, 0, 0, 1)
        first = 0
        for path, content in rendered.files.items():
            self._parts.append((first, path))
            if path == self._marker:
                self._start = (first, 0, 1, first, 0, first, 1)
            for root in (root for part in _documents(path, content) for root in _roots(part.root)):
                self._take(Piece(root, _name(root), path, first, path in rendered.patches), content)
            first += content.count(b"\n") + content.count(b"\r") + 1

    def places(self, root: Node) -> tuple[Origin, Callable[[Path, Node], Region | None]]:
        """The place of an object of the build, and a function for the place of each of its fields."""
        name = _name(root)
        kind = str(root.get("kind").value)
        known = [piece for piece in self._by_kind[kind] if piece.name in name]
        whole = [piece for piece in known if not piece.patch]
        if not whole and kind == "Namespace":
            whole = [piece for piece in self._by_kind["Namespace"] if not piece.patch]
        whole = whole or self._renamed(kind, name)
        longest = max((len(piece.name) for piece in whole), default=0)
        bases = [piece for piece in whole if len(piece.name) == longest][:1]
        made_by = [] if bases else self._made_by(root, name)
        if made_by:
            return Origin(made_by[0].path, parts=tuple(self._parts)), partial(_generated, made_by)
        pieces = [*bases, *(piece for piece in known if piece.patch)]
        path = bases[0].path if bases else self._marker
        followed: dict[Path, list[Node]] = {(): [piece.root for piece in pieces]}
        names = {name, *(piece.name for piece in bases)}
        operations = Operations(
            piece for piece in self._operations if any(self._may_be_for(piece, kind, each) for each in names)
        )

        def tell(field: Path, node: Node) -> Region | None:
            """The place of a field; that of what holds it was asked for before."""
            if field:
                followed[field] = [inside(above, node, field[-1]) for above in followed[field[:-1]]]
            if not field and not pieces:
                return self._start
            if field == _NAME and bases and followed[field][0]:
                return pieces[0].region(followed[field][0])  # a prefix or suffix was added
            for piece, found in zip(pieces, followed[field], strict=True):
                if found and (isinstance(node.value, dict | list) or found.value == node.value):
                    return piece.region(found)
            return operations.place(field, node)

        return Origin(path, parts=tuple(self._parts)), tell

    def _renamed(self, kind: str, name: str) -> list[Piece]:
        """The document of an object that a JSON patch gave its name, if it can be only one."""
        for patch in (piece for piece in self._operations if sets_name(piece, name)):
            known = [piece for piece in self._by_kind[kind] if not piece.patch]
            found = [piece for piece in known if self._may_be_for(patch, kind, piece.name)]
            if len(found) == 1:
                return found
        return []

    def _may_be_for(self, piece: Piece, kind: str, name: str) -> bool:
        """Whether a JSON patch may be one of an object, by the targets that kustomizations state for it."""
        stated = [Target(piece.kind, piece.name)] if piece.indent else self._targets.get(piece.path, ())
        return not stated or any(target.may_be(kind, name) for target in stated)

    def _take(self, piece: Piece, content: bytes) -> None:
        if isinstance(piece.root.value, list):
            self._operations.append(piece)
        elif posixpath.basename(piece.path) in NAMES:
            for key, kind in GENERATED.items():
                items = (
                    replace(piece, root=item, name=str(item.get("name").value))
                    for item in piece.root.get(key).elements()
                )
                self._generators[kind].extend(items)
            for path, target in targets(posixpath.dirname(piece.path), piece.root):
                self._targets[path].append(target)
            for patch in inline(piece.root, piece.path, content.decode(errors="replace"), piece.first):
                listed = isinstance(patch.root.value, list)
                (self._operations if listed else self._by_kind[patch.kind]).append(patch)
        else:
            self._by_kind[str(piece.root.get("kind").value)].append(piece)

    def _made_by(self, root: Node, name: str) -> list[Piece]:
        """The generators of an object; the one of the overlay itself comes first, because it has the last word."""
        known = [piece for piece in self._generators[str(root.get("kind").value)] if piece.name in name]
        longest = max((len(piece.name) for piece in known), default=0)
        known = [piece for piece in known if len(piece.name) == longest]
        return sorted(known, key=lambda piece: piece.path != self._marker)


def _generated(made_by: Sequence[Piece], field: Path, _: Node) -> Region | None:
    """The place of a field of a generated object: the entry for a value, the generator for the object."""
    if not field:
        return made_by[0].region(made_by[0].root)
    if len(field) > 1 and field[0] in ("data", "stringData", "binaryData"):
        for piece in made_by:
            for key in ("literals", "files"):
                for entry in piece.root.get(key).elements():
                    named, given, _value = str(entry.value).partition("=")
                    if field[1] == (named if given else posixpath.basename(named)):
                        return piece.region(entry)
    return None


def _documents(path: str, content: bytes) -> Iterator[Document]:
    try:
        parts = list(documents.read(path, documents.decode(content)))
    except UnreadableError:
        return
    for part in parts:
        if isinstance(part, Document) and part.format in ("yaml", "json"):
            yield part


def _roots(root: Node) -> Iterator[Node]:
    """The objects of a document: Kustomize builds those of a list one by one."""
    items = list(root.get("items").elements()) if str(root.get("kind").value).endswith("List") else []
    yield from items or (root,)


def _name(root: Node) -> str:
    return str(root.get("metadata", "name").value)
