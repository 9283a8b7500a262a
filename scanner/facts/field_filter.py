"""What stays of subjects until all files were read: the fields that facts, and rules that use facts, read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from scanner.documents.positions import split_path
from scanner.facts import registry
from scanner.facts.step import FieldRead
from scanner.marks import NOWHERE, Mark, children_of, items_of, with_children
from scanner.model import Subject
from scanner.subjects.kubernetes import RESOURCE, WORKLOAD

_ITEM = "*"
_NAME = "name"
_NOTHING: tuple[dict[str, Any], Mark] = ({}, NOWHERE)
"""What stays of an item of a list of which nothing is read, shared by all of them."""


class _FieldTree(Struct):
    """What is read of a value."""

    whole: bool = False
    """All of it."""
    names: bool = False
    """The names of its fields, or the number of its items."""
    fields: dict[str, _FieldTree] = field(default_factory=dict)
    """The fields that are read, by name; `*` stands for every field or item."""

    def add(self, path: tuple[str, ...], *, names: bool) -> None:
        """Add a path that is read: everything at it, or only the names of its fields."""
        wanted = self
        for part in path:
            key = _ITEM if part.isdecimal() else part
            wanted = wanted.fields.setdefault(key, _FieldTree())
        wanted.whole |= not names
        wanted.names |= names

    def spread(self) -> None:
        """Let what is read of every field count for those that are named too."""
        every = self.fields.get(_ITEM)
        for name, inner in self.fields.items():
            if every and name != _ITEM:
                inner.merge(every)
            inner.spread()

    def merge(self, other: _FieldTree) -> None:
        """Add everything that another tree has."""
        self.whole |= other.whole
        self.names |= other.names
        for name, inner in other.fields.items():
            self.fields.setdefault(name, _FieldTree()).merge(inner)


class FieldFilter:
    """Cuts subjects down to what facts read, and what rules that use facts read besides."""

    def __init__(self, rules: Iterable[FieldRead] = (), *, facts: bool = True) -> None:
        self.rules = tuple(rules)
        """What rules read besides facts."""
        self.facts = facts
        """Facts are derived later; otherwise subjects stay for their identity alone."""
        self._reads: dict[str, tuple[FieldRead, ...]] = {}
        """By kind; only the modules that declare reads for the requested kinds are loaded."""
        self._wanted: dict[tuple[str, str], _FieldTree] = {}

    def of(self, subjects: Iterable[Subject]) -> Iterator[Subject]:
        """The subjects of which anything is read, as far as it is."""
        for subject in subjects:
            if not self.facts or self.reads(subject.kind):
                yield self._cut(subject)

    def reads(self, kind: str) -> tuple[FieldRead, ...]:
        """What is read of subjects of a kind; nothing for most kinds."""
        if kind not in self._reads:
            by_rules = (read for read in self.rules if read.kind == kind)
            self._reads[kind] = (*(registry.reads(kind) if self.facts else ()), *by_rules)
        return self._reads[kind]

    def _cut(self, subject: Subject) -> Subject:
        wanted = self._wanted_of(subject)
        bindings, marks = dict(subject.bindings), dict(subject.marks)
        for name in marks.keys() & bindings.keys():
            bindings[name], marks[name] = _cut(bindings[name], marks[name], wanted.fields.get(name, _FieldTree()))
        return replace(subject, bindings=bindings, marks=marks)

    def _wanted_of(self, subject: Subject) -> _FieldTree:
        key = subject.kind, str(subject.bindings["object"]["kind"]) if subject.kind in (RESOURCE, WORKLOAD) else ""
        if key not in self._wanted:
            wanted = self._wanted[key] = _FieldTree()
            for read in self.reads(subject.kind):
                if not read.objects or key[1] in read.objects:
                    for path in read.paths:
                        wanted.add(split_path(path), names=False)
                    for path in read.names:
                        wanted.add(split_path(path), names=True)
            wanted.spread()
        return self._wanted[key]


def _cut(value: Any, mark: Mark, wanted: _FieldTree) -> tuple[Any, Mark]:
    """What is read of a value, with the marks of that."""
    children = children_of(mark)
    if wanted.whole or not children:
        return value, mark
    if isinstance(value, list) and isinstance(children, list):
        return _items(value, mark, wanted)
    if not isinstance(value, dict) or not isinstance(children, dict):
        return value, mark
    first = next(iter(children))  # a mapping in a list stands where its first field does
    inside = children_of(children[first])
    values: dict[str, Any] = {}
    marks: dict[str, Mark] = {first: with_children(children[first], inside and type(inside)())}
    fields, each = wanted.fields, wanted.fields.get(_ITEM)
    for name, held in value.items():
        inner = fields.get(name, each)
        if inner and name in children:
            values[name], marks[name] = (held, children[name]) if inner.whole else _cut(held, children[name], inner)
        elif inner:
            values[name] = held
        elif wanted.names:
            values[name] = None
    return values, with_children(mark, marks)


def _items(value: list[Any], mark: Mark, wanted: _FieldTree) -> tuple[Any, Mark]:
    inner = wanted.fields.get(_ITEM, _FieldTree())
    if inner.whole:
        return value, mark
    items = [_item(item, own, inner) for item, own in zip(value, items_of(mark), strict=True)]
    if not wanted.names and all(item is _NOTHING for item in items):
        items = []
    return [item for item, _ in items], with_children(mark, [own for _, own in items])


def _item(value: Any, mark: Mark, wanted: _FieldTree) -> tuple[Any, Mark]:
    """The fields of an item that are read. Many items may have none of them, such as plain variables.

    The name of the item is kept, because fingerprints use it.
    """
    kept, kept_mark = _cut(value, mark, wanted)
    if not isinstance(kept, dict):
        return kept, kept_mark
    if _is_bare(kept, wanted):
        return _NOTHING
    return kept if _NAME not in value else {**kept, _NAME: value[_NAME]}, kept_mark


def _is_bare(kept: dict[str, Any], wanted: _FieldTree) -> bool:
    """Whether nothing that is read is in a mapping, nor in what it holds."""
    for name, value in kept.items():
        inner = wanted.fields.get(name, wanted.fields.get(_ITEM))
        if inner is None or inner.whole or inner.names or value not in ({}, []):
            return False
    return True
