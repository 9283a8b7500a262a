"""What an output format declares of itself, so that the command line treats all formats alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import TypeAlias

from msgspec import Struct

from scanner.finished_scan import Scan

Render: TypeAlias = Callable[[Scan], str | Iterable[str]]
"""A finished scan -> its text, whole or in parts."""


class Presentation(Struct, frozen=True, kw_only=True):
    """The layout of a format for people, and what it includes; the same for a file and for a terminal."""

    width: int = 100
    """Columns that a line may have."""
    colour: bool = False
    unknown: bool = False
    """List each place of what is unknown, which is counted by rule otherwise."""
    statistics: bool = False
    """Counts by rule in the place of the findings."""
    paths: tuple[str, ...] = ()
    """What was scanned, as the command line has it, for commands that a reader may give next; empty for no files."""
    seconds: float | None = None
    """The duration of the scan; None where it is left out, so that a report repeats byte for byte."""


def duration_text(seconds: float) -> str:
    """How long something took, as a person reads it: `2.8 s`, `3 min 5 s`."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{seconds:.1f} s"


class Format(Struct, frozen=True, kw_only=True):
    """What a format requires of a scan."""

    shows_fixes: bool
    """The report shows the fix of each finding, so the scan has to compute it."""
    tells_commit: bool
    """The report states the Git commit of the scanned files, so it has to be looked up."""


class TextFormat(Format, frozen=True, kw_only=True):
    """A format that is one text, for a file or for standard output."""

    media_type: str
    """As IANA registers it; it also decides how the tests read the text back."""
    for_terminal: bool
    """Written in the encoding of the terminal; all other formats are UTF-8 wherever they go."""
    render: Render
    present: Callable[[Scan, Presentation], Iterable[str]] | None = None
    """The same for a presentation, where the format heeds any of it."""


def load(module: str) -> TextFormat:
    """The format that a module declares as `FORMAT`; only now is the module imported.

    Raises TypeError where it declares something else.
    """
    declared = import_module(module).FORMAT
    if not isinstance(declared, TextFormat):
        raise TypeError(f"{module}.FORMAT is a {type(declared).__name__}, not a TextFormat")
    return declared
