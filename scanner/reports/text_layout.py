"""A screen of text: its width and its colours."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from msgspec import Struct

from scanner.model import Severity
from scanner.reports.format import Presentation
from scanner.reports.safe_text import safe, width

_STYLES = {"bold": "1", "red": "31", "yellow": "33", "blue": "34", "cyan": "36", "grey": "2", "critical": "1;31"}
SEVERITY_STYLES = {
    Severity.CRITICAL: "critical",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "blue",
    Severity.INFO: "grey",
}
_LONGEST_LINE = 110
"""Columns of a paragraph on a wider screen, for the eye to find the next line."""
_SHORTEST_LINE = 30


class TextLayout(Struct, frozen=True):
    """Lays text out."""

    width: int
    colour: bool

    @classmethod
    def of(cls, presentation: Presentation) -> TextLayout:
        """The screen that a presentation is for."""
        return cls(presentation.width, presentation.colour)

    def paint(self, text: str, style: str) -> str:
        """Text in one of the styles."""
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self.colour and text else text

    def paragraph(self, text: str, label: str = "", indent: int = 0) -> Iterator[str]:
        """Text of anybody in lines that fit; the first begins with a label, all others are indented as it is wide."""
        line = safe(" ".join(text.split()))
        room = max(_SHORTEST_LINE, min(self.width, _LONGEST_LINE) - indent)
        first, *others = textwrap.wrap(line, room, break_on_hyphens=False, break_long_words=False) or [""]
        yield (self.paint(label.ljust(indent), "grey") if label else " " * indent) + safe(first)
        yield from (" " * indent + safe(each) for each in others)

    def cut(self, text: str, room: int) -> str:
        """As much of a text as some columns hold, with a mark where something is left out."""
        if width(text) <= room:
            return text
        kept = ""
        for character in text:
            if width(kept + character) >= room:
                break
            kept += character
        return f"{kept}…"
