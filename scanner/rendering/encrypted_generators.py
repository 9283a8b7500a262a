"""Generators of KSOPS in a kustomization: they decrypt files of objects, which are built as they are in their place.

SOPS encrypts values only, so that kinds, names and namespaces can be read. What other plugins make is elsewhere.
"""

from __future__ import annotations

from msgspec.structs import replace

from scanner import documents
from scanner.documents import Document
from scanner.errors import UnreadableError
from scanner.rendering.addresses import is_elsewhere
from scanner.rendering.kustomization import Kustomization, below, read
from scanner.rendering.private_copy import SourceTree

_GROUP, _KIND = "viaduct.ai/", "ksops"
_FIELDS = frozenset({"apiVersion", "kind", "metadata", "files"})


def read_plain(name: str, ground: SourceTree) -> Kustomization | None:
    """A kustomization, with the files that KSOPS would decrypt among its resources."""
    found = ground.once(read, name)
    stated = found.local.get("generators") if found else None
    if found is None or not isinstance(stated, list):
        return found
    left, encrypted, done = [], list[str](), set[str]()
    for item in stated:
        files = _decrypted(item, found, ground)
        encrypted += files
        if files:
            done.update(below(found.folder, (item,)))
        else:
            left.append(item)
    if not encrypted:
        return found
    resources = found.local.get("resources")
    more = [*(resources if isinstance(resources, list) else ()), *encrypted]
    local = {**found.local, "generators": left, "resources": more}
    objects = (*found.objects, *below(found.folder, encrypted))
    generators = tuple((line, name) for line, name in found.generators if name not in done)
    return replace(found, local=local, objects=objects, generators=generators, altered=True)


def _decrypted(item: object, within: Kustomization, ground: SourceTree) -> tuple[str, ...]:
    """The files that an entry of `generators` decrypts; none if it does anything else, or if one is not here."""
    if not isinstance(item, str) or is_elsewhere(item):
        return ()
    (place,) = below(within.folder, (item,))
    files = ground.once(_files, place) if ground.is_file(place) else ()
    return files if all(map(ground.is_file, below(within.folder, files))) else ()


def _files(name: str, content: bytes) -> tuple[str, ...]:
    """The files that the generators of KSOPS in a file decrypt; none if it holds anything else."""
    try:
        parts = list(documents.read(name, documents.decode(content)))
    except UnreadableError:
        return ()
    found: list[str] = []
    for part in parts:
        value = part.root.value if isinstance(part, Document) else None
        if not isinstance(value, dict) or value.keys() - _FIELDS or value.get("kind") != _KIND:
            return ()
        files = value.get("files")
        if not str(value.get("apiVersion")).startswith(_GROUP) or not isinstance(files, list):
            return ()
        if not all(isinstance(each, str) and "\n" not in each and not is_elsewhere(each) for each in files):
            return ()
        found += files
    return tuple(found)
