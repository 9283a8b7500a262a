"""Holds a native architecture spec against its schema, `architecture.schema.json` beside this file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from scanner import plain_schema
from scanner.errors import did_you_mean
from scanner.subjects import spec_quantities

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

Problem = tuple[tuple[str, ...], str, str]
"""The path of a field that is not as the schema wants it, what is wrong with it, and the path in names."""

_ENTRIES = {
    "services": "service",
    "datastores": "data store",
    "dataAssets": "data asset",
    "boundaries": "boundary",
    "flows": "flow",
    "thirdParties": "third party",
    "domains": "domain",
    "decisions": "decision",
    "escalations": "escalation",
    "alerts": "alert",
    "tiers": "tier",
    "keys": "key",
    "tests": "test",
    "claims": "claim",
    "clocks": "clock",
}
_WANTED = {
    "string": "a text",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "number": "a number",
    "integer": "a whole number",
}
_BOUNDS = {
    "maximum": "at most",
    "minimum": "at least",
    "exclusiveMinimum": "above",
    "exclusiveMaximum": "below",
}
_UNKNOWN = "the field "
"""How the message about a field that the schema does not have begins."""
_DATABASES = frozenset(("database", "db", "datastore", "cache", "storage", "bucket", "store"))


def problems(spec: Any) -> Iterator[Problem]:
    """Where a spec violates its schema, or states a quantity that is none, in the order of the fields."""
    found: list[tuple[tuple[str, ...], str]] = []
    if not _is_valid()(spec):
        for error in _validator().iter_errors(spec):
            found.extend(_told(error))
    found.extend(spec_quantities.problems(_schema(), spec))
    for path, message in sorted(dict.fromkeys(found)):
        called = _called(path[:-1], spec, ", in ") if message.startswith(_UNKNOWN) else _called(path, spec)
        yield path, called + message, _named(path, spec)


def _told(error: ValidationError) -> Iterator[tuple[tuple[str, ...], str]]:
    path = tuple(str(part) for part in error.absolute_path)
    if error.validator == "additionalProperties":
        yield from _unknown_fields(error, path)
    else:
        yield path, _sentence(error, path)


def _unknown_fields(error: ValidationError, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """One problem for each field that the schema does not know, with the nearest one that it does."""
    known = cast("dict[str, Any]", cast("dict[str, Any]", error.schema).get("properties", {}))
    for name in cast("dict[str, Any]", error.instance):
        if name not in known and not str(name).startswith("x-"):
            hint = did_you_mean(name, known)
            yield (*path, str(name)), f"{_UNKNOWN}{name!r} is not allowed here" + (f"; {hint}" if hint else "")


def _sentence(error: ValidationError, path: tuple[str, ...]) -> str:
    """What the schema requires; never a text of the spec, which may be a secret."""
    wanted = error.validator_value
    if error.validator == "type":
        kinds = [wanted] if isinstance(wanted, str) else cast("list[str]", wanted)
        return _type(error, kinds)
    if error.validator == "enum":
        also = (
            "; a database is an entry of `datastores`" if path[-1:] == ("type",) and _is_store(error.instance) else ""
        )
        return "must be one of " + ", ".join(map(str, cast("list[Any]", wanted))) + also
    if error.validator == "required":
        return error.message  # names the field that is missing, which stands nowhere
    if bound := _BOUNDS.get(str(error.validator)):
        return f"must be {bound} {wanted}"
    sentences = {
        "const": f"is not {wanted}",
        "minLength": "must not be empty",
        "uniqueItems": "states an entry twice",
    }
    return sentences.get(str(error.validator), f"does not match the schema ({error.validator})")


def _is_store(value: Any) -> bool:
    return isinstance(value, str) and value.lower() in _DATABASES


def _type(error: ValidationError, kinds: list[str]) -> str:
    value: Any = error.instance
    wanted = " or ".join(_WANTED[kind] for kind in kinds)
    forms = spec_quantities.forms(cast("dict[str, Any]", error.schema))
    if isinstance(value, bool):
        text = "true" if value else "false"
        also = " or y" if value else " or n"
        return f"is the boolean {text}, not {wanted}; if it is a word such as NO, yes, off{also}, quote it"
    if isinstance(value, int | float) and forms:
        return f"is a number without a unit; write {forms}"
    if isinstance(value, int | float):
        return f"is a number, not {wanted}" + ("; if it is a name, quote it" if "string" in kinds else "")
    if value is None:
        return f"has no value; it must be {wanted}"
    return f"must be {forms or wanted}"


def _called(path: tuple[str, ...], spec: Any, before: str = ": ") -> str:
    """What a message calls a field: the innermost entry with a name, and the path in it."""
    value, entry, rest = spec, "", list(path)
    for depth, part in enumerate(path):
        if isinstance(value, list) and part.isdecimal() and depth and path[depth - 1] in _ENTRIES:
            value = value[int(part)]
            name = _name(value)
            entry = (
                f"{_ENTRIES[path[depth - 1]]} {name}" if name else f"{_ENTRIES[path[depth - 1]]} number {int(part) + 1}"
            )
            rest = list(path[depth + 1 :])
        else:
            value = _within(value, part)
    field = ".".join(rest)
    if not field:
        return f"{entry}: " if entry else ""
    end = ": " if before != ": " else " "
    return f"{entry}{before}`{field}`{end}" if entry else f"{before.lstrip(', :')}`{field}`{end}"


def _named(path: tuple[str, ...], spec: Any) -> str:
    """A path with names in place of numbers, which stays the same where entries are added before it."""
    value, parts = spec, list[str]()
    for part in path:
        value = _within(value, part)
        parts.append(_name(value) or part if part.isdecimal() else part)
    return "/".join(parts)


def _within(value: Any, part: str) -> Any:
    if isinstance(value, list) and part.isdecimal():
        return value[int(part)] if int(part) < len(value) else None
    return value.get(part) if isinstance(value, Mapping) else None


def _name(value: Any) -> str:
    if not isinstance(value, Mapping):
        return ""
    found = value.get("id") or value.get("name")
    if not found and value.get("from") and value.get("to"):
        found = f"{value['from']} -> {value['to']}"
    return str(found) if isinstance(found, str) else ""


@cache
def _schema() -> Any:
    return json.loads(Path(__file__).with_name("architecture.schema.json").read_text(encoding="utf-8"))


@cache
def _is_valid() -> plain_schema.Check:
    return plain_schema.check(_schema())


@cache
def _validator() -> Validator:
    import jsonschema

    return jsonschema.Draft202012Validator(_schema())
