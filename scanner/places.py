"""Places in inputs, and edits of them."""

from __future__ import annotations

from msgspec import Struct

ATTACK, COPY = "attack", "copy"
"""What a text for agents is: about attacks, or a copy of the documentation of a product."""
SCANNER = "scanner"
"""What an object that a text shows is: a scanner of machines, which reads what others must not reach."""
NAMED = "named"
"""What a file is that another one names, so that it is loaded whatever its own name is."""
SHOWN = "shown"
"""What data is that a code block of a text for agents holds: no tool loads it from there."""


class Location(Struct, frozen=True, array_like=True):
    """A region of an input: 1-based lines and columns in code points, the end column exclusive."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    field: str = ""
    """Dotted path of the field within its subject, empty for the subject as a whole."""


class Origin(Struct, frozen=True, array_like=True):
    """The place of a document's text in its input: lines to add, and columns to add to each of its lines."""

    path: str
    first_line: int = 0
    columns: tuple[int, ...] = ()
    parts: tuple[tuple[int, str], ...] = ()
    """(first line, path) of each of several files whose lines are counted on, for what is built from all of them."""
    purpose: str = ""
    """What the text is for: `ATTACK` or `COPY` where it is one for agents and says so, `SHOWN`, or `NAMED`."""


class Related(Struct, frozen=True, array_like=True):
    """A second place that a finding refers to."""

    location: Location
    message: str


class Edit(Struct, frozen=True, array_like=True):
    """A region of an input and the text that takes its place: places as in a Location, lines as the input ends them."""

    line: int
    column: int
    end_line: int
    end_column: int
    text: str


class Fix(Struct, frozen=True, array_like=True):
    """What would clear a finding: in words, and as edits of the input where it can be edited."""

    safe: bool
    """Behaviour that works today cannot change."""
    words: str
    """Such as `set securityContext.readOnlyRootFilesystem to true`."""
    edits: tuple[Edit, ...] = ()
    why_not: str = ""
    """Why there are no edits, empty where there are."""
