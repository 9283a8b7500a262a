"""What `each` of a rule means: the items of a list or mapping of a subject, or of a fact, each with its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from msgspec import Struct

from scanner.documents.positions import find, split_path
from scanner.marks import Children, Mark, children_of
from scanner.model import Subject
from scanner.policy.variables import FACTS

_FACTS = f"{FACTS}."


class Item(Struct, frozen=True):
    """One item, or a subject as a whole."""

    path: tuple[str, ...]
    """Its path in the subject; empty for the subject itself."""
    mark: Mark
    key: str | None = None
    """Its name or number; none for what holds no items where some belong."""
    value: Any = None
    related: str = ""
    """What the names of its own related places begin with, for an item of a fact."""
    name: str = ""
    """What distinguishes an item of a fact from others at the same field."""


def whole(subject: Subject) -> Item:
    """A subject as the one thing that a rule looks at."""
    return Item((), subject.marks[subject.focus])


def missing(facts: Mapping[str, Any], each: Sequence[str]) -> str:
    """The fact that `each` names and that is not there; empty where it is, or where none is named."""
    for fact in _facts_in(tuple(each)):
        if fact not in facts:
            return fact
    return ""


@cache
def _facts_in(each: tuple[str, ...]) -> tuple[str, ...]:
    """The facts that `each` names."""
    return tuple(path.removeprefix(_FACTS) for path in each if path.startswith(_FACTS))


def of(subject: Subject, facts: Mapping[str, Any], each: Sequence[str]) -> list[Item]:
    """The items under one path after the other; `*` in a path stands for every item on the way.

    A path counts from the focus of the subject, or from another binding that it names first.

    Under `facts.NAME` they are the items of a fact, a list of mappings. Each stands at its `field`, a path that counts
    from the focus of the subject, its related places are called `NAME.NUMBER.` and what the rule calls them, and its
    `name` tells it from others at that field.
    """
    found: list[Item] = []
    for dotted in each:
        if dotted.startswith(_FACTS):
            found.extend(_of_fact(subject, facts, dotted.removeprefix(_FACTS)))
            continue
        path, start = split_path(dotted), subject.focus
        if path and path[0] != start and path[0] in subject.marks:
            start, path = path[0], path[1:]
        value = subject.bindings[start]
        if type(value) is dict and path and path[0] != "*" and path[0] not in value:
            continue  # most subjects have few of the lists that rules are about
        _under(value, subject.marks[start], path, () if start == subject.focus else (start,), found)
    return found


def _of_fact(subject: Subject, facts: Mapping[str, Any], fact: str) -> Iterator[Item]:
    for number, item in enumerate(facts[fact]):
        mark, path = find(whole(subject).mark, split_path(item.get("field", "")))
        yield Item(path, mark, str(number), item, f"{fact}.{number}.", item.get("name", ""))


def _under(value: Any, mark: Mark, path: tuple[str, ...], before: tuple[str, ...], found: list[Item]) -> None:
    """Add the items under a path that counts from a value."""
    depth = 0
    while depth < len(path) and path[depth] != "*" and isinstance(value, dict | list):
        name, children = path[depth], children_of(mark)
        if not (isinstance(value, dict) and isinstance(children, dict) and name in value and name in children):
            return
        value, mark, depth = value[name], children[name], depth + 1
    before = (*before, *path[:depth])
    if not isinstance(value, dict | list):
        found.append(Item(before, mark, None, value))
        return
    rest = path[depth + 1 :]
    for key, child in _pairs(value, children_of(mark)):
        if rest:
            _under(value[key], child, rest, (*before, str(key)), found)
        else:
            found.append(Item((*before, str(key)), child, str(key), value[key]))


def _pairs(value: Any, children: Children) -> Iterable[tuple[Any, Mark]]:
    """The keys, or the numbers, of what a collection holds, each with its mark."""
    if isinstance(value, dict) and isinstance(children, dict):
        return ((name, children[name]) for name in value if name in children)
    return enumerate(children) if isinstance(value, list) and isinstance(children, list) else ()
