"""Conditions in which some fields are not known: whatever reads one of them gives no value.

Each place of a compiled expression that reads such a field, or asks whether it is there, becomes a look-up that finds
nothing. `&&`, `||`, `all` and `exists` absorb that as Kleene's logic does, so that what is still true or false is so
whatever the fields hold.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from scanner.policy import cel
from scanner.policy.expression import (
    ANY_VALUE,
    CALL,
    CHECKED_EXPR,
    COMPREHENSION,
    IN,
    LIST,
    SELECT,
    SELECTIONS,
    STRUCT,
    constant,
)
from scanner.policy.wire import Message, encoded, message, text

if TYPE_CHECKING:
    from cel_expr_python import cel as runtime

_ID = 2
_ARGUMENTS = 3
_HELD = {SELECT: (1,), CALL: (1, _ARGUMENTS), LIST: (1,), COMPREHENSION: (2, 4, 5, 6, 7)}
"""Kind of a node -> its fields that hold nodes."""
_UNUSED = 1 << 20
"""A number that no node of an expression has: types and functions are told of nodes by their numbers."""
_ENTRIES, _OF_ENTRY = 2, (3, 4)
"""Of a node that builds a mapping: its entries, and their fields that hold nodes."""


@lru_cache(maxsize=1024)
def without(compiled: bytes, names: frozenset[str]) -> runtime.Expression:
    """An expression in which the fields with these names give no value, wherever it reads them."""
    whole = message(compiled)
    checked = _changed(message(_bytes(whole, ANY_VALUE)), (CHECKED_EXPR,), names)
    return cel.load_expression(encoded({**whole, ANY_VALUE: [encoded(checked)]}))


def _changed(holder: Message, fields: tuple[int, ...], names: frozenset[str]) -> Message:
    """A message with the nodes in some of its fields changed."""
    return {
        number: [_node(value, names) if number in fields and isinstance(value, bytes) else value for value in values]
        for number, values in holder.items()
    }


def _node(data: bytes, names: frozenset[str]) -> bytes:
    node = message(data)
    if name := _looked_up(node) & names:
        return _nothing(min(name))
    for kind, fields in _HELD.items():
        if kind in node:
            return encoded({**node, kind: [encoded(_changed(message(_bytes(node, kind)), fields, names))]})
    if STRUCT in node:
        built = message(_bytes(node, STRUCT))
        entries = (message(each) for each in built.get(_ENTRIES, ()) if isinstance(each, bytes))
        changed: list[bytes | int] = [encoded(_changed(each, _OF_ENTRY, names)) for each in entries]
        return encoded({**node, STRUCT: [encoded({**built, _ENTRIES: changed})]})
    return data


def _looked_up(node: Message) -> frozenset[str]:
    """The field that a node follows, or of which it asks whether it is there."""
    if SELECT in node:
        return frozenset((text(message(_bytes(node, SELECT)), 2),))
    if CALL not in node:
        return frozenset()
    call = message(_bytes(node, CALL))
    name = text(call, 2)
    nodes = [message(each) for each in (*call.get(1, ()), *call.get(_ARGUMENTS, ())) if isinstance(each, bytes)]
    key = nodes[1] if name in SELECTIONS else nodes[0] if name == IN else {}
    return frozenset(filter(None, (constant(key),)))


def _nothing(name: str) -> bytes:
    """A node that looks a name up in an empty mapping."""
    empty = encoded({_ID: [_UNUSED], STRUCT: [b""]})
    return encoded({_ID: [_UNUSED + 1], SELECT: [encoded({1: [empty], 2: [name.encode()]})]})


def _bytes(holder: Message, number: int) -> bytes:
    return next(value for value in holder[number] if isinstance(value, bytes))
