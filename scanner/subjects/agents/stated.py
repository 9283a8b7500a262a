"""Reads one fact from several places where generations of a tool state it, in one form."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from scanner.documents.positions import MISSING, Node
from scanner.marks import entries_of, with_children
from scanner.subjects.subject_builder import SubjectBuilder, duration

Path = tuple[str, ...]
_SWITCHES = {
    **dict.fromkeys(("true", "on", "yes", "enabled", "required", "enforced"), True),
    **dict.fromkeys(("false", "off", "no", "none", "disabled", "optional"), False),
}


def first(root: Node, paths: Sequence[Path]) -> Node:
    """The first of several places that holds a value."""
    return next((node for path in paths if (node := root.get(*path)) and node.value is not None), MISSING)


def switches(shape: SubjectBuilder, root: Node, fields: Mapping[str, Sequence[Path]]) -> None:
    """Switches, which are true or false, or a word for one of them; another value is not taken."""
    for name, paths in fields.items():
        for path in paths:
            node = root.get(*path)
            value = switch(node.value)
            if value is not None:
                shape.put(name, node, value)
                break
            if node and not isinstance(node.value, str | int | float | dict | list) and node.value is not None:
                shape.put(name, node)  # computed
                break


def switch(value: Any) -> bool | None:
    """What a value switches; None for one that is not a switch."""
    if isinstance(value, str):
        return _SWITCHES.get(value.strip().lower())
    return value if isinstance(value, bool) else None


def period(shape: SubjectBuilder, name: str, root: Node, paths: Mapping[Path, int]) -> None:
    """A period; a bare number counts the unit of its place, in seconds."""
    node = first(root, tuple(paths))
    if not node:
        return
    unit = next(unit for path, unit in paths.items() if root.get(*path) == node)
    if isinstance(node.value, int | float) and not isinstance(node.value, bool):
        shape.put(name, node, {"text": str(node.value), "seconds": node.value * unit})
    else:
        shape.put(name, node, duration(node))


def renamed(node: Node, names: Mapping[str, str]) -> Node:
    """A mapping whose keys have other names, at the places where they are written."""
    if not isinstance(node.value, dict) or node.mark is None:
        return node
    marks = {names.get(key, key): mark for key, mark in entries_of(node.mark).items()}
    return Node({names.get(key, key): value for key, value in node.value.items()}, with_children(node.mark, marks))


def only(node: Node, keys: Collection[str]) -> Node:
    """A mapping without its other keys."""
    if not isinstance(node.value, dict) or node.mark is None:
        return node
    marks = {key: mark for key, mark in entries_of(node.mark).items() if key in keys}
    return Node({key: node.value[key] for key in marks}, with_children(node.mark, marks))


def listed(node: Node, key: str, name: str, texts: Sequence[str]) -> Node:
    """A mapping in which the value of a key is a list of texts under another name, all where the value is written."""
    if not isinstance(node.value, dict) or node.mark is None:
        return node
    marks, at = dict(entries_of(node.mark)), node.get(key).mark
    if at is None:
        return node
    marks[name] = with_children(at, [with_children(at, None)] * len(texts))
    return Node({**node.value, name: list(texts)}, with_children(node.mark, marks))
