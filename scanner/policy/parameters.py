"""Whether a value fits a parameter of a rule, by the type of the parameter's default and by its format."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from scanner.masking import mask
from scanner.policy import cel
from scanner.policy.truth import Truth
from scanner.schema_errors import kind_or_number, shown

if TYPE_CHECKING:
    from cel_expr_python import cel as runtime

_KINDS = {
    bool: "true or false",
    int: "a whole number",
    float: "a finite number",
    str: "text",
    list: "a list",
    dict: "a mapping",
}


class ParameterFormat(NamedTuple):
    """What the texts in a parameter must be."""

    words: str
    """That, for people."""
    probe: str
    """An expression that has a value where `value` is such a text."""


FORMATS = {
    "regex": ParameterFormat("a regular expression in the syntax of RE2", "''.matches(value)"),
    "duration": ParameterFormat("a duration such as 90s, 5m or 1h30m", "duration(value) == duration(value)"),
}


def checked(name: str, value: Any, default: Any, form: str = "", *, extends: bool = False) -> str:
    """What is wrong with a value for a parameter, empty where nothing is; one that `extends` adds to the default.

    The items of a list or mapping must be as those of the default, and texts where it has none. `form` is the format of
    the parameter, where it has one.
    """
    if extends and not isinstance(default, list | dict):
        return f"{name} is {_KINDS[type(default)]}, so items cannot be added to it; set it under `parameters`"
    if not _fits(value, default):
        return f"{name} must be {_KINDS[type(default)]}, not {kind_or_number(value, name)}"
    inner = _items(default)
    pattern = inner[0] if inner else ""
    for item in _items(value):
        if not _fits(item, pattern):
            return f"{name} must contain only {_KINDS[type(pattern)]}, not {kind_or_number(item, name)}"
    wrong = (_malformed(name, text, form) for text in _texts(value)) if form else ()
    return next(filter(None, wrong), "")


def _malformed(name: str, text: str, form: str) -> str:
    found = cel.evaluate(_probe(form), cel.activation({"value": text}))
    if found.truth is not Truth.ERROR:
        return ""
    return f"{name} is {shown(text, name)}; it must be {FORMATS[form].words} ({mask(found.error)})"


@cache
def _probe(form: str) -> runtime.Expression:
    return cel.load_expression(cel.compile_expression(FORMATS[form].probe, ("value",), ""))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for item in _items(value):
        yield from _texts(item)


def _fits(value: Any, default: Any) -> bool:
    if isinstance(default, float):
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return type(value) is type(default)


def _items(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    return list(value.values()) if isinstance(value, dict) else []
