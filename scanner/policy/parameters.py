"""Whether a value fits a parameter of a rule, by the type of the parameter's default."""

from __future__ import annotations

import math
from typing import Any

from scanner.schema_errors import kind_or_number

_KINDS = {
    bool: "true or false",
    int: "a whole number",
    float: "a finite number",
    str: "text",
    list: "a list",
    dict: "a mapping",
}


def checked(name: str, value: Any, default: Any, *, extends: bool) -> str:
    """What is wrong with a value for a parameter, empty where nothing is; one that `extends` adds to the default.

    The items of a list or mapping must be as those of the default, and texts where it has none.
    """
    if extends and not isinstance(default, list | dict):
        return f"{name} is {_KINDS[type(default)]}, to which nothing can be added; set it under `parameters`"
    if not _fits(value, default):
        return f"{name} must be {_KINDS[type(default)]}, not {kind_or_number(value, name)}"
    inner = _items(default)
    pattern = inner[0] if inner else ""
    for item in _items(value):
        if not _fits(item, pattern):
            return f"{name} must hold {_KINDS[type(pattern)]} throughout, not {kind_or_number(item, name)}"
    return ""


def _fits(value: Any, default: Any) -> bool:
    if isinstance(default, float):
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return type(value) is type(default)


def _items(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    return list(value.values()) if isinstance(value, dict) else []
