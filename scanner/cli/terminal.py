"""What standard output is: its width, and whether it shows colours, by the conventions that other programs follow."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from msgspec.structs import replace

from scanner.reports.format import Presentation

_NARROWEST = 40


def on_standard_output(presentation: Presentation, environment: Mapping[str, str], seconds: float) -> Presentation:
    """A presentation for standard output; how long the scan took is told on a terminal alone.

    A file or a pipe gets the same text in each run: no colours, unless FORCE_COLOR asks for them, and a fixed width,
    unless COLUMNS gives one.
    """
    terminal = sys.stdout.isatty()
    return replace(
        presentation,
        width=_width(presentation.width, environment, terminal=terminal),
        colour=_has_colours(environment, terminal=terminal),
        seconds=seconds if terminal else None,
    )


def counted(number: int, noun: str) -> str:
    """A number with its noun, in the plural unless it is one."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _width(fixed: int, environment: Mapping[str, str], *, terminal: bool) -> int:
    stated = environment.get("COLUMNS", "")
    if stated.isascii() and stated.isdecimal() and int(stated):
        return max(_NARROWEST, int(stated))
    return max(_NARROWEST, _columns() or fixed) if terminal else fixed


def _columns() -> int:
    """The width of the terminal; 0 if it does not tell."""
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns
    except (OSError, ValueError):
        return 0


def _has_colours(environment: Mapping[str, str], *, terminal: bool) -> bool:
    """NO_COLOR has priority over FORCE_COLOR, and both over the terminal. An empty variable has no effect."""
    if environment.get("NO_COLOR"):
        return False
    return bool(environment.get("FORCE_COLOR")) or (terminal and environment.get("TERM") != "dumb")
