"""What a scan is told of keys that a format does not have, so that nothing reads them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from scanner.documents.positions import Node

_SHOWN = 5
"""Keys that are named."""


def unknown_keys(node: Node, known: Collection[str], where: str) -> Iterator[str]:
    """Keys of a mapping that are not known, as they are told."""
    for key in node.value if isinstance(node.value, dict) else ():
        if key not in known:
            yield f"`{key}`{where}"


def told_keys(found: Iterable[str]) -> str:
    """What is said of keys that are not read; empty where there are none."""
    keys = list(dict.fromkeys(found))
    if not keys:
        return ""
    more = f" and {len(keys) - _SHOWN} more" if len(keys) > _SHOWN else ""
    return f"keys that are not known and not read: {', '.join(keys[:_SHOWN])}{more}"


def told_of_lists(root: Node, known: Mapping[str, Collection[str]], lists: Iterable[str]) -> str:
    """What is said of keys that are not read in a model and in the entries of its lists.

    `known` are the keys of each list, and those of the model itself under an empty name.
    """
    found = [*unknown_keys(root, known[""], "")]
    for name in lists:
        for entry in root.get(name).elements():
            found += unknown_keys(entry, known[name], f" in {name}")
    return told_keys(found)
