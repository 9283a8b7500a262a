"""The generators of a kustomization that take files which Kustomize would fetch: the names of the keys are known.

Such a generator is built with an empty text for each of these files, so that the object and its keys are there.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any

from scanner.documents.positions import Node
from scanner.marks import line_of
from scanner.rendering.addresses import is_elsewhere


def without_remote(generators: Node) -> tuple[list[Any], list[tuple[int, str]]]:
    """A list of generators without the files that are elsewhere, and (1-based line, address) of each of these."""
    kept, away = [], []
    for generator in generators.elements():
        remote = list(_remote(generator))
        away += [(line_of(node.mark) + 1 if node.mark else 0, address) for node, _, address in remote]
        kept.append(_with_empty(generator.value, remote) if remote else generator.value)
    return kept, away


def _remote(generator: Node) -> Iterator[tuple[Node, str, str]]:
    """(entry, key, address) of each file of a generator that is elsewhere."""
    for item in generator.get("files").elements():
        if isinstance(item.value, str):
            key, address = divided(item.value)
            if is_elsewhere(address):
                yield item, key or posixpath.basename(address.partition("?")[0]), address


def _with_empty(generator: dict[str, Any], remote: list[tuple[Node, str, str]]) -> dict[str, Any]:
    gone = {id(node.value) for node, _, _ in remote}
    stated = generator.get("literals")
    literals = [*(stated if isinstance(stated, list) else ()), *(f"{key}=" for _, key, _ in remote)]
    return {**generator, "files": [each for each in generator["files"] if id(each) not in gone], "literals": literals}


def divided(entry: str) -> tuple[str, str]:
    """The key, which may be empty, and the name of the file of an entry of a generator."""
    key, equals, name = entry.partition("=")
    return (key, name) if equals and not is_elsewhere(entry) else ("", entry)
