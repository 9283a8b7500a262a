"""The part of a kustomization that can be built from what is here, where it also names what Kustomize would fetch.

What changes an object that is not here is left out too: Kustomize refuses to build where it finds nothing to change.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, TypeAlias

from scanner import documents
from scanner.documents import Document
from scanner.errors import UnreadableError
from scanner.late import regex
from scanner.rendering.kustomization import GENERATED, Kustomization, below, made_elsewhere

Known: TypeAlias = frozenset[tuple[str, str]]
"""(kind, name) of objects that are here, as their files have them."""
_PATTERN = regex(r"[^\w./-]", re.ASCII)
"""What makes the name in a selector a regular expression."""


class LocalPart:
    """A kustomization without what is elsewhere and without the changes of that."""

    def __init__(self, whole: Kustomization, known: Known, files: Mapping[str, bytes]) -> None:
        self._folder = whole.folder
        self._known = known
        self._files = files
        self.used: set[str] = set()
        """Files with changes of objects that are here."""
        self.left: set[str] = set()
        """Files with changes of which none was used."""
        said = {**whole.local}
        keeping: dict[str, Callable[[Any], Iterator[Any]]] = {
            "generators": self._builtin,
            "patches": self._patches,
            "patchesStrategicMerge": self._merged,
            "patchesJson6902": self._selected,
            "replacements": self._replacements,
            "vars": self._variables,
            **{key: partial(self._added_to, kind) for key, kind in GENERATED.items()},
        }
        for key, keep in keeping.items():
            if isinstance(said.get(key), list):
                said[key] = [kept for item in said[key] for kept in keep(item)]
        said.setdefault("generatorOptions", {})  # one that says nothing is refused
        self.text = json.dumps(said, default=str).encode()

    def _builtin(self, item: Any) -> Iterator[Any]:
        """An entry that does not configure a program of its own, nor fetches a chart."""
        (name,) = below(self._folder, (item,)) if isinstance(item, str) else ("",)
        if not made_elsewhere(name, self._files.get(name, b"")):
            yield item

    def _patches(self, item: Any) -> Iterator[Any]:
        """An entry, or those of its parts that change something."""
        if not isinstance(item, dict):
            yield item
        elif isinstance(item.get("target"), dict):
            yield from self._selected(item)
        else:
            yield from self._parts(
                item, item.get("path"), item.get("patch"), lambda text: {**_bare(item), "patch": text}
            )

    def _merged(self, item: Any) -> Iterator[Any]:
        inline = isinstance(item, str) and "\n" in item.strip()
        yield from self._parts(item, None if inline else item, item if inline else None, lambda text: f"{text}\n")

    def _parts(self, item: Any, path: Any, inline: Any, made: Any) -> Iterator[Any]:
        """An entry that names objects in its text; only the parts with objects that are here, if others are not.

        Parts that delete objects are entries of their own: Kustomize 5.6 crashes over several of them in one.
        """
        values = self._values(path, inline)
        here = [value for value in values if not _names(value) or self._holds(value["kind"], value["metadata"]["name"])]
        self._note(path, used=bool(here) or not values)
        deletes = len(here) > 1 and any(isinstance(value, dict) and "$patch" in value for value in here)
        if len(here) == len(values) and not deletes:
            yield item
        else:
            yield from (made(json.dumps(value, default=str)) for value in here)

    def _selected(self, item: Any) -> Iterator[Any]:
        """An entry that selects what it changes."""
        target = item.get("target") if isinstance(item, dict) else None
        chosen = not isinstance(target, dict) or self._selects(target)
        self._note(item.get("path") if isinstance(item, dict) else None, used=chosen)
        if chosen:
            yield item

    def _replacements(self, item: Any) -> Iterator[Any]:
        path = item.get("path") if isinstance(item, dict) else None
        values = self._values(path, None) if path else [item]
        entries = [each for value in values for each in (value if isinstance(value, list) else [value])]
        here = [each for each in entries if self._replaces(each)]
        self._note(path, used=bool(here))
        if len(here) == len(entries):
            yield item
        else:
            yield from here

    def _replaces(self, item: Any) -> bool:
        source = item.get("source") if isinstance(item, dict) else None
        return not isinstance(source, dict) or self._selects(source)

    def _variables(self, item: Any) -> Iterator[Any]:
        source = item.get("objref") if isinstance(item, dict) else None
        if not isinstance(source, dict) or self._selects(source):
            yield item

    def _added_to(self, kind: str, item: Any) -> Iterator[Any]:
        """A generator that makes an object, or that adds to one that is here."""
        if not _adds(item) or self._holds(kind, item.get("name")):
            yield item

    def _values(self, path: Any, inline: Any) -> list[Any]:
        """What the documents of an entry hold."""
        if isinstance(inline, str):
            return list(_documents("inline.yaml", inline.encode()))
        (name,) = below(self._folder, (path,)) or ("",) if isinstance(path, str) else ("",)
        return list(_documents(name, self._files.get(name, b"")))

    def _note(self, path: Any, *, used: bool) -> None:
        if isinstance(path, str):
            (self.used if used else self.left).update(below(self._folder, (path,)))

    def _selects(self, target: Mapping[str, Any]) -> bool:
        return self._holds(target.get("kind") or "", target.get("name") or "")

    def _holds(self, kind: Any, name: Any) -> bool:
        """Whether an object that is here has a kind and a name, which may be longer; a pattern may mean any."""
        kinds, names = str(kind or ""), str(name or "")
        return any(
            (not kinds or _PATTERN.search(kinds) or own == kinds)
            and (not names or _PATTERN.search(names) or called in names)
            for own, called in self._known
        )


def generated(it: Kustomization) -> Iterator[tuple[str, str]]:
    """(kind, name) of the objects that a kustomization generates, without those that it only adds to."""
    for key, kind in GENERATED.items():
        items = it.local.get(key)
        for item in items if isinstance(items, list) else ():
            if isinstance(item, dict) and item.get("name") and not _adds(item):
                yield kind, str(item["name"])


def _adds(item: Any) -> bool:
    """Whether a generator adds to an object that is there without it."""
    return isinstance(item, dict) and item.get("behavior") in ("merge", "replace")


def named(files: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, str]]:
    """(kind, name) of the objects in files."""
    for name, content in files:
        for each in objects(name, content):
            yield each["kind"], str(each["metadata"]["name"])


def objects(name: str, content: bytes) -> Iterator[dict[str, Any]]:
    """The objects in a file that state a kind and a name."""
    for value in _documents(name, content):
        items = value.get("items") if isinstance(value, dict) else None
        yield from filter(_names, items if isinstance(items, list) else (value,))


def _names(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("kind"), str)
        and isinstance(value.get("metadata"), dict)
        and bool(value["metadata"].get("name"))
    )


def _bare(item: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in item.items() if key not in ("path", "patch")}


def _documents(name: str, content: bytes) -> Iterator[Any]:
    try:
        parts = list(documents.read(name, documents.decode(content)))
    except UnreadableError:
        return
    yield from (part.root.value for part in parts if isinstance(part, Document))
