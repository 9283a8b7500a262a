"""Lines as editors count them, where YAML counts more.

YAML ends a line at a lone carriage return, U+0085, U+2028 and U+2029 too; editors, SARIF and everything else here end
one at a line feed only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from scanner.late import regex

_BREAK = regex("\r\n|[\r\n\x85\u2028\u2029]")


class _Place(Struct, frozen=True):
    line: int
    column: int


class LineBreaks:
    """The lines of one YAML text: gives its parser's events the places that people know them by."""

    def __init__(self, text: str) -> None:
        odd = "\x85" in text or "\u2028" in text or "\u2029" in text or "\r" in text
        self.starts = list(_starts(text)) if odd else []
        """Line and column of the start of each YAML line; empty where both counts agree."""

    def place(self, mark: Any) -> Any:
        """The place of a parser's mark; None for none."""
        if mark is None or not self.starts:
            return mark
        line, column = self.starts[min(mark.line, len(self.starts) - 1)]
        return _Place(line, column + mark.column)

    def corrected(self, get_event: Callable[[], Any]) -> Callable[[], Any]:
        """The parser's next event, with its marks corrected where that is needed."""
        if not self.starts:
            return get_event

        def event() -> Any:
            found = get_event()
            if found is not None:
                found.start_mark, found.end_mark = self.place(found.start_mark), self.place(found.end_mark)
            return found

        return event


def _starts(text: str) -> list[tuple[int, int]]:
    starts, line, begin = [(0, 0)], 0, 0
    for found in _BREAK.finditer(text):
        if found[0].endswith("\n"):
            line, begin = line + 1, found.end()
        starts.append((line, found.end() - begin))
    return starts
