"""Holds a native architecture spec against its schema, `architecture.schema.json` beside this file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from scanner import plain_schema
from scanner.errors import did_you_mean

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

Problem = tuple[tuple[str, ...], str]
"""The path of a field that is not as the schema wants it, and what is wrong with it."""


def problems(spec: Any) -> Iterator[Problem]:
    """Where a spec violates its schema, in the order of the fields."""
    if _is_valid()(spec):
        return
    errors = sorted(_validator().iter_errors(spec), key=lambda error: [str(part) for part in error.absolute_path])
    for error in errors:
        path = tuple(str(part) for part in error.absolute_path)
        if error.validator == "additionalProperties":
            yield from _unknown_fields(error, path)
        else:
            yield path, _sentence(error)


def _unknown_fields(error: ValidationError, path: tuple[str, ...]) -> Iterator[Problem]:
    """One problem for each field that the schema does not know, with the nearest one that it does."""
    known = cast("dict[str, Any]", cast("dict[str, Any]", error.schema).get("properties", {}))
    for name in cast("dict[str, Any]", error.instance):
        if name not in known and not str(name).startswith("x-"):
            hint = did_you_mean(name, known)
            yield (*path, str(name)), f"the field {name!r} is not allowed here" + (f"; {hint}" if hint else "")


def _sentence(error: ValidationError) -> str:
    """What the schema requires; never the value, which may be a secret."""
    wanted = error.validator_value
    match error.validator:
        case "type":
            kinds = [wanted] if isinstance(wanted, str) else cast("list[str]", wanted)
            return f"is not of type {' or '.join(kinds)}"
        case "enum":
            return "must be one of " + ", ".join(map(str, cast("list[Any]", wanted)))
        case "const":
            return f"is not {wanted}"
        case "required":
            return error.message  # names the field that is missing, which stands nowhere
    return f"does not match the schema ({error.validator})"


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
