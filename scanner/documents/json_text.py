"""JSON text -> plain data and marks, in one pass over its tokens, without recursion."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

from msgspec import Struct

from scanner.documents.parsed import Parsed, check_texts
from scanner.documents.scalars import whole_characters
from scanner.errors import UnreadableError
from scanner.late import regex
from scanner.limits import Limits
from scanner.marks import NOWHERE

_TOKEN = regex(
    r"""[ \t\r]*(?:
        (\n)
        |("[^"\\\x00-\x1f]*(?:\\.[^"\\\x00-\x1f]*)*")
        |(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)
        |(true|false|null)
        |([\[\]{},:])
    )""",
    re.VERBOSE,
)
_COMMENT = regex(r"[ \t\r]*(//[^\n]*|/\*.*?\*/)", re.DOTALL)
_WORDS = {"true": True, "false": False, "null": None}
_LONGEST_NUMBER = 40
_INT64 = range(-(2**63), 2**63)


_Key = tuple[str, int, int, int]
"""A key with its 0-based line, column and end column."""


class _Open(Struct):
    """A collection under construction, and its key in the parent."""

    data: Any
    marks: Any
    start: tuple[int, int]
    key: _Key | None


def parse(text: str, limits: Limits, *, relaxed: bool = False) -> Parsed:
    """The one document of a JSON text; `relaxed` lets comments and a comma behind the last item pass, as editors do.

    Raises UnreadableError with the 0-based line of the first thing that is not JSON or passes a limit.
    """
    return _Reader(text, limits, relaxed=relaxed).read()


def is_stream_of_objects(text: str) -> bool:
    """Whether a text is one JSON value after the other, as kubectl takes them, and may hold a manifest."""
    if '"apiVersion"' not in text:
        return False
    try:
        _, end = json.JSONDecoder().raw_decode(text.lstrip())
    except (ValueError, RecursionError):
        return False
    return text.lstrip()[end:].lstrip().startswith(("{", "["))


class _Reader:
    """Reads tokens into the innermost open collection until the outermost value is closed."""

    def __init__(self, text: str, limits: Limits, *, relaxed: bool) -> None:
        self.text = text
        self.relaxed = relaxed
        self.limits = limits
        self.long = len(text) > limits.scalar
        """A text may be too long."""
        self.own = 0
        """Values in collections that are closed."""
        self.position = 0
        self.line = 0
        self.line_start = 0
        self.parsed = Parsed(None, NOWHERE)
        self.stack: list[_Open] = [_Open([], [], (0, 0), None)]
        self.key: _Key | None = None
        self.expect = "value"

    def read(self) -> Parsed:
        root = self.stack[0]
        while True:
            lexeme, kind, column = self._next()
            if not lexeme:
                break
            if len(self.stack) == 1 and root.data:
                self._fail(f"found {lexeme[:20]!r} after the end of the document")
            if kind == "mark":
                self._mark(lexeme, column)
            else:
                self._scalar(lexeme, kind, column)
        if len(self.stack) > 1 or not root.data:
            self.line = self.text.rstrip().count("\n")
            self._fail("unexpected end of file")
        self._check(root)
        self.parsed.data, self.parsed.mark = root.data[0], root.marks[0]
        return self.parsed

    def _mark(self, lexeme: str, column: int) -> None:
        """Take a bracket, comma or colon in."""
        top = self.stack[-1]
        if lexeme in "[{" and self.expect in ("value", "value or end"):
            if len(self.stack) > self.limits.depth:
                raise UnreadableError(self.limits.passed("depth"), self.line)
            mapping = lexeme == "{"
            opened = _Open({} if mapping else [], {} if mapping else [], (self.line, column), self.key)
            self.stack.append(opened)
            self.key, self.expect = None, "key or end" if mapping else "value or end"
        elif lexeme == ("}" if isinstance(top.data, dict) else "]") and self.expect.endswith("end"):
            done = self.stack.pop()
            self._check(done)
            self._add(done.key, done.data, (*done.start, self.line, column + 1), done.marks)
        elif lexeme == "," and self.expect == "comma or end":
            after = "key" if isinstance(top.data, dict) else "value"
            self.expect = f"{after} or end" if self.relaxed else after
        elif lexeme == ":" and self.expect == "colon":
            self.expect = "value"
        else:
            self._fail(f"found {lexeme!r} where a {self.expect} is expected")

    def _scalar(self, lexeme: str, kind: str, column: int) -> None:
        """Take a text, number or word in: as a key or as a value."""
        if kind == "text" and self.expect in ("key", "key or end"):
            self.key = (self._string(lexeme), self.line, column, column + len(lexeme))
            self.expect = "colon"
        elif self.expect in ("value", "value or end"):
            self._add(self.key, self._value(lexeme, kind), (self.line, column, self.line, column + len(lexeme)), None)
            self.key = None
        else:
            self._fail(f"found {lexeme[:20]!r} where a {self.expect} is expected")

    def _next(self) -> tuple[str, str, int]:
        """The next token, its kind (text, number, word, mark) and its column; an empty token at the end."""
        while (match := _TOKEN.match(self.text, self.position)) or self._passes_comment():
            if match is None:
                continue
            self.position = match.end()
            group = match.lastindex or 1
            if group == 1:
                self.line += 1
                self.line_start = self.position
                continue
            return match[group], ("", "", "text", "number", "word", "mark")[group], match.start(group) - self.line_start
        if self.text[self.position :].strip():
            self._fail(f"found {self.text[self.position :].strip()[:20]!r}, which is not JSON")
        return "", "", 0

    def _passes_comment(self) -> bool:
        """Go past the comment that comes next, where one may; whether there was one."""
        found = _COMMENT.match(self.text, self.position) if self.relaxed else None
        if found is None:
            return False
        self.position = found.end()
        if breaks := found[1].count("\n"):
            self.line += breaks
            self.line_start = self.text.rindex("\n", 0, self.position) + 1
        return True

    def _add(self, key: _Key | None, value: Any, place: tuple[int, int, int, int], children: Any) -> None:
        """Put a finished value into the innermost open collection."""
        top = self.stack[-1]
        self.expect = "comma or end"
        if value is None:
            self.parsed.has_null = True
        if key is None:
            top.data.append(value)
            top.marks.append((place[0], place[1], 0, *place, children))
            return
        name, line, column, end = key
        if name in top.data:
            self.parsed.duplicates.append((name, line, column))
        top.data[name] = value
        top.marks[name] = (line, column, end, *place, children)

    def _value(self, lexeme: str, kind: str) -> Any:
        if kind == "text":
            return self._string(lexeme)
        if kind == "word":
            return _WORDS[lexeme]
        if any(letter in lexeme for letter in ".eE"):
            number = float(lexeme)
            return lexeme if math.isinf(number) else number
        if len(lexeme) > _LONGEST_NUMBER or int(lexeme) not in _INT64:
            return lexeme
        return int(lexeme)

    def _string(self, lexeme: str) -> str:
        if "\\" not in lexeme:
            return lexeme[1:-1]
        try:
            return whole_characters(json.loads(lexeme))
        except ValueError:
            self._fail("a string contains an escape sequence that is not valid JSON")

    def _check(self, done: _Open) -> None:
        """Hold a finished collection to the limits."""
        self.own += len(done.data) * (2 if isinstance(done.data, dict) else 1)
        if self.own > self.limits.nodes:
            raise UnreadableError(self.limits.passed("nodes"), done.start[0])
        if self.long:
            check_texts(done.data, done.marks, self.limits)

    def _fail(self, why: str) -> NoReturn:
        message = f"not valid JSON: {why}"
        raise UnreadableError(message, self.line)
