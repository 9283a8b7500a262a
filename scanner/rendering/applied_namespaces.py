"""The namespace into which objects of Flux and Argo CD put what is in a folder of the scanned files.

It counts for the objects that state none, where all objects that name the folder state one namespace.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from scanner import documents
from scanner.contexts import Context, context_of, is_loaded
from scanner.documents import Document
from scanner.errors import UnreadableError
from scanner.late import regex
from scanner.rendering.kustomization import NAMES
from scanner.rendering.private_copy import SourceTree
from scanner.sources.markers import CHART

_FLUX, _ARGO = "kustomize.toolkit.fluxcd.io", "argoproj.io"
_SIGNS = (f"{_FLUX}/".encode(), f"{_ARGO}/".encode())
_LARGEST = 1_000_000
"""Bytes of a file that is searched for such objects."""
_YAML = (".yaml", ".yml")
_NAME = regex(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?")


class _Applied(Struct, frozen=True):
    """What an object says of a folder of its repository."""

    folder: str
    namespace: str
    """Empty where it states none, or a variable."""
    below: bool
    """It also applies what is in folders below, where the folder is not a kustomization."""


def namespaces(names: Collection[str], ground: SourceTree) -> dict[str, str]:
    """The namespace of each kustomization that an object applies, and of each file in a folder without one."""
    found = [each for path in sorted(names) if _may_apply(path) for each in ground.once(_read, path)]
    if not any(each.namespace for each in found):
        return {}
    held = _by_folder(names)
    told: defaultdict[str, set[str]] = defaultdict(set)
    for each in found:
        for path in _applied(each, held):
            told[path].add(each.namespace)
    return {path: next(iter(spaces)) for path, spaces in told.items() if len(spaces) == 1 and "" not in spaces}


def _may_apply(path: str) -> bool:
    """Whether the objects of a file count as applied themselves, by its place."""
    return path.endswith(_YAML) and is_loaded(path) and context_of(path) is not Context.FIXTURE


def _by_folder(names: Iterable[str]) -> dict[str, list[str]]:
    """Folder -> the files directly in it."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name in names:
        found[posixpath.dirname(name)].append(name)
    return found


def _applied(each: _Applied, held: Mapping[str, list[str]]) -> Iterator[str]:
    """The kustomization that is applied, or the files; none where the folder is not here, or several may be meant."""
    ends = [each.folder] if each.folder in held else [one for one in held if one.endswith(f"/{each.folder}")]
    if not ends and each.below:
        ends = [each.folder] if any(one.startswith(f"{each.folder}/") for one in held) else []
    if len(ends) != 1:
        return
    direct = held.get(ends[0], [])
    if any(posixpath.basename(name) == CHART for name in direct):
        return  # a release of it states the namespace
    further = list(_below(ends[0], held)) if each.below else []
    own = [name for name in direct if posixpath.basename(name) in NAMES]
    yield from own or (name for name in (*direct, *further) if posixpath.basename(name) != CHART)


def _below(top: str, held: Mapping[str, list[str]]) -> Iterator[str]:
    """The files in the folders below one; of a folder with a kustomization that alone, which names what it takes."""
    kustomized = set[str]()
    for folder in sorted((one for one in held if one.startswith(f"{top}/")), key=lambda one: one.count("/")):
        if any(above in kustomized for above in _above(folder, top)):
            continue
        if own := [name for name in held[folder] if posixpath.basename(name) in NAMES]:
            kustomized.add(folder)
        yield from own or held[folder]


def _above(folder: str, top: str) -> Iterator[str]:
    """The folders that one is in, up to another."""
    while (folder := posixpath.dirname(folder)) and folder != top:
        yield folder


def _read(_: str, content: bytes) -> list[_Applied]:
    if len(content) > _LARGEST or not any(sign in content for sign in _SIGNS):
        return []
    try:
        parts = list(documents.read("object.yaml", documents.decode(content)))
    except UnreadableError:
        return []
    return [each for part in parts if isinstance(part, Document) for each in _of_object(part.root.value)]


def _of_object(value: Any) -> Iterator[_Applied]:
    group, kind, spec = str(_at(value, "apiVersion")).rpartition("/")[0], _at(value, "kind"), _at(value, "spec")
    if (group, kind) == (_FLUX, "Kustomization"):
        yield from _of_path(_at(spec, "path"), _at(spec, "targetNamespace"), below=True)
    elif (group, kind) == (_ARGO, "Application"):
        more = _at(spec, "sources")
        for source in (_at(spec, "source"), *(more if isinstance(more, list) else ())):
            below = _at(source, "directory", "recurse") is True
            own = _at(source, "kustomize", "namespace")
            yield from _of_path(_at(source, "path"), own or _at(spec, "destination", "namespace"), below=below)


def _of_path(path: Any, namespace: Any, *, below: bool) -> Iterator[_Applied]:
    folder = posixpath.normpath(path.strip().lstrip("/") or ".") if isinstance(path, str) else "."
    if folder != "." and not folder.startswith(".."):
        plain = isinstance(namespace, str) and _NAME.fullmatch(namespace)
        yield _Applied(folder, namespace if plain else "", below)


def _at(value: Any, *path: str) -> Any:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value
