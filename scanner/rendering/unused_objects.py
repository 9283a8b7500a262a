"""Whole objects that rendering did not use. They would otherwise be lost as parts of a chart or an overlay.

Such a file may be applied by itself, whatever a `.helmignore` or a patch says about it.
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct, field

from scanner import documents
from scanner.documents import Document
from scanner.errors import UnreadableError
from scanner.late import regex
from scanner.limits import Limits
from scanner.marks import end_of, line_of
from scanner.rendering.kustomization import NAMES

OF_VALUES = "not assessed: values of a chart"
"""Begins why a file of values is not assessed."""
_TEMPLATE = b"{{"
_READS = b".Files"
"""How a template takes in files that are not templates themselves."""
_OBJECT = regex(rb"(?:^|[{,-])[ \t]*+[\"']?apiVersion[\"']?[ \t]*+:", re.MULTILINE)
_SUFFIXES = (*documents.YAML_SUFFIXES, *documents.JSON_SUFFIXES)
_SCHEMA = "values.schema.json"
"""A JSON Schema that Helm compares values with: what looks like an object in it describes one."""
_HELM_READS = ("Chart.yaml", "values.yaml", "values.yml", "requirements.yaml", _SCHEMA)
"""Files that Helm reads and does not render."""
_TOOLS_OWN = ("builtin", "kustomize.config.k8s.io/", "viaduct.ai/")
"""Groups of what configures Kustomize itself and its plugin KSOPS."""
_OTHER_BREAKS = (b"\xc2\x85", b"\xe2\x80\xa8", b"\xe2\x80\xa9")
"""Ends of lines that only some readers know."""


class UnusedObjects(Struct, frozen=True):
    """What of a chart or an overlay rendering did not use."""

    apart: dict[str, bytes] = field(default_factory=dict)
    """File -> the part of its text that is to be assessed by itself, each line in its place."""
    lost: dict[str, str] = field(default_factory=dict)
    """File -> why its content is not known."""


def whole_objects(path: str, content: bytes, limits: Limits) -> list[Document]:
    """The documents of a file that are whole Kubernetes objects; none where a part of it is not YAML or JSON."""
    if not path.lower().endswith(_SUFFIXES):
        return []
    try:
        parts = list(documents.read(path, documents.decode(content), limits))
    except UnreadableError:
        return []
    read = [part for part in parts if isinstance(part, Document)]
    return [part for part in read if _is_whole(part.root.value)] if len(read) == len(parts) else []


def unused_in_chart(
    files: Mapping[str, bytes],
    used: Collection[str],
    chart: tuple[Callable[[str], bool], Callable[[str], bool]],
    ignored: Callable[[str], str],
    limits: Limits,
) -> UnusedObjects:
    """What of a chart gave nothing; `chart` tells what it holds and its templates, `ignored` why Helm reads one not."""
    holds, templates = chart
    found, never_read = UnusedObjects(), not any(_READS in content for content in files.values())
    for name, content in files.items():
        base, template = posixpath.basename(name), _TEMPLATE in content
        if name in used or not name.lower().endswith(_SUFFIXES) or not (template or holds(name)):
            continue
        if template or base in _HELM_READS:
            if whole_objects(name, content, limits):
                found.apart[name] = content
            elif template and templates(name) and not base.startswith("_") and (why := ignored(name)):
                found.lost[name] = why
            elif never_read and base != _SCHEMA and not holds(name) and _OBJECT.search(content):
                found.lost.update(_beside(name, content, limits))
        else:
            found.apart[name] = content
    return found


def _beside(name: str, content: bytes, limits: Limits) -> dict[str, str]:
    """The file -> why its objects are not known, of one beside the templates of a chart; empty where it has none.

    A file of values holds no object itself. A chart may render the objects in it, but those in `ci` are for its tests.
    """
    values = _values(name, content, limits)
    if values is None:
        return {name: "not assessed: a template in the folder of a chart, which Helm does not render"}
    if "ci" in name.split("/")[:-1] or not any(map(_holds_object, values)):
        return {}
    return {name: f"{OF_VALUES}, with objects; if these are deployed, use `--values {name}`"}


def _values(name: str, content: bytes, limits: Limits) -> list[Any] | None:
    """What the documents of a file state where each is a mapping that is not an object; else None."""
    try:
        parts = list(documents.read(name, documents.decode(content), limits))
    except UnreadableError:
        return None
    stated = [part.root.value for part in parts if isinstance(part, Document)]
    apart = (isinstance(value, dict) and not {"apiVersion", "kind"} & value.keys() for value in stated)
    return stated if len(stated) == len(parts) and all(apart) else None


def _holds_object(value: Any) -> bool:
    """Whether values hold an object, or a text with one."""
    if isinstance(value, dict):
        return {"apiVersion", "kind"} <= value.keys() or any(map(_holds_object, value.values()))
    if isinstance(value, list):
        return any(map(_holds_object, value))
    return isinstance(value, str) and _OBJECT.search(value.encode()) is not None


def unused_in_overlay(
    files: Mapping[str, bytes], objects: Collection[str], changes: Collection[str], built: str, limits: Limits
) -> UnusedObjects:
    """What of an overlay's files is not in what it builds; those of neither kind are taken in as text."""
    kept = [_key(value) for part in documents.read("built.yaml", built, limits) for value in _objects(part)]
    kinds = {kind for kind, _, _ in kept}
    wholes = {
        name: whole_objects(name, content, limits)
        for name, content in files.items()
        if posixpath.basename(name) not in NAMES
    }
    known: defaultdict[str, list[_Key]] = defaultdict(list)
    for value in (value for name in wholes if name in objects for part in wholes[name] for value in _objects(part)):
        known[str(value["kind"])].append(_key(value))
    used = {key for made in kept for key in _origins(made, known[made[0]])}
    found = UnusedObjects()
    for name, parts in wholes.items():
        if name in objects:
            left = [part for part in parts if any(_key(value) not in used for value in _objects(part))]
        elif name in changes:
            left = [part for part in parts if _changes_nothing(part.root.value, kinds)]
        else:
            left = parts
        if left:
            done = [part for part in parts if part not in left]
            found.apart[name] = _without(files[name], done) if done else files[name]
    return found


def unused_by_all(texts: Iterable[bytes]) -> bytes:
    """The lines that stand in each of some texts of one file, each in its place."""
    first, *others = texts
    for other in others:
        pairs = zip(first.splitlines(keepends=True), other.splitlines(keepends=True), strict=True)
        first = b"".join(mine if mine == yours else b"\n" for mine, yours in pairs)
    return first


_Key = tuple[str, str, str]
"""(kind, name, namespace) of an object."""


def _key(value: dict[str, Any]) -> _Key:
    metadata = value["metadata"]
    return str(value["kind"]), str(metadata.get("name", "")), str(metadata.get("namespace", ""))


def _origins(made: _Key, known: Iterable[_Key]) -> Iterator[_Key]:
    """The objects of its kind that a built one may come from: those with the longest name that its own holds."""
    kind, name, namespace = made
    every = list(known)
    near = [key for key in every if key[1] in name] or (every if kind == "Namespace" else [])  # `namespace` renames it
    best = max(((len(key[1]), key[2] == namespace) for key in near), default=None)
    yield from (key for key in near if (len(key[1]), key[2] == namespace) == best)


def _changes_nothing(value: Any, kinds: Collection[str]) -> bool:
    """Whether a patch is a whole object of a kind of which nothing was built."""
    own = str(value.get("apiVersion")).startswith(_TOOLS_OWN)
    return not own and "$patch" not in value and value.get("kind") not in kinds


def _objects(part: Any) -> Iterator[dict[str, Any]]:
    """The objects of a document: itself, or the items of a list of objects."""
    value = part.root.value if isinstance(part, Document) else None
    if not isinstance(value, dict):
        return
    items = value.get("items")
    if str(value.get("kind")).endswith("List") and isinstance(items, list):
        yield from (item for item in items if _is_object(item))
    elif _is_object(value):
        yield value


def _is_whole(value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("apiVersion"), str):
        return False
    return _is_object(value) or (str(value.get("kind")).endswith("List") and isinstance(value.get("items"), list))


def _is_object(value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("kind"), str):
        return False
    metadata = value.get("metadata")
    return isinstance(metadata, dict) and bool(metadata.get("name") or metadata.get("generateName"))


def _without(content: bytes, done: Iterable[Document]) -> bytes:
    """A text without some of its documents; the others stand in the same lines."""
    if documents.is_utf16(content) or any(mark in content for mark in _OTHER_BREAKS):
        return content
    lines = content.splitlines(keepends=True)
    for part in done:
        if part.root.mark:
            first, (last, column) = line_of(part.root.mark), end_of(part.root.mark)
            end = last + 1 if column else last  # it may end where the next document begins
            lines[first:end] = [b"\n"] * len(lines[first:end])
    return b"".join(lines)
