"""What callers may send to an API without a limit: arrays and texts in parameters and in the bodies of requests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scanner.documents.positions import Node
from scanner.marks import NOWHERE, with_children
from scanner.subjects.api.operations import Operations
from scanner.subjects.api.references import Document, entries
from scanner.subjects.subject_builder import SubjectBuilder

_LIMIT = 50_000
"""Schemas that are looked at; the rest of a larger description is not counted."""
_NAMED = 5
"""Places that a subject names."""
_FIXED = frozenset(
    ("date", "date-time", "time", "duration", "uuid", "ipv4", "ipv6", "email", "uri", "hostname", "binary", "byte")
)
"""Formats of texts that a library checks, or that the size of a request limits."""
_BOUNDED_BY = ("maxLength", "enum", "const", "pattern", "format")


def put_unbounded(shape: SubjectBuilder, operations: Operations) -> None:
    """The arrays and texts without a limit, by the first operation and the name of the field."""
    found = list(_unbounded(operations))
    shape.say("unbounded", [name for name, _ in found[:_NAMED]]).say("unboundedCount", len(found))
    if found:
        marks = [node.mark or NOWHERE for _, node in found[:_NAMED]]
        shape.marks["unbounded"] = with_children(marks[0], marks)


def _unbounded(operations: Operations) -> Iterator[tuple[str, Node]]:
    met: set[int] = set()
    document = operations.document
    for each in operations.all:
        for taken in _inputs(each.node, document):
            pending = [taken]
            while pending and len(met) < _LIMIT:
                name, entry = pending.pop()
                node = document.follow(entry)
                if not isinstance(node.value, dict) or id(node.value) in met:
                    continue
                met.add(id(node.value))
                if _is_unbounded(node.value):
                    yield f"{name} of {each.method} {each.path}", node
                pending.extend(_inner(name, node))


def _inputs(operation: Node, document: Document) -> Iterator[tuple[str, Node]]:
    """The schemas of what an operation takes in, by name."""
    for entry in operation.get("parameters").elements():
        parameter = document.follow(entry)
        if parameter.get("in").value in ("query", "header", "body", "formData"):
            name = parameter.get("name").value
            yield str(name), parameter.get("schema") or parameter
    body = document.follow(operation.get("requestBody"))
    for media in entries(body.get("content")):
        yield "body", media.get("schema")


def _inner(name: str, node: Node) -> Iterator[tuple[str, Node]]:
    for key, schema in reversed(list(node.get("properties").items())):
        yield str(key), schema
    yield f"{name}[]", node.get("items")
    yield name, node.get("additionalProperties")
    for several in ("allOf", "anyOf", "oneOf"):
        yield from ((name, schema) for schema in node.get(several).elements())


def _is_unbounded(schema: dict[str, Any]) -> bool:
    kinds = schema.get("type")
    if schema.get("readOnly") is True:
        return False
    if kinds == "array":
        return "maxItems" not in schema
    fixed = any(name in schema for name in _BOUNDED_BY[:-1]) or schema.get("format") in _FIXED
    return kinds == "string" and not fixed
