"""Holds what a rule names against what there is: facts and their fields, placeholders, parameters, related places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from scanner.datafile import DataFile
from scanner.errors import PackError, nearest
from scanner.facts import registry
from scanner.facts.fact import Fact
from scanner.facts.shape import Shape
from scanner.late import regex
from scanner.policy import expression
from scanner.policy.expression import ANY, Path, Reads
from scanner.policy.parameters import checked
from scanner.policy.placeholders import placeholders, replace
from scanner.policy.rule_reads import Place, paths_of_each, places_of_expressions, texts_of
from scanner.policy.variables import CLUSTER, FACTS, ITEM, KEY, OF_ITEMS, PARAMETERS, VARIABLES
from scanner.subjects import KINDS

_DETAIL, _SUBJECT = "detail", "subject"
_CLUSTER_FIELDS = ("minor",)
_TEXTS = (KEY, _DETAIL, _SUBJECT)
"""Placeholders that are texts, which have no fields."""
_STRAY = regex(r"[{}]")


def faults(file: DataFile, expressions: Mapping[str, bytes]) -> Iterator[PackError]:
    """The unknown names in a rule, given its expressions in compiled form by their names."""
    value = file.value
    names = _Names(file, value["subject"], registry.of(value["subject"]), paths_of_each(value))
    reads = {name: expression.reads(compiled) for name, compiled in expressions.items()}
    places = places_of_expressions(value)
    placed = [(places.get(name, (name,)), read) for name, read in reads.items()]
    for place, read in placed:
        yield from names.in_expression(place, read)
    yield from names.in_each()
    yield from names.in_texts()
    yield from _parameters(file, placed)
    yield from names.in_related()


class _Names(Struct, frozen=True):
    """A rule file and what its rule may name."""

    file: DataFile
    kind: str
    facts: Mapping[str, Fact[Any]]
    each: Mapping[Place, str]
    """The paths of `each`, by their place in the rule file."""

    def in_expression(self, place: Place, reads: Reads) -> Iterator[PackError]:
        """The facts, and the fields of items of facts, that an expression reads and that do not exist."""
        for path in sorted(reads.of(FACTS)):
            yield from self._fact(place, path)
        for path in sorted(reads.of(ITEM)):
            yield from self._item(place, path)
        for path in sorted(reads.of(CLUSTER)):
            yield from self._of_cluster(place, path)
        for name in OF_ITEMS:
            if reads.of(name) and not self.each:
                yield self.file.error(place, f"`{name}` is defined only in a rule with `each`")
            elif reads.of(name) and place == ("when",):
                yield self.file.error(
                    place, f"`when` is evaluated for the subject as a whole, for which `{name}` is not defined"
                )

    def in_each(self) -> Iterator[PackError]:
        """Facts that `each` names and that do not exist or have no items with fields."""
        for place, dotted in self.each.items():
            name = dotted.removeprefix(f"{FACTS}.")
            if name == dotted:
                continue
            if name not in self.facts:
                yield self._no_fact(place, name)
            elif not self._items_of(dotted):
                yield self.file.error(place, f"the fact {name!r} is not a list of mappings, so `each` cannot name it")

    def in_texts(self) -> Iterator[PackError]:
        """Placeholders that never have a value."""
        if _DETAIL in self.file.value and (_DETAIL,) not in placeholders(self.file.value["message"]):
            yield self.file.error((_DETAIL,), "the message has no {detail}, so this text is never shown")
        for place, text in texts_of(self.file.value).items():
            if _STRAY.search(replace(text, lambda _: "")):
                hint = "write {field} around a field"
                yield self.file.error(place, "a brace that is not part of a placeholder", hint)
            for path in placeholders(text):
                yield from self._placeholder(place, path)

    def in_related(self) -> Iterator[PackError]:
        """Names of related places that no fact gives."""
        known = {name for fact in self.facts.values() for name in fact.related}
        for dotted in self.each.values():
            if fact := self.facts.get(dotted.removeprefix(f"{FACTS}.")):
                known.update(fact.item_related)
        for name in self.file.value.get("related", {}):
            if name not in known:
                yield self.file.unknown(("related", name), "related place", name, known)

    def _placeholder(self, place: Place, path: Path) -> Iterator[PackError]:
        name, *fields = path
        known = {*KINDS[self.kind].names, *VARIABLES, _DETAIL, _SUBJECT}
        if name not in known:
            yield self.file.unknown(place, "placeholder", name, known)
        elif name in OF_ITEMS and not self.each:
            yield self.file.error(place, f"{{{name}}} is defined only in a rule with `each`")
        elif name == _DETAIL and _DETAIL not in self.file.value:
            yield self.file.error(place, "{detail} needs the key `detail`, which is missing")
        elif name in _TEXTS and fields:
            yield self.file.error(place, f"{{{name}}} is a text; it has no field {fields[0]!r}")
        elif name == FACTS:
            yield from self._fact(place, tuple(fields))
        elif name == ITEM:
            yield from self._item(place, tuple(fields))
        elif name == CLUSTER:
            yield from self._of_cluster(place, tuple(fields))

    def _of_cluster(self, place: Place, path: Path) -> Iterator[PackError]:
        if path and path[0] not in (ANY, *_CLUSTER_FIELDS):
            yield self.file.unknown(place, "field of `cluster` called", path[0], _CLUSTER_FIELDS)

    def _fact(self, place: Place, path: Path) -> Iterator[PackError]:
        if not path or path[0] == ANY:
            return
        name, *fields = path
        if name not in self.facts:
            yield self._no_fact(place, name)
        elif found := _strange(self.facts[name].shape, fields):
            yield self.file.unknown(place, f"field of the fact {name!r} called", *found)

    def _no_fact(self, place: Place, name: str) -> PackError:
        near = nearest(name, self.facts) or nearest(name, (fact.name for fact in registry.every()))
        kinds = sorted({kind for fact in registry.every() if fact.name == near for kind in fact.kinds})
        elsewhere = f"{near} is a fact about {', '.join(kinds)}" if near else ""
        return self.file.unknown(place, f"fact about {self.kind} called", name, self.facts, elsewhere)

    def _item(self, place: Place, path: Path) -> Iterator[PackError]:
        """A field of `item` that the items of none of the facts of `each` have."""
        shapes = [self._items_of(dotted) for dotted in self.each.values()]
        found = [_strange(shape, path) for shape in shapes if shape]
        if len(found) == len(shapes) and found and all(found):
            name, known = next(each for each in found if each)
            yield self.file.unknown(place, "field of `item` called", name, known)

    def _items_of(self, dotted: str) -> Shape | None:
        """The items of a path of `each`, where it names a fact whose items have fields."""
        name = dotted.removeprefix(f"{FACTS}.")
        items = self.facts[name].shape.items if name != dotted and name in self.facts else None
        return items if items and items.fields else None


def _strange(shape: Shape, path: list[str] | Path) -> tuple[str, tuple[str, ...]] | None:
    """The first part of a path that does not exist in a value of some type, and the names that exist there."""
    for part in path:
        if shape.fields and part == ANY:
            return None
        inner = shape.at((part,))
        if inner is None:
            return part, tuple(shape.fields)
        shape = inner
    return None


def _parameters(file: DataFile, reads: Iterable[tuple[Place, Reads]]) -> Iterator[PackError]:
    """Parameters that are read and not declared, or declared and not read."""
    declared = file.value.get("parameters", {})
    read = [(place, each.of(PARAMETERS)) for place, each in reads]
    for place, text in texts_of(file.value).items():
        read.append((place, frozenset(path[1:] for path in placeholders(text) if path[0] == PARAMETERS)))
    used: set[str] = set()
    for place, paths in read:
        for path in sorted(paths):
            used.update(declared if path[:1] in ((), (ANY,)) else path[:1])
            if path and path[0] not in (ANY, *declared):
                yield file.unknown(place, "parameter", path[0], declared, "declare it under `parameters`")
    for name, stated in declared.items():
        if name not in used:
            yield file.error(("parameters", name), f"the parameter {name!r} is not used")
        if problem := checked(name, stated["default"], stated["default"], stated.get("format", "")):
            yield file.error(("parameters", name, "default"), problem)
    for index, example in enumerate(file.value["examples"]):
        for name in example.get("parameters", {}):
            if name not in declared:
                where = ("examples", index, "parameters", name)
                yield file.unknown(where, "parameter", name, declared, "declare it under `parameters`")
