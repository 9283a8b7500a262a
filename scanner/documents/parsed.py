"""What every reader of a text gives back: one document, or a part that cannot be read."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from scanner.errors import UnreadableError
from scanner.limits import Limits
from scanner.marks import Mark, key_line_of, line_of

SPREAD = "..."
"""The name with which a mapping shows that it has a spread: it may have any further field with any value."""


class Parsed(Struct):
    """One document of a text: its data, its marks, duplicate keys, and whether it has a null."""

    data: Any
    mark: Mark
    duplicates: list[tuple[str, int, int]] = field(default_factory=list)
    """(key, 0-based line, 0-based column) of each repetition; the last value is the one in the data."""
    has_null: bool = False
    replacing: list[tuple[int, int]] = field(default_factory=list)
    """0-based line and column of each value that Compose puts in the place of those of files before, by its tag."""


class ParseFault(Struct, frozen=True):
    """A part of a text that cannot be read, with the 0-based line of the fault."""

    message: str
    line: int
    last: bool = False
    """Nothing of the text behind it is read."""
    sketch: bool = False
    """An ellipsis replaces a part, so the text is only an illustration."""
    name: str = ""
    """Of the call that it is about."""
    span: tuple[int, int] = (0, 0)
    """Where the part begins and ends in the text."""


class LimitExceededError(UnreadableError):
    """A limit on a whole text is passed: nothing of it behind the 0-based line is read."""


def check_texts(data: Any, marks: Any, limits: Limits) -> None:
    """Raise UnreadableError with a 0-based line for a key or value of a collection that is too long.

    Only a text longer than the limit can hold one, so shorter ones are not checked.
    """
    entries = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in entries:
        if isinstance(value, str) and len(value) > limits.scalar:
            raise UnreadableError(limits.passed("scalar"), line_of(marks[key]))
        if isinstance(key, str) and len(key) > limits.scalar:
            raise UnreadableError(limits.passed("scalar"), key_line_of(marks[key]))
