"""Calls with literal arguments in JavaScript-like text -> plain data and marks.

Agent instructions write tool calls as JavaScript, often with a server name that is not an identifier and without
parentheses: `mcp__claude-flow__swarm_init({...})`, `mcp__claude-flow__swarm_init {...}`, `Task("Name", ...)`. The
call is found by name, its extent by matching brackets, and its arguments by a real JavaScript grammar. Nothing is run:
a value that is not a literal becomes UNKNOWN.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from scanner.documents.parsed import SPREAD, LimitExceededError, Parsed, ParseFault, check_texts
from scanner.documents.scalars import whole_characters
from scanner.errors import UnreadableError
from scanner.late import regex
from scanner.limits import Limits
from scanner.marks import NOWHERE, Children, Mark, Place, keyless

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax
    from tree_sitter import Parser

_CALL = regex(r"(?<![\w.$\"'`-])(mcp__[\w-]++(?=[ \t]*[({])|Task(?=[ \t]*\(\s*[\"'`]))[ \t]*")
"""`Task` is a common name: only a call with a text in front counts."""
_STEP = regex(
    r"""(?P<open>[({\[])|(?P<close>[)}\]])
    |//[^\n]*|/\*.*?(?:\*/|\Z)|"[^"\\\n]*(?:\\.[^"\\\n]*)*"|'[^'\\\n]*(?:\\.[^'\\\n]*)*'|`[^`\\]*(?:\\.[^`\\]*)*(?:`|\Z)""",
    re.DOTALL | re.VERBOSE,
)
"""A bracket, or something whose brackets do not count."""
_COMMENT = regex(r"[ \t]*(?://|\*(?!/))|.*/\*(?!.*\*/)")
"""The part of a line before a call that begins a comment, so that the call is only an illustration."""
_ELLIPSIS = regex(r"(?:[,{(\[]|^)[ \t]*+(?:\.\.\.|…)[ \t]*(?:[,)}\]]|/[/*]|$)", re.MULTILINE)
"""Three points in the place of an argument, which spread nothing."""
_NESTED = ("object", "array", "parenthesized_expression")
_LONGEST_SKETCH = 2_000
_CLOSING = {"(": ")", "{": "}", "[": "]"}


class _Unknown:
    """The type of UNKNOWN."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()
"""The value of an expression that the text computes, so that it is not known."""


class Call(Struct, frozen=True):
    """A call: its name, and its arguments as a parsed list."""

    name: str
    arguments: Parsed


def might_hold_calls(text: str) -> bool:
    """Whether a text is worth parsing for calls."""
    return "mcp__" in text or "Task" in text


def parse(text: str, limits: Limits) -> Iterator[Call | ParseFault]:
    """The calls of a text in order, each complete or broken."""
    position = counted = line = line_start = values = 0
    while match := _CALL.search(text, position):
        position = match.end()
        if _COMMENT.match(text, text.rfind("\n", 0, match.start()) + 1, match.start()):
            continue
        line += text.count("\n", counted, position)
        line_start = max(line_start, text.rfind("\n", counted, position) + 1)
        counted = position
        if not _is_call(match[1]):
            continue
        end = _extent(text, position)
        if end is None:
            yield ParseFault(f"the call of {match[1]} has no closing bracket", line, sketch=_is_sketch(text, position))
            continue
        arguments = _Arguments(text[position:end], line, position - line_start, limits, values)
        try:
            yield Call(match[1], arguments.read())
        except UnreadableError as error:
            spent = isinstance(error, LimitExceededError)
            message, sketch = f"the call of {match[1]}: {error.message}", _is_sketch(text, position, end)
            yield ParseFault(message, max(error.line, line), last=spent, sketch=sketch)
            if spent:
                return
        position, values = end, arguments.values


def _is_call(name: str) -> bool:
    """Whether a name is `Task` or `mcp__SERVER__TOOL`."""
    _, known, tool = name.removeprefix("mcp__").rpartition("__")
    return name == "Task" or bool(known and tool and "-" not in tool)


def _is_sketch(text: str, start: int, end: int | None = None) -> bool:
    """Whether a call has an ellipsis; of a call without an end only a limited part is searched."""
    return bool(_ELLIPSIS.search(text, start, end or start + _LONGEST_SKETCH))


def _extent(text: str, start: int) -> int | None:
    """The position behind the bracket that closes the one at `start`, None where there is none."""
    open_brackets: list[str] = []
    for step in _STEP.finditer(text, start):
        if step["open"]:
            open_brackets.append(_CLOSING[step["open"]])
        elif step["close"]:
            if not open_brackets or open_brackets.pop() != step["close"]:
                return None
            if not open_brackets:
                return step.end()
    return None


@cache
def _parser() -> Parser:
    import tree_sitter
    import tree_sitter_javascript

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_javascript.language()))


class _Arguments:
    """Reads a `(...)` or `{...}` that starts at a line and column of a text."""

    def __init__(self, piece: str, line: int, column: int, limits: Limits, values: int) -> None:
        self.limits = limits
        self.values = values
        """Keys, scalars and collections of the whole text so far."""
        bare = piece[0] == "{"
        self.source = (f"f({piece})" if bare else f"f{piece}").encode()
        self.shift = 2 if bare else 1
        self.line = line
        self.column = column
        self.columns = [_columns(text) for text in self.source.split(b"\n")]
        self.parsed = Parsed(None, NOWHERE)

    def read(self) -> Parsed:
        root = _parser().parse(self.source).root_node
        if root.has_error:
            message = "the arguments are not valid JavaScript"
            raise UnreadableError(message)
        statement = root.named_children[0]
        arguments = statement.named_children[0].child_by_field_name("arguments")
        if arguments is None:
            message = "the call has no arguments"
            raise UnreadableError(message)
        values, marks = self._sequence(arguments, 0)
        self.parsed.data = values
        self.parsed.mark = keyless(*self._span(arguments), marks)
        return self.parsed

    def _value(self, node: Syntax, depth: int) -> tuple[Any, Children]:
        """The value of an expression and the marks of its children."""
        if depth > self.limits.depth and node.type in _NESTED:
            raise UnreadableError(self.limits.passed("depth"), self._span(node)[0][0])
        match node.type:
            case "object":
                return self._mapping(node, depth)
            case "array":
                return self._sequence(node, depth)
            case "parenthesized_expression" if node.named_child_count == 1:
                return self._value(node.named_children[0], depth + 1)
        return self._scalar(node), None

    def _scalar(self, node: Syntax) -> Any:
        match node.type:
            case "string":
                return self._string(node)
            case "template_string":
                computed = any(child.type == "template_substitution" for child in node.named_children)
                return UNKNOWN if computed else self._string(node)
            case "true" | "false":
                return node.type == "true"
            case "number" | "unary_expression":
                return _number(self._text(node))
        if node.type in ("null", "undefined"):
            self.parsed.has_null = True
            return None
        return math.inf if node.type == "identifier" and self._text(node) == "Infinity" else UNKNOWN

    def _sequence(self, node: Syntax, depth: int) -> tuple[list[Any], list[Mark]]:
        values, marks = [], []
        for child in node.named_children:
            if child.type == "comment":
                continue
            value, children = self._value(child, depth + 1)
            values.append(value)
            marks.append(keyless(*self._span(child), children))
        self._check(values, marks, node)
        return values, marks

    def _mapping(self, node: Syntax, depth: int) -> tuple[dict[str, Any], dict[str, Mark]]:
        values: dict[str, Any] = {}
        marks: dict[str, Mark] = {}
        for child in node.named_children:
            if child.type == "comment":
                continue
            name, key, value_node = self._pair(child)
            value, children = self._value(value_node, depth + 1) if value_node else (UNKNOWN, None)
            (line, column), (_, key_end) = self._span(key)
            if name in values and name != SPREAD:
                self.parsed.duplicates.append((name, line, column))
            values[name] = value
            start, end = self._span(value_node or key)
            marks[name] = (line, column, key_end, *start, *end, children)
        self._check(values, marks, node)
        return values, marks

    def _check(self, values: Any, marks: Any, node: Syntax) -> None:
        """Hold a finished collection to the limits."""
        self.values += len(values) * (2 if isinstance(values, dict) else 1)
        if self.values > self.limits.nodes:
            raise LimitExceededError(self.limits.passed("nodes"), self._span(node)[0][0])
        if len(self.source) > self.limits.scalar:
            check_texts(values, marks, self.limits)

    def _pair(self, node: Syntax) -> tuple[str, Syntax, Syntax | None]:
        """Name, key and value of a property; no value for `{name}`; `...spread` and `[computed]` are called SPREAD."""
        if node.type == "shorthand_property_identifier":
            return self._text(node), node, None
        key, value = node.child_by_field_name("key"), node.child_by_field_name("value")
        if key is None or key.type == "computed_property_name":
            return SPREAD, node, None
        return self._string(key) if key.type == "string" else self._text(key), key, value

    def _text(self, node: Syntax) -> str:
        return self.source[node.start_byte : node.end_byte].decode()

    def _string(self, node: Syntax) -> str:
        parts = []
        for child in node.named_children:
            text = self._text(child)
            parts.append(_unescape(text) if child.type == "escape_sequence" else text)
        return whole_characters("".join(parts))

    def _span(self, node: Syntax) -> tuple[Place, Place]:
        return self._point(node.start_point), self._point(node.end_point)

    def _point(self, point: Any) -> Place:
        """A grammar point (row, byte column) as a 0-based line and column of the whole text."""
        row, byte_column = point[0], point[1]
        column = self.columns[row][byte_column]
        return self.line + row, column if row else column - self.shift + self.column


def _columns(line: bytes) -> Sequence[int]:
    """The column at each byte of a line that starts a character, and at its end."""
    if line.isascii():
        return range(len(line) + 1)
    return [0, *accumulate(byte & 0xC0 != 0x80 for byte in line)]  # noqa: PLR2004 - 10xxxxxx continues a character


def _number(text: str) -> Any:
    try:
        value: float = int(text.replace("_", ""), 0)
    except ValueError:
        try:
            value = float(text)
        except ValueError:
            return UNKNOWN
    return value if abs(value) < 2**63 else UNKNOWN


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}


def _unescape(text: str) -> str:
    body = text[1:]
    if body[0] in "ux":
        digits = body[1:].strip("{}")
        try:
            return chr(int(digits, 16))
        except (ValueError, OverflowError):
            return text
    return _ESCAPES.get(body, body)
