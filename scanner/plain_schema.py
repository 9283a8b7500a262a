"""A quick answer to whether data matches a JSON Schema, for data that nearly always does.

`jsonschema` walks through a schema anew for each value, and tells what is wrong. This module reads the schema once, and
knows only keywords that our own schemas use: with any other keyword, or a value of which it is not sure, nothing counts
as matching, and `jsonschema` decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

Check: TypeAlias = Callable[[Any], bool]
"""Whether a value matches; False also where that is not certain."""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_TYPES: Mapping[str, Check] = {
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "number": _is_number,
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
}
_ABOUT_TEXT = ("$schema", "$id", "$defs", "title", "description", "examples")
"""Keywords that refuse nothing."""
_OF_MAPPINGS = ("properties", "patternProperties", "additionalProperties")


def check(schema: Mapping[str, Any]) -> Check:
    """The check that a schema amounts to; references lead to its own `$defs`, none of which contains itself."""
    return _check(schema, schema)


def _check(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Check:
    checks: list[Check] = []
    for keyword, wanted in schema.items():
        if keyword in _CHECKS:
            checks.append(_CHECKS[keyword](wanted, root))
        elif keyword not in (*_ABOUT_TEXT, *_OF_MAPPINGS):
            return _never
    if not schema.keys().isdisjoint(_OF_MAPPINGS):
        checks.append(_fields(schema, root))
    return _all_of(checks)


def _all_of(checks: Sequence[Check]) -> Check:
    if len(checks) == 1:
        return checks[0]
    if len(checks) == 2:  # noqa: PLR2004 - most parts of a schema state a type and one thing more
        first, second = checks
        return lambda value: first(value) and second(value)

    def all_of(value: Any) -> bool:
        for each in checks:  # noqa: SIM110 - half the time that `all` with a generator takes
            if not each(value):
                return False
        return True

    return all_of


def _type(wanted: str | Sequence[str], _: Mapping[str, Any]) -> Check:
    if isinstance(wanted, str):
        return _TYPES.get(wanted, _never)
    kinds = [_TYPES.get(name, _never) for name in wanted]
    return lambda value: any(kind(value) for kind in kinds)


def _one_of(wanted: Sequence[Any], _: Mapping[str, Any]) -> Check:
    """One of some texts; equal numbers and truth values are left to `jsonschema`."""
    texts = frozenset(each for each in wanted if isinstance(each, str))
    return lambda value: isinstance(value, str) and value in texts


def _reference(wanted: str, root: Mapping[str, Any]) -> Check:
    return _check(root["$defs"][wanted.removeprefix("#/$defs/")], root)


def _required(wanted: Sequence[str], _: Mapping[str, Any]) -> Check:
    names = frozenset(wanted)
    return lambda value: not isinstance(value, dict) or names <= value.keys()


def _items(wanted: Mapping[str, Any], root: Mapping[str, Any]) -> Check:
    each = _check(wanted, root)
    return lambda value: not isinstance(value, list) or all(map(each, value))


def _any_of(wanted: Sequence[Mapping[str, Any]], root: Mapping[str, Any]) -> Check:
    checks = [_check(each, root) for each in wanted]
    return lambda value: any(each(value) for each in checks)


def _exactly_one(wanted: Sequence[Mapping[str, Any]], _: Mapping[str, Any]) -> Check:
    """One of several lists of required fields; of anything else, a second one could match without certainty."""
    if any(each.keys() != {"required"} for each in wanted):
        return _never
    lists = [frozenset(each["required"]) for each in wanted]
    return lambda value: isinstance(value, dict) and sum(names <= value.keys() for names in lists) == 1


def _names(wanted: Mapping[str, Any], root: Mapping[str, Any]) -> Check:
    each = _check(wanted, root)
    return lambda value: not isinstance(value, dict) or all(map(each, value))


def _pattern(wanted: str, _: Mapping[str, Any]) -> Check:
    pattern = re.compile(wanted)
    return lambda value: not isinstance(value, str) or pattern.search(value) is not None


def _unique(wanted: bool, _: Mapping[str, Any]) -> Check:
    def texts_once(value: Any) -> bool:
        return all(isinstance(item, str) for item in value) and len(set(value)) == len(value)

    return lambda value: not wanted or not isinstance(value, list) or texts_once(value)


def _fields(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Check:
    """Each field by its name, otherwise by the patterns that its name matches, otherwise by the schema of others."""
    named = {name: _check(inner, root) for name, inner in schema.get("properties", {}).items()}
    patterns = [(re.compile(text), _check(inner, root)) for text, inner in schema.get("patternProperties", {}).items()]
    others = schema.get("additionalProperties", True)
    other = _check(others, root) if isinstance(others, dict) else lambda _: bool(others)

    def unnamed(name: str, value: Any) -> bool:
        matching = [each for pattern, each in patterns if pattern.search(name)]
        return all(each(value) for each in matching) if matching else other(value)

    def fields(value: Any) -> bool:
        if not isinstance(value, dict):
            return True
        for name, held in value.items():
            each = named.get(name)
            if not (each(held) if each else unnamed(name, held)):
                return False
        return True

    return fields


def _never(_: Any) -> bool:
    return False


_CHECKS: Mapping[str, Callable[[Any, Mapping[str, Any]], Check]] = {
    "type": _type,
    "enum": _one_of,
    "const": lambda wanted, root: _one_of([wanted], root),
    "$ref": _reference,
    "required": _required,
    "items": _items,
    "uniqueItems": _unique,
    "anyOf": _any_of,
    "oneOf": _exactly_one,
    "propertyNames": _names,
    "pattern": _pattern,
    "maxItems": lambda most, _: lambda value: not isinstance(value, list) or len(value) <= most,
    "minItems": lambda least, _: lambda value: not isinstance(value, list) or len(value) >= least,
    "minProperties": lambda least, _: lambda value: not isinstance(value, dict) or len(value) >= least,
    "maxLength": lambda most, _: lambda value: not isinstance(value, str) or len(value) <= most,
    "minLength": lambda least, _: lambda value: not isinstance(value, str) or len(value) >= least,
    "minimum": lambda least, _: lambda value: not _is_number(value) or value >= least,
    "maximum": lambda most, _: lambda value: not _is_number(value) or value <= most,
    "exclusiveMinimum": lambda bound, _: lambda value: not _is_number(value) or value > bound,
}
