"""What plain data looks like, in terms short enough for tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

Shape: TypeAlias = Any
"""A type; a dict of keys that must be there, each with a shape; a list whose items have one shape; or a test."""


def either(*shapes: Shape) -> Callable[[Any], bool]:
    """What has one of several shapes."""
    return lambda value: any(fits(value, shape) for shape in shapes)


def both(*shapes: Shape) -> Callable[[Any], bool]:
    """What has each of several shapes."""
    return lambda value: all(fits(value, shape) for shape in shapes)


def holding(*parts: str) -> Callable[[Any], bool]:
    """A text that holds one of the parts."""
    return lambda value: isinstance(value, str) and any(part in value for part in parts)


def starting(*parts: str) -> Callable[[Any], bool]:
    """A text that starts with one of the parts."""
    return lambda value: isinstance(value, str) and value.startswith(parts)


def one_of(*texts: str) -> Callable[[Any], bool]:
    """One of several texts."""
    return lambda value: isinstance(value, str) and value in texts


def some(shape: Shape) -> Callable[[Any], bool]:
    """A mapping of which a value has a shape."""
    return lambda value: isinstance(value, dict) and any(fits(item, shape) for item in value.values())


def every(shape: Shape) -> Callable[[Any], bool]:
    """A mapping, not empty, of which all values have a shape."""
    return lambda value: isinstance(value, dict) and bool(value) and all(fits(item, shape) for item in value.values())


def words(text: str) -> frozenset[str]:
    """The words of a text, for a table of them."""
    return frozenset(text.split())


def fits(value: Any, shape: Shape) -> bool:
    """Whether data has a shape."""
    if isinstance(shape, dict):
        return isinstance(value, dict) and all(key in value and fits(value[key], shape[key]) for key in shape)
    if isinstance(shape, list):
        return isinstance(value, list) and bool(value) and all(fits(item, shape[0]) for item in value)
    return isinstance(value, shape) if isinstance(shape, type) else bool(shape(value))
