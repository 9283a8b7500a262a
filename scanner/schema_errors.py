"""What a JSON Schema rejects, in plain sentences for the author of the file.

A sentence names the field, what was found and what was expected. Of a value it shows the beginning at most, and nothing
that looks like a credential.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, cast

from msgspec import Struct

from scanner.errors import did_you_mean
from scanner.masking import mask

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

FieldPath = tuple[str | int, ...]

_SHOWN = 40
"""Characters of a value that an error shows."""
_MOST = 100
"""Errors of one file that are printed."""
_DATE = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
"""The pattern of a date in a schema; an example would be taken for the date that is asked for."""
_LISTED = 12
"""Allowed values or known keys that an error lists."""
_TYPES = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "empty",
}
_COUNTED = {"Items": ("item", "items"), "Length": ("character", "characters"), "Properties": ("key", "keys")}
_BOUNDS = {
    "minimum": "at least",
    "maximum": "at most",
    "exclusiveMinimum": "more than",
    "exclusiveMaximum": "less than",
    "multipleOf": "a multiple of",
}


class Problem(Struct, frozen=True):
    """One thing that a schema refuses: the path of the value, or of the key, that it is about, and what to do."""

    path: FieldPath
    message: str
    hint: str = ""


def problems(validator: Validator, value: Any) -> Iterator[Problem]:
    """What the schema of a validator rejects in a value, up to a maximum."""
    found = (_problems(error, tuple(error.absolute_path)) for error in validator.iter_errors(value))
    some = islice(chain.from_iterable(found), _MOST)
    yield from dict.fromkeys(some)  # each missing key of a mapping is an error that tells all


def shown(value: Any, name: str = "") -> str:
    """A value as an error may show it: the beginning of a text in quotes, `•` in place of what looks like a credential.

    `name` is its key.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or isinstance(value, list | dict):
        return kind_of(value)
    text = shortened(str(value), name)
    return repr(text) if isinstance(value, str) else text


def shortened(text: str, name: str = "") -> str:
    """The beginning of a text as an error may show it, without quotes; `name` is its key."""
    prefix = f"{name}: "
    masked = mask(prefix + text[: 4 * _SHOWN])[len(prefix) :]
    return masked if len(text) <= _SHOWN else f"{masked[:_SHOWN]}…"


def listed(names: Iterable[Any]) -> str:
    """Some names, and how many more there are."""
    found = [str(name) if isinstance(name, str) else shown(name) for name in names]
    more = len(found) - _LISTED
    return ", ".join(found[:_LISTED]) + (f" and {more} more" if more > 0 else "")


def _problems(error: ValidationError, path: FieldPath) -> Iterator[Problem]:
    wanted = cast("Any", error.validator_value)
    match error.validator:
        case "additionalProperties" | "unevaluatedProperties" if wanted is False:
            yield from _unknown_keys(error, path)
        case "required":
            yield from _missing_keys(error, path)
        case "uniqueItems":
            yield from _repeated(error, path)
        case "anyOf" | "oneOf":
            yield from _alternatives(error, path)
        case _ if "propertyNames" in list(error.absolute_schema_path)[-2:]:
            yield _misnamed(error, path)
        case _:
            message, hint = _sentence(error, path)
            yield Problem(path, message, hint)


def _unknown_keys(error: ValidationError, path: FieldPath) -> Iterator[Problem]:
    schema = cast("Mapping[str, Any]", error.schema)
    known = [name for name, allowed in schema.get("properties", {}).items() if allowed is not False]
    patterns = list(schema.get("patternProperties", ()))
    for key in cast("Mapping[str, Any]", error.instance):
        if key not in known and not any(re.search(pattern, key) for pattern in patterns):
            hint = did_you_mean(key, known) or (f"known: {listed(sorted(known))}" if known else "")
            yield Problem((*path, key), f"there is no key {shown(key)}{_within(path)}", hint)


def _missing_keys(error: ValidationError, path: FieldPath) -> Iterator[Problem]:
    """The missing keys; a misspelt one is reported as an unknown key only."""
    given, schema = cast("Mapping[str, Any]", error.instance), cast("Mapping[str, Any]", error.schema)
    properties = schema.get("properties", {})
    unknown = [key for key in given if key not in properties] if schema.get("additionalProperties") is False else []
    for name in cast("list[str]", error.validator_value):
        if name not in given and not any(did_you_mean(key, [name]) for key in unknown):
            hint = properties.get(name, {}).get("description", "")
            yield Problem(path, f"the key {name!r} is missing{_within(path)}", hint)


def _misnamed(error: ValidationError, path: FieldPath) -> Problem:
    """A key, not a value, is refused."""
    key = cast("str", error.instance)
    wanted = _form(error) if error.validator == "pattern" else "is not allowed"
    return Problem((*path, key), f"the key {shown(key)} {wanted}{_within(path)}", _description(error))


def _repeated(error: ValidationError, path: FieldPath) -> Iterator[Problem]:
    import json

    met: set[str] = set()
    for index, item in enumerate(cast("list[Any]", error.instance)):
        before = len(met)
        met.add(json.dumps(item, sort_keys=True))
        if len(met) == before:
            yield Problem((*path, index), f"{_name(path)} holds {shown(item, _key(path))} twice", "remove one of them")


def _alternatives(error: ValidationError, path: FieldPath) -> Iterator[Problem]:
    """What is wrong with a value that may have several forms: by the form that it comes nearest to, if one is near."""
    branches: dict[int, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(cast("int", inner.schema_path[0]), []).append(inner)
    if not branches:  # `oneOf` of which several hold
        names = _required_of(cast("list[Any]", error.validator_value))
        message = f"has more than one of {listed(names)}" if names else "matches more than one of the allowed forms"
        yield Problem(path, f"{_name(path)} {message}", "keep only one of them")
        return
    if all(inner.validator == "required" for errors in branches.values() for inner in errors):
        names = _required_of(cast("list[Any]", error.validator_value))
        yield Problem(path, f"{_name(path)} has none of {listed(names)}", "give one of them")
        return
    fitting = [errors for errors in branches.values() if not any(_is_of_type(inner, error) for inner in errors)]
    if len(fitting) == 1:
        for inner in fitting[0]:
            yield from _problems(inner, (*path, *inner.relative_path))
        return
    forms = [form for form in cast("list[Any]", error.validator_value) if isinstance(form, dict)]
    kinds = [kind for form in forms for kind in _wanted_types(form.get("type"))]
    if kinds and not fitting:
        yield Problem(path, _of_type(path, error.instance, kinds))
        return
    yield Problem(path, f"{_name(path)} matches none of the allowed forms")


def _is_of_type(inner: ValidationError, outer: ValidationError) -> bool:
    """Whether a branch fails because the value itself, not a part of it, is of another type."""
    return inner.validator == "type" and inner.instance is outer.instance


def _required_of(forms: list[Any]) -> list[str]:
    return [name for form in forms if isinstance(form, Mapping) for name in form.get("required", ())]


def _sentence(error: ValidationError, path: FieldPath) -> tuple[str, str]:
    """What is there, what must be there, and a hint."""
    keyword, wanted, given = error.validator, cast("Any", error.validator_value), error.instance
    hint = _description(error)
    match keyword:
        case "type":
            kinds = _wanted_types(wanted)
            return _of_type(path, given, kinds), _quotes(given, kinds)
        case "enum":
            told, hint = f"one of {listed(wanted)}", did_you_mean(given, map(str, wanted))
        case "const":
            told = shown(wanted)
        case _ if keyword in _BOUNDS:
            told = f"{_BOUNDS[keyword]} {wanted}"
        case "pattern":
            return f"{_name(path)} is {shown(given, _key(path))}; it {_form(error)}", hint
        case _:
            return f"{_name(path)} {_counted(str(keyword), wanted, given)}", hint
    return f"{_name(path)} is {shown(given, _key(path))}; it must be {told}", hint


def _counted(keyword: str, wanted: Any, given: Any) -> str:
    """What a text, list or mapping has too many or too few of."""
    bound, nouns = {"min": "at least", "max": "at most"}.get(keyword[:3], ""), _COUNTED.get(keyword[3:])
    if not bound or not nouns:
        return f"does not match the schema ({keyword})"
    count = len(given)
    return f"has {count} {nouns[count != 1]}; it must have {bound} {wanted}"


def _form(error: ValidationError) -> str:
    """The text that replaces a pattern: the schema's examples. Its description is the hint."""
    if error.validator_value == _DATE:
        return "must be a date in the form YYYY-MM-DD"
    schema = error.schema
    examples = schema.get("examples", ()) if isinstance(schema, Mapping) else ()
    return f"must look like {' or '.join(map(repr, examples))}" if examples else "does not have the expected form"


def _description(error: ValidationError) -> str:
    schema = error.schema
    return str(schema.get("description", "")) if isinstance(schema, Mapping) else ""


def _of_type(path: FieldPath, given: Any, wanted: list[str]) -> str:
    told = kind_or_number(given, _key(path))
    number = "the number " if isinstance(given, int | float) and not isinstance(given, bool) else ""
    kinds = [_TYPES.get(kind, kind) for kind in wanted]
    return f"{_name(path)} is {number}{told}; it must be {' or '.join(kinds)}"


def _quotes(given: Any, kinds: list[str]) -> str:
    """The hint for a number, true or false where a text is expected."""
    return "put it in quotes" if "string" in kinds and isinstance(given, int | float) else ""


def _wanted_types(wanted: Any) -> list[str]:
    if wanted is None:
        return []
    return [wanted] if isinstance(wanted, str) else list(wanted)


def kind_of(value: Any) -> str:
    """What a value is, where it is not shown itself."""
    names = {str: "text", bool: "true or false", list: "a list", dict: "a mapping", type(None): "empty"}
    return names.get(type(value), "a number")


def kind_or_number(value: Any, name: str = "") -> str:
    """A number or truth value itself, and the type of any other value; `name` is its key."""
    return shown(value, name) if isinstance(value, int | float) else kind_of(value)


def _name(path: FieldPath) -> str:
    """The name of the value at a path: its key, or its number in its list."""
    if not path:
        return "the file"
    last = path[-1]
    if isinstance(last, int):
        return f"item {last + 1} of {_name(path[:-1])}"
    return shortened(last)


def _within(path: FieldPath) -> str:
    return f" in {_name(path)}" if path else ""


def _key(path: FieldPath) -> str:
    """The nearest key above a value, by which a credential is known."""
    return next((part for part in reversed(path) if isinstance(part, str)), "")
