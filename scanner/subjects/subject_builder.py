"""Builds the data of a subject from pieces of a document, each piece keeping its own place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from scanner.documents.positions import Node
from scanner.marks import NOWHERE, Mark, entries_of, with_children
from scanner.subjects.quantities import percent, seconds

_PLAIN = frozenset((str, int, float, bool))
_KNOWN = frozenset((*_PLAIN, dict, list, type(None)))
"""Types of known values."""
_NO_NAMES: frozenset[str] = frozenset()


def known(value: Any) -> tuple[Any, frozenset[str]]:
    """Plain data without the fields whose value is not known, and the names of those fields.

    A list with such a value is left out as a whole: part of a list proves nothing.
    """
    if isinstance(value, dict):
        return _known_mapping(value)
    if isinstance(value, list):
        if all(type(item) in _PLAIN for item in value):
            return list(value), _NO_NAMES
        pairs = [known(item) for item in value]
        return [item for item, _ in pairs], frozenset().union(*(names for _, names in pairs))
    return value, _NO_NAMES


def _known_mapping(value: dict[str, Any]) -> tuple[dict[str, Any], frozenset[str]]:
    kept: dict[str, Any] = {}
    names = _NO_NAMES
    for key, item in value.items():
        if _opaque(item) or (isinstance(item, list) and any(_opaque(part) for part in item)):
            names |= {key}
        elif item is not None:
            kept[key], inner = known(item)
            names |= inner
    return kept, names


def _opaque(value: Any) -> bool:
    return type(value) not in _KNOWN and not isinstance(value, str | int | float | bool | dict | list)


def prune_nulls(value: Any) -> Any:
    """Plain data without null fields: Kubernetes takes a null for a field that is not there."""
    if isinstance(value, dict):
        return {key: prune_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [prune_nulls(item) for item in value]
    return value


def duration(node: Node) -> dict[str, Any] | None:
    """`{text, seconds}` of a stated duration; without `seconds` if the text is not a duration."""
    return _quantity(node, "seconds", seconds(node.value))


def percentage(node: Node) -> dict[str, Any] | None:
    """`{text, percent}` of a stated percentage; without `percent` where the text is none."""
    return _quantity(node, "percent", percent(node.value))


def _quantity(node: Node, unit: str, number: float | None) -> dict[str, Any] | None:
    if not node or _opaque(node.value) or node.value is None:
        return None
    value = node.value
    text = f"{value.get('value')} {value.get('unit')}" if isinstance(value, dict) else str(value)
    return {"text": text} if number is None else {"text": text, unit: number}


class SubjectBuilder:
    """Builds a mapping: data for rule expressions, with the marks of each field."""

    def __init__(self) -> None:
        self.data: dict[str, Any] = {}
        self.marks: dict[str, Mark] = {}
        self.unknowns: set[str] = set()
        self.partly: set[str] = set()

    def put(self, name: str, node: Node, value: Any = ...) -> Self:
        """Take a node in under a name, with its own value or a given one; a missing node leaves nothing."""
        if not node:
            return self
        held = node.value
        if _opaque(held) or (isinstance(held, list) and any(_opaque(item) for item in held)):
            self.unknowns.add(name)
            return self
        if value is ...:
            value, names = known(held)
            self.unknowns |= names
        if value is not None and node.mark:
            self.data[name] = value
            self.marks[name] = node.mark
        return self

    def put_all(self, node: Node, names: Mapping[str, str] | tuple[str, ...]) -> Self:
        """Take several fields of a node in: `{new name: old name}` or names that stay."""
        marks = entries_of(node.mark) if node.mark else {}
        pairs = zip(names, names, strict=True) if isinstance(names, tuple) else names.items()
        for name, old in pairs:
            if old not in marks:  # most fields are optional
                continue
            value = node.value.get(old)
            if type(value) in _PLAIN:  # and most are plain values
                self.data[name], self.marks[name] = value, marks[old]
            else:
                self.put(name, node.get(old))
        return self

    def say(self, name: str, value: Any) -> Self:
        """Add a value that is not in the text, such as a name taken from a key."""
        self.data[name] = value
        return self

    def mark(self, whole: Node) -> Mark:
        """The mark of the finished mapping, placed at the whole."""
        return with_children(whole.mark or NOWHERE, self.marks)
