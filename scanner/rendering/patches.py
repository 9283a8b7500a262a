"""Patches of Kustomize in a kustomization itself, and what operations of JSON patches put into an object."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from scanner import documents
from scanner.documents import Document
from scanner.documents.positions import MISSING, Node
from scanner.marks import Region

Path = tuple[str | int, ...]
_LISTS = ("patches", "patchesJson6902", "patchesStrategicMerge")
_BLOCK = ("|", ">")
_LAST = "-"
"""In a pointer: behind the last item of a list."""


class Piece(Struct, frozen=True):
    """One document of the files, `first` lines down in all of them written one below the other."""

    root: Node
    name: str
    path: str
    first: int
    patch: bool
    kind: str = ""
    indent: int = 0
    """Columns that it is indented by, in a text block of another file."""

    def region(self, node: Node) -> Region | None:
        """The region of a node of it."""
        if node.mark is None:
            return None
        line, column, end, value_line, value_column, end_line, end_column, _ = node.mark
        down, right = self.first, self.indent
        end = end + right if end else end
        return (
            line + down,
            column + right,
            end,
            value_line + down,
            value_column + right,
            end_line + down,
            end_column + right,
        )


class Target(Struct, frozen=True):
    """The objects that a patch is for; an empty text stands for any."""

    kind: str
    name: str

    def may_be(self, kind: str, name: str) -> bool:
        """Whether an object of the build is one of them; its name may have got a prefix or a suffix."""
        plain = self.name == re.escape(self.name).replace("\\", "")
        return self.kind in ("", kind) and (not plain or self.name in name)


def targets(folder: str, root: Node) -> Iterator[tuple[str, Target]]:
    """The files of patches that a kustomization names, with their targets."""
    for item in _entries(root):
        if isinstance(path := item.get("path").value, str):
            yield posixpath.normpath(posixpath.join(folder, path)), _target(item)


def inline(root: Node, path: str, text: str, first: int) -> Iterator[Piece]:
    """The patches in the text blocks of a kustomization."""
    lines = text.split("\n")
    for item in _entries(root):
        block = item.get("patch") or item
        if not isinstance(block.value, str) or block.mark is None or "\n" not in block.value.rstrip("\n"):
            continue
        _, _, _, line, column, *_ = block.mark
        if not lines[line][column:].startswith(_BLOCK):
            continue
        stated = next((each for each in lines[line + 1 :] if each.strip()), "")
        indent, target = len(stated) - len(stated.lstrip()), _target(item)
        for part in documents.read("inline.yaml", block.value):
            if isinstance(part, Document):
                name = target.name or str(part.root.get("metadata", "name").value or "")
                kind = target.kind or str(part.root.get("kind").value or "")
                yield Piece(part.root, name, path, first + line + 1, True, kind, indent)


def sets_name(patch: Piece, name: str) -> bool:
    """Whether a JSON patch gives an object a name."""
    return any(
        operation.get("path").value == "/metadata/name" and operation.get("value").value == name
        for operation in patch.root.elements()
    )


class Operations:
    """The JSON patches of a build, for one object of it; fields are asked for from the outside in."""

    def __init__(self, patches: Iterable[Piece]) -> None:
        self._patches = list(patches)
        self._followed: dict[Path, tuple[Piece, Node]] = {}

    def place(self, field: Path, node: Node) -> Region | None:
        """The place in a patch that sets a field, or something that holds it, to the value it has."""
        if above := self._followed.get(field[:-1]):
            piece, source = above
            if found := inside(source, node, field[-1]):
                self._followed[field] = piece, found
                if isinstance(node.value, dict | list) or found.value == node.value:
                    return piece.region(found)
        for piece in self._patches:
            for operation in piece.root.elements():
                value = operation.get("value")
                if value and _leads_to(operation.get("path").value, field) and _is_same(value, node):
                    self._followed[field] = piece, value
                    return piece.region(value)
        return None


def inside(node: Node, rendered: Node, part: str | int) -> Node:
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


def _entries(root: Node) -> Iterator[Node]:
    for key in _LISTS:
        yield from root.get(key).elements()


def _target(item: Node) -> Target:
    stated = item.get("target")
    return Target(*(str(stated.get(name).value or "") for name in ("kind", "name")))


def _leads_to(pointer: object, field: Sequence[str | int]) -> bool:
    """Whether a pointer is that of a field; the end of a list is any of its items."""
    if not isinstance(pointer, str) or not pointer.startswith("/"):
        return False
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer[1:].split("/")]
    pairs = zip(steps, field, strict=False)
    return len(steps) == len(field) and all(
        step == str(part) or (step == _LAST and isinstance(part, int)) for step, part in pairs
    )


def _is_same(value: Node, node: Node) -> bool:
    """Whether an operation gives what an object has; other changes, as of an image, may have come on top."""
    if value.value == node.value:
        return True
    name = value.get("name").value if isinstance(value.value, dict) else None
    return name is not None and isinstance(node.value, dict) and node.get("name").value == name
