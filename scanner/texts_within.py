"""Every text within some data: the fields of structs, the keys and values of mappings, the items of lists."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from operator import attrgetter
from typing import Any, TypeAlias

from msgspec import Struct

_Getter: TypeAlias = Callable[[Any], Iterable[Any]]
_Part: TypeAlias = _Getter | tuple[tuple[_Getter, _Getter | None], ...] | None
_Parts: TypeAlias = dict[type, _Part]
_TEXT = {"str", "str | None"}
_TEXTLESS = {"bool", "int", "float", "Outcome", "Severity", "InputStatus", "Context", "BaselineState | None"}
"""Types of fields of structs, as they are written, that are a text, and that hold none."""


class Masked(dict[str, tuple[str, ...]]):
    """Texts by a name, masked already: `sealed` looks at the names alone."""


def texts_of(value: Any, known: tuple[type, ...] = ()) -> set[str]:
    """Every text within some data, but for what is within data of the `known` types."""
    found: set[Any] = set()
    _collect((value,), dict.fromkeys((str, *known)), found.update)
    return found - {"", None}


def ordered_texts(value: Any, known: tuple[type, ...]) -> dict[Any, None]:
    """The same in the order of the data, which takes longer; empty texts too."""
    found: dict[Any, None] = {}
    _collect((value,), dict.fromkeys((str, *known)), lambda texts: found.update(dict.fromkeys(texts)))
    return found


def _collect(values: Iterable[Any], parts: _Parts, add: Callable[[Iterable[Any]], object]) -> None:
    """Add every text within some values; `parts` gives what is within a value of a kind."""
    for value in values:
        kind = type(value)
        if kind is str:
            add((value,))
        elif value:  # within what is empty there is nothing
            if kind not in parts:
                parts[kind] = _parts_of(kind)
            within = parts[kind]
            if isinstance(within, tuple):
                for texts, others in within:
                    add(texts(value))
                    if others:
                        _collect(others(value), parts, add)
            elif within:
                _collect(within(value), parts, add)


def _parts_of(kind: type) -> _Part:
    """What gives the values within a value of a kind; None where there are none.

    A struct has its texts, and the fields behind them, group by group in the order of its fields: the texts of a group
    are taken at once.
    """
    if issubclass(kind, Masked):
        return dict.keys
    if issubclass(kind, dict):
        return lambda value: chain(value, value.values())
    if issubclass(kind, tuple | list | frozenset):
        return iter
    if not issubclass(kind, Struct):
        return None
    groups: list[tuple[list[str], list[str]]] = [([], [])]
    for name, is_text in _fields_of(kind):
        if is_text and groups[-1][1]:
            groups.append(([], []))
        groups[-1][0 if is_text else 1].append(name)
    return tuple((_getter(texts), _getter(others) if others else None) for texts, others in groups)


def _fields_of(kind: type[Struct]) -> Iterator[tuple[str, bool]]:
    """The fields of a struct that may hold texts, and whether each is one; of a struct of texts, its fields."""
    module = sys.modules[kind.__module__]
    for name in kind.__struct_fields__:
        type_ = kind.__annotations__.get(name, "")
        inner = getattr(module, str(type_), None)
        if isinstance(inner, type) and issubclass(inner, Struct):
            fields = dict(_fields_of(inner))
            if fields and all(fields.values()):
                yield from ((f"{name}.{each}", True) for each in fields)
                continue
        if type_ not in _TEXTLESS:
            yield name, type_ in _TEXT


def _getter(names: list[str]) -> _Getter:
    """What gives some fields of a struct as a tuple."""
    if not names:
        return lambda _: ()
    get = attrgetter(*names)
    return get if len(names) > 1 else lambda value: (get(value),)
