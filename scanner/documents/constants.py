"""The constants that a text of JavaScript defines as literals.

A name counts if the text defines it exactly once, with `const`, and nothing in the text changes what it holds or uses
the same name for something else.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from msgspec import Struct

from scanner.documents.brackets import extent
from scanner.late import regex
from scanner.marks import Place

_NAME = r"[A-Za-z_$][\w$]*+"
_DECLARED = regex(
    rf"(?<![\w.$])(const|let|var|function|class)[ \t]+({_NAME})[ \t]*(?::[^=\n;]{{1,200}}+)?(=(?![=>])\s*)?"
)
_TEXT = r"""(?:"(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)*+'|`(?:[^`\\]|\\[\s\S])*+`)"""
_PLAIN = regex(rf"{_TEXT}(?:\s*\+\s*(?:{_TEXT}|{_NAME}))*+|-?\d[\d_.]*+|true\b|false\b")
_BRACKETS = ("{", "[")
_CHANGED = regex(
    rf"(?<![\w.$])({_NAME})(?:\.[\w$]++|\[[^\]\n]{{0,100}}+\])++\s*(?:=(?![=>])|[-+*/%&|^?]{{1,3}}+=|\+\+|--)"
    rf"|(?<![\w.$])({_NAME})\.(?:push|unshift|splice|pop|shift|sort|reverse|fill|set|add|delete)\("
    rf"|\b(?:assign|defineProperty)\(\s*({_NAME})|\bdelete\s+({_NAME})"
)
_BOUND = regex(
    rf"\(([^()]{{0,300}}+)\)\s*(?:=>|\{{)|({_NAME})\s*=>|\b(?:const|let|var)\s*[\[{{]([^=]{{0,300}}+)=|\bcatch\s*\(([^)]*)"
)
"""Parameters, and names that are taken out of something."""
_NAMES = regex(_NAME)
_DEEPEST = 8
"""Constants that are defined through one another."""


class Piece(Struct, frozen=True):
    """The source of a value, and where it begins."""

    text: str
    place: Place


class Constants:
    """The constants of one text, looked up when a call names one."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._known: dict[str, Piece | None] = {}
        self._open: list[str] = []

    def of(self, name: str) -> Piece | None:
        """The value of a constant; None if the text does not state it."""
        if name in self._open or len(self._open) >= _DEEPEST:
            return None
        if name not in self._known:
            start = self._starts.get(name)
            self._known[name] = None if start is None or name in self._uncertain else self._piece(start)
        return self._known[name]

    @contextmanager
    def open(self, name: str) -> Iterator[None]:
        """While the value of a constant is read, the constant itself is not a part of it."""
        self._open.append(name)
        try:
            yield
        finally:
            self._open.pop()

    @cached_property
    def _starts(self) -> dict[str, int | None]:
        """Where the value of each name begins; None if there is no value, or several definitions."""
        found: dict[str, int | None] = {}
        for each in _DECLARED.finditer(self._text):
            certain = each[1] == "const" and each[3] and each[2] not in found
            found[each[2]] = each.end() if certain else None
        return found

    @cached_property
    def _uncertain(self) -> set[str]:
        """Names whose value changes, or that are something else in a part of the text."""
        changed = {name for found in _CHANGED.finditer(self._text) for name in found.groups() if name}
        bound = (part for found in _BOUND.finditer(self._text) for part in found.groups() if part)
        return changed.union(*(_NAMES.findall(part) for part in bound))

    def _piece(self, start: int) -> Piece | None:
        if self._text.startswith(_BRACKETS, start):
            end = extent(self._text, start)
        else:
            plain = _PLAIN.match(self._text, start)
            end = plain.end() if plain else None
        if end is None:
            return None
        line = bisect_right(self._lines, start) - 1
        return Piece(self._text[start:end], (line, start - self._lines[line]))

    @cached_property
    def _lines(self) -> list[int]:
        return [0, *(found.end() for found in regex("\n").finditer(self._text))]
