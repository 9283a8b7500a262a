"""Files that a test of Chainsaw or KUTTL applies from its own folder, to a cluster that is there for the test."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from scanner import documents
from scanner.documents import Document
from scanner.errors import UnreadableError
from scanner.late import regex

CHAINSAW, KUTTL = "Chainsaw", "KUTTL"
_NAMES = ("chainsaw-test.yaml", "chainsaw-test.yml")
"""The names of the files in which Chainsaw looks for a test."""
_GROUP, _KIND = "chainsaw.kyverno.io/", "Test"
_LISTS = ("try", "catch", "finally", "cleanup")
_APPLYING = ("apply", "create", "patch", "update")
_ASSERTION = regex(r"\d+-(?:assert|errors)\.ya?ml")
"""The name of a file with what KUTTL expects after a step."""
_STEPS = regex(r"\d+-[^.]+\.ya?ml")
"""The names of the files that KUTTL applies, beside such a file."""


class Applied(Struct, frozen=True):
    """Files that a test applies."""

    folder: str
    name: re.Pattern[str]
    """Their names."""
    tool: str
    """What runs the test."""


def applied(path: str, content: bytes) -> frozenset[Applied]:
    """The files beside a test that it applies; empty for any other file.

    A file in another folder may be one that is deployed.
    """
    folder, name = posixpath.split(path)
    if _ASSERTION.fullmatch(name):
        return frozenset({Applied(folder, _STEPS, KUTTL)})
    if name not in _NAMES:
        return frozenset()
    try:
        parts = list(documents.read(path, documents.decode(content)))
    except UnreadableError:
        return frozenset()
    named = (file for part in parts if isinstance(part, Document) for file in _files(part.root.value))
    places = (posixpath.split(posixpath.normpath(file)) for file in named)
    return frozenset(Applied(folder, _glob(file), CHAINSAW) for inner, file in places if not inner)


def among(tests: Iterable[Applied], paths: Iterable[str]) -> dict[str, str]:
    """The files that tests apply, of those with the given paths, with what runs the test."""
    by_folder: defaultdict[str, list[Applied]] = defaultdict(list)
    for each in sorted(tests, key=lambda test: test.tool):
        by_folder[each.folder].append(each)
    found: dict[str, str] = {}
    for path in paths if by_folder else ():
        folder, name = posixpath.split(path)
        if tools := [each.tool for each in by_folder.get(folder, ()) if each.name.fullmatch(name)]:
            found[path] = tools[0]
    return found


def _glob(name: str) -> re.Pattern[str]:
    """The names that a pattern of Chainsaw stands for, such as `*.yaml`."""
    return re.compile(fnmatch.translate(name))


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
