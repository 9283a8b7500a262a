"""What a CALM model states of a node or a relationship beyond its own fields, in controls and metadata."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scanner.documents.positions import MISSING, Node
from scanner.late import regex
from scanner.subjects.subject_builder import SubjectBuilder

_PLACEHOLDER = regex(r"^\s*(?:\[\[.*\]\]|\{\{.*\}\}|<[^<>]+>|-1)\s*$")


def stated(node: Node, *names: str) -> Node:
    """A value under any of several names: a field of its own, in a control's config, or in metadata."""
    return next((found for holder in (node, *_holders(node)) if (found := holder.first(*names))), MISSING)


def _holders(node: Node) -> Iterator[Node]:
    controls = node.get("controls")
    for name in controls.value if isinstance(controls.value, dict) else ():
        for requirement in controls.get(name, "requirements").elements():
            yield requirement.get("config")
    metadata = node.get("metadata")
    yield from (metadata, *metadata.elements())


def put(shape: SubjectBuilder, name: str, node: Node) -> None:
    """Take a node in under a name; a placeholder is a value that is not known."""
    if is_open(node):
        shape.unknowns.add(name)
    else:
        shape.put(name, node)


def is_open(node: Node) -> bool:
    """Whether the value of a node is a placeholder."""
    return is_placeholder(node.value)


def is_placeholder(value: Any) -> bool:
    """Whether a value is one that CALM's tools write where a pattern leaves it open."""
    return isinstance(value, str | int) and _PLACEHOLDER.match(str(value)) is not None
