"""What a compiled CEL expression reads: the variables it names and the fields it follows from them.

The compiled form is a `cel.expr.CheckedExpr` in protobuf's wire format (cel-spec, proto/cel/expr/checked.proto and
syntax.proto). Only the syntax tree in it is read, so no protobuf runtime is needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TypeAlias

from msgspec import Struct, field

from scanner.policy.variables import CLUSTER, FACTS, PARAMETERS
from scanner.policy.wire import Message, encoded, message, sub, subs, text

ANY = "*"
"""In a path: any item of a list, or a key that the expression computes."""

Path: TypeAlias = tuple[str, ...]
"""A variable and the fields followed from it, such as `("object", "spec", "containers", "*", "name")`."""
ANY_VALUE, CHECKED_EXPR = 2, 4
_CONST, _IDENT, SELECT, CALL, LIST, STRUCT, COMPREHENSION = 3, 4, 5, 6, 7, 8, 9
_STRING_VALUE = 6

_SAME_VALUE = frozenset({"_+_", "_?_:_", "dyn", "or", "orValue", "value", "optional.of", "optional.ofNonZeroValue"})
"""Functions whose result is, or holds, what they are given."""
SELECTIONS = frozenset({"_[_]", "_[?_]", "_?._"})
"""Functions that follow a field or take an item."""
_SHAPE_ONLY = frozenset({"hasValue", "size", "type"})
"""Functions that ask whether something is there, how long it is or what type it has, and not what is in it."""

IN = "@in"
_KEYED = frozenset({(FACTS,), (PARAMETERS,), (CLUSTER,)})
"""Variables that are mappings, so that a text which is looked up in one is the name of a field."""


class Reads(Struct, frozen=True):
    """What an expression reads of its variables."""

    values: frozenset[Path] = frozenset()
    """Paths of which the whole value may decide the result."""
    sizes: frozenset[Path] = frozenset()
    """Paths of which only length or type is read, or whose items are iterated."""
    presences: frozenset[Path] = frozenset()
    """Paths of which is read whether they are there, with `has`."""

    @property
    def shapes(self) -> frozenset[Path]:
        """Paths of which something is read that does not depend on what is in them."""
        return self.sizes | self.presences

    @property
    def paths(self) -> frozenset[Path]:
        """Every path that is read in some way."""
        return self.values | self.sizes | self.presences

    @property
    def words(self) -> frozenset[str]:
        """Every variable and field name that is read."""
        return frozenset(part for path in self.paths for part in path if part != ANY)

    def of(self, variable: str) -> frozenset[Path]:
        """The paths below a variable, without it; the empty path is the variable as a whole."""
        return frozenset(path[1:] for path in self.paths if path[0] == variable)

    def __or__(self, other: Reads) -> Reads:
        return Reads(self.values | other.values, self.sizes | other.sizes, self.presences | other.presences)


def tree_only(compiled: bytes) -> bytes:
    """A compiled expression without what the checker noted beside the syntax tree: types, overloads and positions.

    The runtime finds an overload by the values that it meets. Without the notes an expression has a third of the bytes
    and is loaded in a third of the time.
    """
    whole = message(compiled)
    tree = {CHECKED_EXPR: sub(whole, ANY_VALUE)[CHECKED_EXPR]}
    return encoded({**whole, ANY_VALUE: [encoded(tree)]})


@lru_cache(maxsize=4096)  # a rule asks for its reads, its words and what decides
def reads(compiled: bytes) -> Reads:
    """What an expression in its compiled form (`policy.cel.compile_expression`) reads.

    Raises ValueError for bytes that are not a compiled expression.
    """
    try:
        checked = sub(message(compiled), ANY_VALUE)
        walk = _Walk()
        walk.use(walk.value(sub(checked, CHECKED_EXPR), {}))
    except (IndexError, KeyError, RecursionError) as error:
        raise ValueError("not a compiled CEL expression") from error
    return Reads(frozenset(walk.values), frozenset(walk.sizes), frozenset(walk.presences))


class _Value(Struct, frozen=True):
    """What the value of a subexpression may be a part of."""

    paths: frozenset[Path] = frozenset()
    items: frozenset[Path] = frozenset()
    """What the items of a list that the expression builds may be."""

    def __or__(self, other: _Value) -> _Value:
        return _Value(self.paths | other.paths, self.items | other.items)

    def inner(self, name: str) -> _Value:
        """The value of one of its fields or items."""
        of_built_list = self.items if name == ANY else frozenset()
        return _Value(frozenset((*path, name) for path in self.paths) | of_built_list)


_NOTHING = _Value()
_Scope: TypeAlias = Mapping[str, _Value]
"""Variables that comprehensions bind, each with its source."""


class _Walk(Struct):
    """One pass over a syntax tree, which collects what is read."""

    values: set[Path] = field(default_factory=set)
    sizes: set[Path] = field(default_factory=set)
    presences: set[Path] = field(default_factory=set)

    def use(self, value: _Value) -> _Value:
        """The whole of a value decides the result."""
        self.values |= value.paths | value.items
        return _NOTHING

    def look(self, value: _Value) -> _Value:
        """Only the shape of a value decides the result."""
        self.sizes |= value.paths
        return _NOTHING

    def test(self, value: _Value) -> _Value:
        """Only whether a value is there decides the result."""
        self.presences |= value.paths
        return _NOTHING

    def value(self, node: Message, scope: _Scope) -> _Value:
        """What a node's value may be a part of; what the node itself reads on the way is collected."""
        if _IDENT in node:
            name = text(sub(node, _IDENT), 1)
            return scope[name] if name in scope else _Value(frozenset({(name,)}))
        if SELECT in node:
            select = sub(node, SELECT)
            found = self.value(sub(select, 1), scope).inner(text(select, 2))
            return self.test(found) if select.get(3) else found
        if CALL in node:
            return self._call(sub(node, CALL), scope)
        if LIST in node:
            elements = [self.value(element, scope) for element in subs(sub(node, LIST), 1)]
            return _Value(items=frozenset().union(*(each.paths | each.items for each in elements)))
        if STRUCT in node:
            for entry in subs(sub(node, STRUCT), 2):
                for part in (*subs(entry, 3), *subs(entry, 4)):
                    self.use(self.value(part, scope))
            return _NOTHING
        return self._comprehension(sub(node, COMPREHENSION), scope) if COMPREHENSION in node else _NOTHING

    def _call(self, call: Message, scope: _Scope) -> _Value:
        name = text(call, 2)
        nodes = [*subs(call, 1), *subs(call, 3)]
        if name in SELECTIONS:
            holder, key = nodes
            field = constant(key)
            if field is None:
                self.use(self.value(key, scope))
            return self.value(holder, scope).inner(ANY if field is None else field)
        values = [self.value(node, scope) for node in nodes]
        if name == IN and values[1].paths and values[1].paths <= _KEYED and (word := constant(nodes[0])):
            return self.test(values[1].inner(word))
        if name == "_?_:_":
            self.use(values.pop(0))
        if name in _SAME_VALUE:
            return _union(values)
        for value in values:
            self.look(value) if name in _SHAPE_ONLY else self.use(value)
        return _NOTHING

    def _comprehension(self, node: Message, scope: _Scope) -> _Value:
        """A macro such as `all`, `filter`, `map` or `cel.bind`, which the compiler writes as a loop with a result."""
        held = self.value(sub(node, 2), scope)
        self.look(held)
        variables = {text(node, number): held.inner(ANY) for number in (1, 8) if number in node}
        result = self.value(sub(node, 4), scope)
        accumulator = text(node, 3)
        self.use(self.value(sub(node, 5), {**scope, **variables, accumulator: result}))
        result |= self.value(sub(node, 6), {**scope, **variables, accumulator: result})
        return self.value(sub(node, 7), {**scope, accumulator: result})


def _union(values: list[_Value]) -> _Value:
    result = _NOTHING
    for value in values:
        result |= value
    return result


def constant(node: Message) -> str | None:
    """The text of a string constant; ANY for one of another type; None for what is not a constant."""
    if _CONST not in node:
        return None
    stated = sub(node, _CONST)
    return text(stated, _STRING_VALUE) if _STRING_VALUE in stated else ANY
