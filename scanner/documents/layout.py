"""The lines of a text as an editor needs them: where values begin and end, and how the author indents."""

from __future__ import annotations

import re
from functools import cached_property

from scanner.errors import UneditableError
from scanner.late import regex
from scanner.marks import (
    Mark,
    Place,
    children_of,
    end_of,
    has_key,
    holds,
    key_end_of,
    key_start_of,
    line_of,
    start_of,
)
from scanner.places import Edit

_NESTED = regex(r"""^( *)[\w"'./-]+:[ \t]*(?:#.*)?\n(?=( *)(- |[\w"'./]))""", re.MULTILINE)
"""A key with a block below it: its indent, that of the block, and whether the block is a list."""
_FLOW = regex(r'^([ \t]*).*[{\[]\n(?=([ \t]+)["{\[\w])', re.MULTILINE)
"""A bracket that ends its line: the indent of the line and of the next."""
_INDENT = 2
_PROPERTIES = regex(r"(?:[&!][^\s,\[\]{}]*[ \t]*)*")
_ANCHOR = regex(r"&([^\s,\[\]{}]+)")
_BLANKS = regex(r"[ \t]*")
_COLON = regex(r"[ \t]*:")


class Layout:
    """A text that is to be edited."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.lines = text.split("\n")
        self._known: dict[int, tuple[Mark, list[Mark], set[int]]] = {}
        """By the identity of a collection's mark, which is kept with them: its own children, and their identities."""
        self._checked: dict[int, Mark] = {}
        """Marks where a change would change nothing else, by their identity."""

    @cached_property
    def step(self) -> int:
        """Columns that a mapping in a mapping is indented by."""
        return next((len(to) - len(out) for out, to, kind in self._nested if kind != "- " and to > out), _INDENT)

    @cached_property
    def list_step(self) -> int:
        """Columns that the dashes of a list in a mapping are indented by."""
        return next((len(to) - len(out) for out, to, kind in self._nested if kind == "- " and to >= out), _INDENT)

    @cached_property
    def flow_step(self) -> str:
        """What one level between brackets is indented by."""
        for out, to in _FLOW.findall(self._text):
            if to.startswith(out) and to != out:
                return str(to.removeprefix(out))
        return " " * _INDENT

    @cached_property
    def _nested(self) -> list[tuple[str, str, str]]:
        return _NESTED.findall(self._text)

    def at(self, place: Place, length: int = 1) -> str:
        """The characters from a place on. A line may be the whole file, so no more of it than requested is copied."""
        return self.lines[place[0]][place[1] : place[1] + length]

    def match(self, pattern: re.Pattern[str], place: Place) -> re.Match[str] | None:
        """What a pattern finds in a line from a place on."""
        return pattern.match(self.lines[place[0]], place[1])

    def pad(self, line: int) -> str:
        """The blanks that a line begins with."""
        found = _BLANKS.match(self.lines[line])
        return found[0] if found else ""

    def begins_line(self, mark: Mark) -> bool:
        """Whether only blanks precede an entry in its line."""
        line, column = key_start_of(mark)
        return len(self.pad(line)) == column

    def between(self, start: Place, end: Place) -> str:
        """The text of a region."""
        if start[0] == end[0]:
            return self.lines[start[0]][start[1] : end[1]]
        inner = self.lines[start[0] + 1 : end[0]]
        return "\n".join((self.lines[start[0]][start[1] :], *inner, self.lines[end[0]][: end[1]]))

    def content(self, mark: Mark) -> Place:
        """Where a value begins, behind its anchor and tag."""
        line, column = start_of(mark)
        properties = self.match(_PROPERTIES, (line, column))
        return line, properties.end() if properties else column

    def opener(self, mark: Mark) -> str:
        """The first character of a value: a bracket of a flow collection, `|` of a block of text; empty for none."""
        return self.at(self.content(mark))

    def is_marked(self, mark: Mark) -> bool:
        """Whether a value has an anchor or a tag."""
        return self.content(mark) != start_of(mark)

    def behind_colon(self, mark: Mark) -> Place:
        """The place behind the colon of an entry; raises UneditableError where none is found."""
        if not has_key(mark):
            raise UneditableError("the fix would replace a list item by another type of value")
        line, column = key_end_of(mark)
        colon = self.match(_COLON, (line, column))
        if colon is None:
            raise UneditableError("the key uses a YAML style that Assay does not edit")
        return line, colon.end()

    def last_line(self, mark: Mark) -> int:
        """The last line that holds something of a value."""
        first, (line, column) = line_of(mark), end_of(mark)
        if column == 0 and line > first:  # a block of text ends where the next line begins
            line -= 1
            while line > first and not self.lines[line].strip():
                line -= 1
        return line

    def end(self, mark: Mark) -> Place:
        """Where a value ends, before the end of its last line."""
        line, end = self.last_line(mark), end_of(mark)
        return end if line == end[0] else (line, len(self.lines[line]))

    @property
    def end_of_text(self) -> Place:
        """Behind the last character."""
        return len(self.lines) - 1, len(self.lines[-1])

    def ends_text(self, mark: Mark) -> bool:
        """Whether a value is the last in a text, on a line without an end."""
        return self.last_line(mark) + 1 >= len(self.lines)

    def check(self, mark: Mark) -> None:
        """Raise UneditableError where a change here would also change other places; looked at once for each mark."""
        if id(mark) in self._checked:
            return
        here = start_of(mark)
        if self.at(here) == "*":
            raise UneditableError("the value is a YAML alias, so a change would affect other places")
        if (anchor := self.match(_ANCHOR, here)) and self._has_alias(anchor[1]):
            message = f"the field has the anchor &{anchor[1]}, so a change would affect other places"
            raise UneditableError(message)
        self._checked[id(mark)] = mark

    def _has_alias(self, anchor: str) -> bool:
        return re.search(rf"\*{re.escape(anchor)}(?![^\s,\[\]{{}}])", self._text) is not None

    def own(self, mark: Mark) -> list[Mark]:
        """The children of a collection in the order of the text, without those that were merged in."""
        return self._own(mark)[1]

    def own_ids(self, mark: Mark) -> set[int]:
        """The identities of the same children."""
        return self._own(mark)[2]

    def _own(self, mark: Mark) -> tuple[Mark, list[Mark], set[int]]:
        """Found once: the fixes of a file are edits in the same collections."""
        if found := self._known.get(id(mark)):
            return found
        children = children_of(mark) or ()
        inside = children.values() if isinstance(children, dict) else children
        own = sorted((child for child in inside if holds(mark, key_start_of(child))), key=key_start_of)
        return self._known.setdefault(id(mark), (mark, own, set(map(id, own))))


def change(start: Place, end: Place, text: str) -> Edit:
    """The edit of a region."""
    return Edit(start[0] + 1, start[1] + 1, end[0] + 1, end[1] + 1, text)
