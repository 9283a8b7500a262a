"""What a finding of a policy points at: the field that its expression reads, where that is plain."""

from __future__ import annotations

from collections.abc import Sequence

from scanner.documents.positions import find, join_path, locate
from scanner.model import Location, Subject

_IDENTIFYING = frozenset({"apiVersion", "kind"})
_NAME = ("metadata", "name")


def place(subject: Subject, fields: Sequence[tuple[str, ...]]) -> Location:
    """The one field of the object that is read, or its deepest parent that exists; otherwise the object's name."""
    mark, found = find(subject.marks["object"], evident(fields) or _NAME)
    return locate(subject.origin, mark, join_path(found))


def evident(fields: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """The only field that is read beside those that tell objects apart, nothing where there is none or several."""
    asked = {path for path in fields if path and path[0] not in _IDENTIFYING and path != _NAME}
    deepest = {path for path in asked if not any(path != other and path == other[: len(path)] for other in asked)}
    if len(deepest) > 1:
        deepest = {path for path in deepest if path[0] != "metadata"} or deepest
    return deepest.pop() if len(deepest) == 1 else ()
