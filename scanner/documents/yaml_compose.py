"""libyaml's events -> plain data and marks, without recursion.

The usual loaders crash at 25,000 levels of nesting and hang on a one-kilobyte merge bomb. Here depth is checked at
each event, aliases and merges are charged for what they stand for, and only plain `dict`, `list`, `str`, `int`,
`float`, `bool` and `None` come out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml

from scanner.documents.line_breaks import LineBreaks
from scanner.documents.parsed import MAX_DEPTH, Parsed
from scanner.documents.scalars import resolve
from scanner.errors import UnreadableError
from scanner.model import Mark

MAX_BORROWED = 400_000
"""Values that aliases and merges may stand for in a text that has not a tenth as many of its own; go-yaml's bound."""
_SHARE = 10

_Events: Any = yaml.CLoader if yaml.__with_libyaml__ else yaml.Loader
_TYPED = {f"tag:yaml.org,2002:{name}" for name in ("int", "float", "bool", "null")}


class _Anchor(NamedTuple):
    """What an alias stands for."""

    data: Any
    marks: Any
    size: int
    height: int
    """Levels of nesting, 0 for a scalar."""
    text: str
    """How a scalar is written, for an alias that is a key."""


class Composer:
    """Builds the documents of a text that stands `offset` lines down in its input."""

    def __init__(self, text: str, offset: int) -> None:
        self.breaks = LineBreaks(text)
        """Gives marks of the parser their places."""
        self.get_event = self.breaks.corrected(_Events(text).get_event)
        self.offset = offset
        self.own = self.borrowed = 0
        self.document_line = offset
        """Where the latest document starts, as far as the parser came."""

    def documents(self) -> Iterator[Parsed]:
        """The documents in order; raises yaml.YAMLError or UnreadableError (with a 0-based line) at the first fault."""
        event = self.get_event()
        while event is not None:
            if isinstance(event, yaml.DocumentStartEvent):
                self.document_line = (event.start_mark.line if event.start_mark else 0) + self.offset
                parsed = self._document()
                if parsed is not None:
                    yield parsed
            event = self.get_event()

    def _document(self) -> Parsed | None:
        """One document; None for an empty one. `stack` holds the open collections, innermost last."""
        parsed = Parsed(None, (0, 0, 0, 0, 0, 0, 0, None))
        anchors: dict[str, _Anchor | None] = {}
        root = _Open([], [], None, 0, 0, None)
        stack, top, offset = [root], root, self.offset
        get_event = self.get_event
        while True:
            event = get_event()
            kind = event.__class__
            if kind is yaml.ScalarEvent:
                self.own += 1
                start, end = event.start_mark, event.end_mark
                line, end_line = start.line, end.line
                if event.anchor:
                    anchors[event.anchor] = _Anchor(_scalar(event), None, 1, 0, event.value)
                if top.key is None and top.data.__class__ is dict:
                    key, column = event.value, start.column
                    top.key = (key, line + offset, column, end.column if end_line == line else column + 1)
                    top.merging = key == "<<" and event.implicit[0]
                    continue
                value = _scalar(event)
                if value is None:
                    parsed.has_null = True
                top.add(value, line + offset, start.column, end_line + offset, end.column, None, parsed)
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                top = self._open(event, kind is yaml.MappingStartEvent, stack, anchors)
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                done = stack.pop()
                top = stack[-1]
                self._close(done, top, event, anchors, parsed)
            elif kind is yaml.AliasEvent:
                self._alias(event, stack, anchors, parsed)
            else:  # DocumentEndEvent
                break
        if not root.data or (root.data[0] is None and not root.marks[0][7] and root.marks[0][6] == root.marks[0][4]):
            return None
        parsed.data, parsed.mark = root.data[0], root.marks[0]
        return parsed

    def _open(self, event: Any, mapping: bool, stack: list[_Open], anchors: dict[str, Any]) -> _Open:
        line = event.start_mark.line + self.offset
        self.own += 1
        if len(stack) > MAX_DEPTH:
            raise _too_deep(line)
        if stack[-1].waits_for_key:
            raise _no_key(line)
        if event.anchor:
            anchors[event.anchor] = None  # open: an alias to it now would be a circle
        opened = _Open(
            {} if mapping else [],
            {} if mapping else [],
            event.anchor,
            self.own + self.borrowed,
            line,
            event.start_mark.column,
        )
        stack.append(opened)
        return opened

    def _close(self, done: _Open, top: _Open, event: Any, anchors: dict[str, Any], parsed: Parsed) -> None:
        if done.merges:
            self._merge(done)
        end_line, end_column = done.end
        if event.end_mark.column > event.start_mark.column:  # a closing bracket stands in the text
            end_line, end_column = event.end_mark.line + self.offset, event.end_mark.column
        if done.anchor:
            size = self.own + self.borrowed - done.opened_at
            anchors[done.anchor] = _Anchor(done.data, done.marks, size, done.height, "")
        if done.height >= top.height:
            top.height = done.height + 1
        top.add(done.data, done.line, done.column, end_line, end_column, done.marks, parsed)

    def _alias(self, event: Any, stack: list[_Open], anchors: dict[str, _Anchor | None], parsed: Parsed) -> None:
        top, line = stack[-1], event.start_mark.line + self.offset
        target = anchors.get(event.anchor)
        if target is None:
            why = "refers to itself" if event.anchor in anchors else "has no anchor before it"
            message = f"the alias *{event.anchor} {why}"
            raise UnreadableError(message, line)
        self._borrow(target.size + 1, line)
        if len(stack) + target.height > MAX_DEPTH + 1:
            raise _too_deep(line)
        start, end = event.start_mark, event.end_mark
        if not top.waits_for_key:
            top.height = max(top.height, target.height + 1)
            top.add(target.data, line, start.column, line, end.column, target.marks, parsed)
        elif target.height:
            raise _no_key(line)
        else:
            top.key = (target.text, line, start.column, end.column)
            top.merging = False

    def _borrow(self, values: int, line: int) -> None:
        """Count what an alias or a merge stands for: a text may not stand for far more than it says."""
        self.borrowed += values
        if self.borrowed > max(MAX_BORROWED, _SHARE * self.own):
            message = f"its aliases stand for more than {MAX_BORROWED:,} values"
            raise UnreadableError(message, line)

    def _merge(self, done: _Open) -> None:
        """Bring the mappings under `<<` in: earlier ones win, and the mapping's own keys win over all."""
        for data, marks in done.merges:
            self._borrow(len(data), done.line)
            for key, value in data.items():
                if key not in done.data:
                    done.data[key] = value
                    done.marks[key] = marks[key]


def _too_deep(line: int) -> UnreadableError:
    return UnreadableError(f"nested deeper than {MAX_DEPTH} levels", line)


def _no_key(line: int) -> UnreadableError:
    return UnreadableError("a mapping key is itself a mapping or a list", line)


def _scalar(event: Any) -> Any:
    plain, _ = event.implicit
    if plain:
        return resolve(event.value)
    tag = event.tag
    if tag in _TYPED:
        return resolve(event.value)
    return event.value


class _Open:
    """A collection under construction."""

    __slots__ = (
        *("anchor", "column", "data", "end", "height", "key", "line", "marks", "merges", "merging", "opened_at"),
    )

    def __init__(
        self, data: Any, marks: Any, anchor: str | None, opened_at: int, line: int, column: int | None
    ) -> None:
        self.data = data
        self.marks = marks
        self.anchor = anchor
        self.opened_at = opened_at
        self.line = line
        self.column = column or 0
        self.end = (line, self.column)
        self.key: tuple[str, int, int, int] | None = None
        self.height = 1
        self.merging = False
        self.merges: list[tuple[dict[str, Any], dict[str, Mark]]] = []

    @property
    def waits_for_key(self) -> bool:
        return self.key is None and self.data.__class__ is dict

    def add(
        self, value: Any, line: int, column: int, end_line: int, end_column: int, children: Any, parsed: Parsed
    ) -> None:
        """Take a finished value in: under the waiting key, or as the next item."""
        self.end = (end_line, end_column)
        if self.data.__class__ is list:
            self.data.append(value)
            self.marks.append((line, column, 0, line, column, end_line, end_column, children))
            return
        key, key_line, key_column, key_end = self.key  # type: ignore[misc]
        self.key = None
        if self.merging and self._takes_merge(value, children):
            return
        if key in self.data:
            parsed.duplicates.append((key, key_line, key_column))
        self.data[key] = value
        self.marks[key] = (key_line, key_column, key_end, line, column, end_line, end_column, children)

    def _takes_merge(self, value: Any, children: Any) -> bool:
        if isinstance(value, dict):
            self.merges.append((value, children))
            return True
        if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            self.merges.extend((item, mark[7]) for item, mark in zip(value, children, strict=True))
            return True
        return False
