"""Python types of plain data as data: which fields a value has, and whether a value is of a type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import UnionType
from typing import Any, NotRequired, Required, Union, get_args, get_origin, get_type_hints, is_typeddict

from msgspec import Struct, field

from scanner.schema_errors import kind_of


class Shape(Struct, frozen=True):
    """What a value of plain data may be: one or several plain types, a list, or a mapping with known fields."""

    plain: tuple[type, ...] = ()
    """`bool`, `int`, `float`, `str`; several where any of them is allowed."""
    items: Shape | None = None
    """Of each item of a list."""
    fields: Mapping[str, Shape] = field(default_factory=dict)
    """Of a mapping."""
    optional: frozenset[str] = frozenset()
    """The fields that may be absent."""

    def at(self, path: Sequence[str]) -> Shape | None:
        """The type of the value at a path; `*` and numbers are items of lists. None where no value is possible."""
        found: Shape | None = self
        for part in path:
            if found is None:
                return None
            is_item = part == "*" or part.isdecimal()
            found = found.items if found.items and is_item else found.fields.get(part)
        return found

    @property
    def written(self) -> str:
        """The type in few words, for people: `list of {name: text, found: true or false}`."""
        if self.items:
            return f"list of {self.items.written}"
        if self.fields:
            return "{" + ", ".join(f"{name}: {inner.written}" for name, inner in self.fields.items()) + "}"
        return " or ".join(_WORDS[kind] for kind in self.plain)

    def mismatch(self, value: Any, name: str) -> str:
        """What about a value is not of this type; empty where all is."""
        return next(self._mismatches(value, name), "")

    @property
    def _wanted(self) -> str:
        """What a value must be, without the fields of mappings."""
        if self.items:
            return "a list of mappings" if self.items.fields else f"a list of {self.items.written}"
        return "a mapping" if self.fields else " or ".join(_KINDS[kind] for kind in self.plain)

    def _mismatches(self, value: Any, name: str) -> Iterator[str]:
        if self.items:
            if not isinstance(value, list):
                yield f"{name} is {kind_of(value)}; it must be {self._wanted}"
                return
            for number, item in enumerate(value):
                yield from self.items._mismatches(item, f"{name}.{number}")  # noqa: SLF001 - of another Shape
        elif self.fields:
            if not isinstance(value, dict):
                yield f"{name} is {kind_of(value)}; it must be {self._wanted}"
                return
            yield from (f"{name}.{key} is not declared" for key in value if key not in self.fields)
            for key, inner in self.fields.items():
                if key in value:
                    yield from inner._mismatches(value[key], f"{name}.{key}")  # noqa: SLF001 - of another Shape
                elif key not in self.optional:
                    yield f"{name}.{key} is not there"
        elif type(value) not in self.plain and not (float in self.plain and type(value) is int):
            yield f"{name} is {kind_of(value)}; it must be {self._wanted}"


_WORDS = {bool: "true or false", int: "whole number", float: "number", str: "text"}
_KINDS = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}


def shape_of(kind: Any) -> Shape:
    """A Python type as data.

    Raises TypeError for a type that no fact may have.
    """
    if kind in _WORDS:
        return Shape((kind,))
    if get_origin(kind) is list:
        return Shape(items=shape_of(*get_args(kind)))
    if get_origin(kind) in (Union, UnionType):
        return Shape(tuple(plain for each in get_args(kind) for plain in shape_of(each).plain))
    if is_typeddict(kind):
        fields, optional = {}, set()
        for name, stated in get_type_hints(kind, include_extras=True).items():
            marked = get_origin(stated) in (Required, NotRequired)
            fields[name] = shape_of(get_args(stated)[0] if marked else stated)
            if get_origin(stated) is NotRequired or (not marked and name in kind.__optional_keys__):
                optional.add(name)
        return Shape(fields=fields, optional=frozenset(optional))
    raise TypeError(f"a fact cannot be of type {kind}")
