"""Files that a test of Chainsaw applies from its own folder, to a cluster that is there for the test."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any

from scanner import documents
from scanner.documents import Document
from scanner.errors import UnreadableError

_NAMES = ("chainsaw-test.yaml", "chainsaw-test.yml")
"""The names of the files in which Chainsaw looks for a test."""
_GROUP, _KIND = "chainsaw.kyverno.io/", "Test"
_LISTS = ("try", "catch", "finally", "cleanup")
_APPLYING = ("apply", "create", "patch", "update")


def applied(path: str, content: bytes) -> frozenset[str]:
    """The files beside a test that it applies, by their paths; empty for any other file.

    A file in another folder may be one that is deployed.
    """
    folder, name = posixpath.split(path)
    if name not in _NAMES:
        return frozenset()
    try:
        parts = list(documents.read(path, documents.decode(content)))
    except UnreadableError:
        return frozenset()
    named = (file for part in parts if isinstance(part, Document) for file in _files(part.root.value))
    places = (posixpath.normpath(posixpath.join(folder, file)) for file in named)
    return frozenset(place for place in places if posixpath.dirname(place) == folder)


def _files(value: Any) -> Iterator[str]:
    """The files that the steps of a test apply."""
    if not isinstance(value, dict) or not str(value.get("apiVersion")).startswith(_GROUP) or value.get("kind") != _KIND:
        return
    spec = value.get("spec")
    for step in _mappings(spec.get("steps") if isinstance(spec, dict) else None):
        for operation in (each for name in _LISTS for each in _mappings(step.get(name))):
            named = (operation[kind].get("file") for kind in _APPLYING if isinstance(operation.get(kind), dict))
            yield from (file for file in named if isinstance(file, str))


def _mappings(items: Any) -> Iterator[dict[str, Any]]:
    return (item for item in (items if isinstance(items, list) else ()) if isinstance(item, dict))
