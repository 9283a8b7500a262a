"""References (`$ref`) within a description: followed inside the document, told where they lead out of it."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.documents.positions import MISSING, Node
from scanner.marks import key_line_of

STEPS = 50
"""References that lead to further references before one counts as a circle."""


class Document:
    """The root of a description, in which references are followed."""

    def __init__(self, root: Node) -> None:
        self.root = root
        self._known: dict[str, Node] = {}
        self.outside: dict[str, Node] = {}
        """References that lead out of the document, each with the first place that has it."""

    def follow(self, node: Node) -> Node:
        """What a node stands for; a missing node where its reference leads out of the document, nowhere or in circles.

        A reference in a document that is not that of the scan is never opened.
        """
        for _ in range(STEPS):
            target = node.value.get("$ref") if isinstance(node.value, dict) else None
            if not isinstance(target, str):
                return node
            if not target.startswith("#"):
                self.outside.setdefault(target, node)
                return MISSING
            node = self._at(target)
        return MISSING

    def is_outside(self, node: Node) -> bool:
        """Whether a node is a reference that leads out of the document, or cannot be followed."""
        return isinstance(node.value, dict) and "$ref" in node.value and not self.follow(node)

    def names_other_files(self) -> bool:
        """Whether any reference of the document, followed or not, leads to another file."""
        waiting, seen = [self.root.value], set[int]()
        while waiting:
            value = waiting.pop()
            if not isinstance(value, dict | list) or id(value) in seen:
                continue
            seen.add(id(value))
            if isinstance(value, dict):
                target = value.get("$ref")
                if isinstance(target, str) and not target.startswith("#"):
                    return True
            waiting += value.values() if isinstance(value, dict) else value
        return False

    def told(self) -> Iterator[tuple[int, str, str]]:
        """The references that lead out of the document: 1-based line of the first, which they are, no folder."""
        targets = list(self.outside)
        if targets:
            mark = self.outside[targets[0]].mark
            others = f" and {len(targets) - 1} more" if len(targets) > 1 else ""
            yield (key_line_of(mark) if mark else 0) + 1, f"{targets[0]}{others}", ""

    def _at(self, pointer: str) -> Node:
        if pointer not in self._known:
            node = self.root
            for part in pointer.removeprefix("#").split("/")[1:]:
                key = _unescaped(part)
                node = node.get(int(key) if isinstance(node.value, list) and key.isdecimal() else key)
            self._known[pointer] = node
        return self._known[pointer]


def _unescaped(part: str) -> str:
    """A part of a JSON pointer in a URI fragment."""
    if "%" in part:
        from urllib.parse import unquote

        part = unquote(part)
    return part.replace("~1", "/").replace("~0", "~")


def entries(node: Node) -> list[Node]:
    """The values of a mapping; nothing for anything else."""
    return [entry for _, entry in node.items()]
