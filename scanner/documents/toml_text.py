"""TOML text -> plain data and marks.

The standard library reads the data and refuses what is not TOML. It gives no places: these are found by reading the
text once more, which is then known to be valid.
"""

from __future__ import annotations

import math
import re
import tomllib
from bisect import bisect_right
from typing import Any

from msgspec import Struct

from scanner.documents.parsed import LimitExceededError, Parsed, check_texts
from scanner.errors import UnreadableError
from scanner.late import regex
from scanner.limits import Limits
from scanner.marks import Mark, Place, end_of, keyless

_BLANK = regex(r"(?:[ \t\r\n]|\#[^\n]*)*+")
_BETWEEN = regex(r"(?:[ \t\r\n,]|\#[^\n]*)*+")
_KEY = regex(r"""[ \t]*([A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')[ \t]*(?P<dot>\.)?""")
_VALUE = regex(
    r"""[ \t=]*("{3}(?:[^"\\]|\\.|"{1,2}(?!"))*+"{3,5}|'{3}(?:[^']|'{1,2}(?!'))*+'{3,5}"""
    r"""|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+'|[\[{]|[^\s,\]}\#]+(?:[ ][0-9][0-9:.+-]*Z?)?)""",
    re.DOTALL,
)
"""A text, the start of an array or of an inline table, or a number, a date or a word."""
_LINE = regex(r"\(at line (\d+), column \d+\)$")
_INT64 = range(-(2**63), 2**63)
_Key = tuple[int, int, int]
"""Line, column and end column of a key."""


class _Open(Struct, eq=False):
    """A table or an array under construction."""

    data: Any
    children: Any
    """Marks, and tables and arrays under construction, by key or in order."""
    key: _Key | None
    start: Place
    end: Place
    depth: int


def parse(text: str, limits: Limits) -> Parsed:
    """The one document of a TOML text; raises UnreadableError with the 0-based line of what is wrong."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _LINE.search(str(error))
        line = int(found[1]) - 1 if found else text.rstrip().count("\n")
        message = f"not valid TOML: {str(error).partition(' (at ')[0]}"
        raise UnreadableError(message, line) from None
    except RecursionError:
        raise UnreadableError(limits.passed("depth")) from None
    return Parsed(data, _Reader(text, data, limits).read())


class _Reader:
    """Finds the places of the keys and values of a valid text, without recursion."""

    def __init__(self, text: str, data: dict[str, Any], limits: Limits) -> None:
        self.text = text
        self.limits = limits
        self.starts = [0, *(found.end() for found in regex("\n").finditer(text))]
        self.position = 0
        self.values = 0
        self.root = _Open(data, {}, None, (0, 0), self._place(len(text)), 0)
        self.all = [self.root]
        """Every table and array, a holder before what is in it."""

    def read(self) -> Mark:
        holder = self.root
        while self._skip(_BLANK):
            if self.text[self.position] == "[":
                holder = self._header()
            else:
                self._value(*self._key(holder))
        for opened in reversed(self.all):
            self._close(opened)
        marks = {name: _mark(child) for name, child in self.root.children.items()}
        return keyless(self.root.start, self.root.end, marks)

    def _header(self) -> _Open:
        """The table that a line in brackets begins."""
        start = self._place(self.position)
        array = self.text.startswith("[[", self.position)
        self.position += 2 if array else 1
        holder, name, key = self._key(self.root)
        self.position = self.text.index("]", self.position) + (2 if array else 1)
        if array:
            items = holder.children.get(name) or self._open(holder, name, key, start)
            return self._open(items, len(items.children), None, start)
        table = holder.children.get(name) or self._open(holder, name, key, start)
        table.end = max(table.end, self._place(self.position))
        return table

    def _key(self, holder: _Open) -> tuple[_Open, str, _Key]:
        """The table that a key, which may have dots, leads to, and its last part."""
        while True:
            part = _KEY.match(self.text, self.position)
            assert part  # noqa: S101 - the text is valid
            self.position = part.end()
            name, (line, column) = _name(part[1]), self._place(part.start(1))
            key = (line, column, column + len(part[1]))
            if not part["dot"]:
                return holder, name, key
            inner = holder.children.get(name) or self._open(holder, name, key, (line, column))
            holder = inner.children[-1] if isinstance(inner.children, list) else inner

    def _value(self, holder: _Open, name: str | int, key: _Key | None) -> None:
        """Read a value, and all that is in it."""
        opened = self._take(holder, name, key)
        while opened:
            top = opened[-1]
            self._skip(_BETWEEN)
            if self.text[self.position] in "]}":
                self.position += 1
                top.end = self._place(self.position)
                opened.pop()
            elif isinstance(top.children, list):
                opened += self._take(top, len(top.children), None)
            else:
                opened += self._take(*self._key(top))

    def _take(self, holder: _Open, name: str | int, key: _Key | None) -> list[_Open]:
        """Put the next value into its holder; what it opens, if it is not a plain value."""
        found = _VALUE.match(self.text, self.position)
        assert found  # noqa: S101 - the text is valid
        self.position, words, start = found.end(), found[1], self._place(found.start(1))
        if words in "[{":
            return [self._open(holder, name, key, start)]
        value = holder.data[name]
        if not _is_plain(value):
            holder.data[name] = words
        mark = (*(key or (*start, 0)), *start, *self._place(self.position), None)
        self._put(holder, name, mark)
        return []

    def _open(self, holder: _Open, name: str | int, key: _Key | None, start: Place) -> _Open:
        data = holder.data[name]
        opened = _Open(data, [] if isinstance(data, list) else {}, key, start, start, holder.depth + 1)
        if opened.depth > self.limits.depth:
            raise UnreadableError(self.limits.passed("depth"), start[0])
        self._put(holder, name, opened)
        self.all.append(opened)
        return opened

    def _put(self, holder: _Open, name: str | int, what: Any) -> None:
        self.values += 1 if isinstance(name, int) else 2
        if self.values > self.limits.nodes:
            raise LimitExceededError(self.limits.passed("nodes"), self._place(self.position)[0])
        if isinstance(name, int):
            holder.children.append(what)
        else:
            holder.children[name] = what

    def _close(self, done: _Open) -> None:
        """Turn what is in a table or an array into marks; what it holds was closed before."""
        pairs = done.children.items() if isinstance(done.children, dict) else enumerate(done.children)
        for name, child in list(pairs):
            mark = done.children[name] = _mark(child)
            if done is not self.root:
                done.end = max(done.end, end_of(mark))
        if len(self.text) > self.limits.scalar:
            check_texts(done.data, done.children, self.limits)

    def _skip(self, what: Any) -> bool:
        """Pass over blanks and comments; whether anything follows."""
        self.position = what.match(self.text, self.position).end()
        return self.position < len(self.text)

    def _place(self, position: int) -> Place:
        line = bisect_right(self.starts, position) - 1
        return line, position - self.starts[line]


def _mark(child: Any) -> Mark:
    if not isinstance(child, _Open):
        return child  # type: ignore[no-any-return]
    return (*(child.key or (*child.start, 0)), *child.start, *child.end, child.children)


def _name(words: str) -> str:
    """The name that a part of a key is written for."""
    if words[0] == '"':
        return next(iter(tomllib.loads(f"{words} = 0"))) if "\\" in words else words[1:-1]
    return words[1:-1] if words[0] == "'" else words


def _is_plain(value: Any) -> bool:
    """Whether rules can work with a value; a date or a number of any size is its text."""
    if isinstance(value, int):
        return value in _INT64
    return isinstance(value, str) or (isinstance(value, float) and math.isfinite(value))
