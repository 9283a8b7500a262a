"""The arguments of a call, read by the grammar of JavaScript -> plain data and marks.

Nothing is run. A constant that the same text defines as a literal stands for its value; of any other expression the
value is UNKNOWN, and of a text with computed parts only the others are known.
"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any

from scanner.documents import ellipses
from scanner.documents.call_budget import Budget
from scanner.documents.constants import Constants
from scanner.documents.literals import UNKNOWN, WORDS, PartlyKnown, as_text, columns, is_known, number, shown, unescape
from scanner.documents.parsed import SPREAD, LimitExceededError, Parsed, check_texts
from scanner.documents.scalars import whole_characters
from scanner.errors import UnreadableError
from scanner.marks import NOWHERE, Children, Mark, Place, children_of, items_of, keyless

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax
    from tree_sitter import Parser

_NUMBERS = {
    "Number.POSITIVE_INFINITY": math.inf,
    "Number.MAX_VALUE": math.inf,
    "Number.MAX_SAFE_INTEGER": 2**53 - 1,
}
"""Constants of JavaScript that state a number without a limit."""
_INVALID = "the arguments are not valid JavaScript"
_NESTED = (
    "object",
    "array",
    "parenthesized_expression",
    "template_substitution",
    "binary_expression",
    "call_expression",
)


@cache
def _parser() -> Parser:
    import tree_sitter
    import tree_sitter_javascript

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_javascript.language()))


class Arguments:
    """Reads a `(...)`, a `{...}` or a plain value that starts at a line and column of a text."""

    def __init__(self, piece: str, place: Place, constants: Constants, budget: Budget, *, alone: bool = False) -> None:
        self.limits = budget.limits
        self.budget = budget
        self.constants = constants
        wrapped = alone or piece[0] == "{"
        self.source = (f"f({piece})" if wrapped else f"f{piece}").encode()
        self.shift = 2 if wrapped else 1
        self.line, self.column = place
        self.columns = [columns(text) for text in self.source.split(b"\n")]
        self.parsed = Parsed(None, NOWHERE)
        self.sketched = False
        """An ellipsis stands for some of the values."""
        self.size = 0
        """Values in these arguments, with those that constants stand for."""

    def read(self) -> Parsed:
        """The list of arguments."""
        root = _parser().parse(self.source).root_node
        if root.has_error:
            root = self._illustration()
        statement = root.named_children[0]
        arguments = statement.named_children[0].child_by_field_name("arguments")
        if arguments is None:
            message = "the call has no arguments"
            raise UnreadableError(message)
        values: list[Any]
        named = [child for child in arguments.named_children if child.type != "comment"]
        if named and all(child.type == "assignment_expression" for child in named):
            data, children = self._keywords(arguments)
            values, marks = [data], [keyless(*self._span(arguments), children)]
        else:
            values, marks = self._sequence(arguments, 0)
        if self.sketched and any(each is UNKNOWN or (isinstance(each, dict) and SPREAD in each) for each in values):
            raise UnreadableError(_INVALID)
        self.parsed.data = values
        self.parsed.mark = keyless(*self._span(arguments), marks)
        return self.parsed

    def _illustration(self) -> Syntax:
        """What the text is with a name for each ellipsis in the place of a value: of that, nothing is known."""
        named = ellipses.named(self.source.decode()).encode()
        self.sketched, self.source = named != self.source, named
        self.columns = [columns(line) for line in self.source.split(b"\n")]
        root = _parser().parse(self.source).root_node if self.sketched else None
        if root is None or root.has_error:
            raise UnreadableError(_INVALID)
        return root

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
            case "identifier" | "shorthand_property_identifier":
                return self._name(node)
        composed = {
            "template_string": self._template,
            "binary_expression": self._sum,
            "call_expression": self._stringified,
        }.get(node.type)
        return (composed(node, depth) if composed else self._scalar(node)), None

    def _scalar(self, node: Syntax) -> Any:
        match node.type:
            case "string":
                return self._string(node)
            case "true" | "false":
                return node.type == "true"
            case "number" | "unary_expression":
                return number(self._text(node))
            case "null" | "undefined":
                self.parsed.has_null = True
                return None
        return _NUMBERS.get(self._text(node), UNKNOWN)

    def _name(self, node: Syntax) -> tuple[Any, Children]:
        """What a name stands for: a constant, or a word of JavaScript or Python."""
        name, line = self._text(node), self._span(node)[0][0]
        if name == "Infinity":
            return math.inf, None
        if name in WORDS:
            return WORDS[name], None
        piece = self.constants.of(name)
        if piece is None:
            return UNKNOWN, None
        with self.constants.open(name):
            inner = Arguments(piece.text, piece.place, self.constants, self.budget, alone=True)
            try:
                read = inner.read()
            except UnreadableError as error:
                if isinstance(error, LimitExceededError):
                    raise
                return UNKNOWN, None
        self.size += inner.size
        self.budget.borrow(inner.size + len(piece.text) // 50, line)
        if len(read.data) != 1:
            return UNKNOWN, None
        return read.data[0], children_of(items_of(read.mark)[0])

    def _template(self, node: Syntax, depth: int) -> Any:
        parts, computed = [], False
        for child in node.named_children:
            if child.type != "template_substitution":
                parts.append(self._piece(child))
                continue
            inner = child.named_children
            value = self._value(inner[0], depth + 1)[0] if len(inner) == 1 else UNKNOWN
            text = as_text(value)
            computed = computed or text is None
            parts.append(self._text(child) if text is None else text)
        text = whole_characters("".join(parts))
        return PartlyKnown(text) if computed else text

    def _sum(self, node: Syntax, depth: int) -> Any:
        """Texts that are put together; any other arithmetic is computed."""
        sides: list[Syntax] = []
        while node.type == "binary_expression":
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            sign = node.child_by_field_name("operator")
            if left is None or right is None or sign is None or sign.type != "+":
                return UNKNOWN
            sides.append(right)
            node = left
        sides.append(node)
        values = [(side, self._value(side, depth + 1)[0]) for side in reversed(sides)]
        if not any(isinstance(value, str | PartlyKnown) for _, value in values):
            return UNKNOWN
        known = [as_text(value) for _, value in values]
        if all(text is not None for text in known):
            return "".join(text or "" for text in known)
        pairs = zip(values, known, strict=True)
        return PartlyKnown("".join(shown(value, text, self._text(side)) for (side, value), text in pairs))

    def _stringified(self, node: Syntax, depth: int) -> Any:
        """The text of `JSON.stringify({...})`, as it stands in the source; any other call is computed."""
        function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        if function is None or arguments is None or self._text(function) != "JSON.stringify":
            return UNKNOWN
        inner = arguments.named_children[:1]
        if not inner:
            return UNKNOWN
        text, value = self._text(inner[0]), self._value(inner[0], depth + 1)[0]
        return text if is_known(value) else UNKNOWN if value is UNKNOWN else PartlyKnown(text)

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
            if child.type == "spread_element":
                self._spread(child, depth, values, marks)
                continue
            name, key, value_node = self._pair(child)
            value, children = self._value(value_node, depth + 1) if value_node else (UNKNOWN, None)
            self._put(values, marks, name, value, self._mark(key, value_node or key, children))
        self._check(values, marks, node)
        return values, marks

    def _keywords(self, node: Syntax) -> tuple[dict[str, Any], dict[str, Mark]]:
        """Arguments by name, as Python writes them."""
        values: dict[str, Any] = {}
        marks: dict[str, Mark] = {}
        for child in node.named_children:
            left, right = child.child_by_field_name("left"), child.child_by_field_name("right")
            if left is None or right is None:
                continue
            value, children = self._value(right, 1)
            self._put(values, marks, self._text(left), value, self._mark(left, right, children))
        self._check(values, marks, node)
        return values, marks

    def _put(self, values: dict[str, Any], marks: dict[str, Mark], name: str, value: Any, mark: Mark) -> None:
        if name in values and name != SPREAD:
            self.parsed.duplicates.append((name, *mark[:2]))
        values[name] = value
        marks[name] = mark

    def _spread(self, node: Syntax, depth: int, values: dict[str, Any], marks: dict[str, Mark]) -> None:
        """Take in the fields of a known mapping; after any other the fields before it may have other values."""
        inner, children = self._value(node.named_children[0], depth + 1)
        if isinstance(inner, dict) and isinstance(children, dict):
            values.update(inner)
            marks.update(children)
            return
        for name in values:
            values[name] = UNKNOWN
        values[SPREAD], marks[SPREAD] = UNKNOWN, self._mark(node, node, None)

    def _pair(self, node: Syntax) -> tuple[str, Syntax, Syntax | None]:
        """Name, key and value of a property; a method has no value, and `[computed]` is called SPREAD."""
        if node.type == "shorthand_property_identifier":
            name = self._text(node)
            return (SPREAD, node, None) if self.sketched and name in ellipses.NAMES else (name, node, node)
        key, value = node.child_by_field_name("key"), node.child_by_field_name("value")
        if key is None or key.type == "computed_property_name":
            return SPREAD, node, None
        return self._string(key) if key.type == "string" else self._text(key), key, value

    def _check(self, values: Any, marks: Any, node: Syntax) -> None:
        """Hold a finished collection to the limits."""
        count = len(values) * (2 if isinstance(values, dict) else 1)
        self.size += count
        self.budget.take(count, self._span(node)[0][0])
        if len(self.source) > self.limits.scalar:
            check_texts(values, marks, self.limits)

    def _text(self, node: Syntax) -> str:
        return self.source[node.start_byte : node.end_byte].decode()

    def _string(self, node: Syntax) -> str:
        return whole_characters("".join(map(self._piece, node.named_children)))

    def _piece(self, node: Syntax) -> str:
        text = self._text(node)
        return unescape(text) if node.type == "escape_sequence" else text

    def _mark(self, key: Syntax, value: Syntax, children: Children) -> Mark:
        (line, column), (_, key_end) = self._span(key)
        start, end = self._span(value)
        return (line, column, key_end, *start, *end, children)

    def _span(self, node: Syntax) -> tuple[Place, Place]:
        return self._point(node.start_point), self._point(node.end_point)

    def _point(self, point: Any) -> Place:
        """A grammar point (row, byte column) as a 0-based line and column of the whole text."""
        row, byte_column = point[0], point[1]
        column = self.columns[row][byte_column]
        return self.line + row, column if row else column - self.shift + self.column
