"""What every reader of a text gives back: one document, or a part that cannot be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from scanner.model import Mark

MAX_DEPTH = 200
"""Levels of nesting that are read, whatever the format."""
SPREAD = "..."
"""The name under which a mapping says that it takes fields from elsewhere: any field may be there, with any value."""


@dataclass(slots=True)
class Parsed:
    """One document of a text: its data, its marks, keys that stand twice, and whether a null stands in it."""

    data: Any
    mark: Mark
    duplicates: list[tuple[str, int, int]] = field(default_factory=list)
    """(key, 0-based line, 0-based column) of each repetition; the last value is the one in the data."""
    has_null: bool = False


@dataclass(frozen=True, slots=True)
class Broken:
    """A part of a text that cannot be read, with the 0-based line of the fault."""

    message: str
    line: int
