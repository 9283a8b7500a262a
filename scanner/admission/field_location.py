"""What a finding of a policy points at: the field that its expression reads, where that is plain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scanner.documents.positions import find, join_path, locate
from scanner.model import Subject
from scanner.places import Location

_IDENTIFYING = frozenset({"apiVersion", "kind"})
_NAME = ("metadata", "name")
_Path = tuple[str, ...]


def field_location(subject: Subject, fields: Sequence[_Path]) -> Location:
    """The one field of the object that is read, or its deepest parent that exists; otherwise the object's name.

    A policy about several kinds reads the same field at several paths, of which an object has one.
    """
    mark = subject.marks["object"]
    asked = _deepest({path for path in fields if path and path[0] not in _IDENTIFYING and path != _NAME})
    if len(asked) > 1:
        lengths = {path: len(find(mark, path)[1]) for path in asked}
        whole = [path for path in asked if lengths[path] == len(path)]
        asked = _deepest(whole or [path for path in asked if lengths[path] == max(lengths.values())])
    mark, found = find(mark, asked[0] if len(asked) == 1 else _NAME)
    return locate(subject.origin, mark, join_path(found))


def _deepest(paths: Iterable[_Path]) -> list[_Path]:
    """The paths that no other one goes on from, those of metadata only where there is no other."""
    known = set(paths)
    deepest = [path for path in known if not any(path != other and path == other[: len(path)] for other in known)]
    return [path for path in deepest if path[0] != "metadata"] or deepest
