"""YAML text -> plain data and marks, from libyaml's events, without recursion.

The usual loaders crash at 25,000 levels of nesting and hang on a one-kilobyte merge bomb. Here depth is checked at
each event, aliases and merges are charged for what they stand for, and only plain `dict`, `list`, `str`, `int`,
`float`, `bool` and `None` come out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from scanner.documents.scalars import resolve
from scanner.errors import UnreadableError
from scanner.model import Mark

MAX_DEPTH = 200
MAX_EXPANDED = 4_000_000
"""Nodes of one text, each alias counted as all that it stands for."""

_Events: Any = yaml.CLoader if yaml.__with_libyaml__ else yaml.Loader
_TYPED = {f"tag:yaml.org,2002:{name}" for name in ("int", "float", "bool", "null")}
_NEXT_DOCUMENT = re.compile(r"^---(?:[ \t]|$)", re.MULTILINE)


@dataclass(slots=True)
class Parsed:
    """One document of a text: its data, its marks, keys that stand twice, and whether a null stands in it."""

    data: Any
    mark: Mark
    duplicates: list[tuple[str, int, int]] = field(default_factory=list)
    """(key, 0-based line, 0-based column) of each repetition; the last value is the one in the data."""
    has_null: bool = False


@dataclass(frozen=True, slots=True)
class Broken:
    """A part of a text that cannot be read, with the 0-based line of the fault."""

    message: str
    line: int


def parse(text: str) -> Iterator[Parsed | Broken]:
    """The documents of a text, in order.

    A fault costs the document it stands in: reading goes on at the next `---` line after it.
    """
    offset = 0
    while True:
        composer = _Composer(text, offset)
        try:
            yield from composer.documents()
        except (yaml.YAMLError, UnreadableError) as error:
            broken = _broken(error, offset)
            yield broken
        else:
            return
        rest = _after(text, max(broken.line, composer.document_line + 1) - offset)
        if rest is None:
            return
        skipped, text = rest
        offset += skipped


def _broken(error: yaml.YAMLError | UnreadableError, offset: int) -> Broken:
    if isinstance(error, UnreadableError):
        return Broken(error.message, error.line)
    if isinstance(error, yaml.MarkedYAMLError):
        at = error.problem_mark or error.context_mark
        parts = [part for part in (error.problem, error.context) if part]
        return Broken("not valid YAML: " + ", ".join(parts), offset + (at.line if at else 0))
    return Broken("not valid YAML: " + str(error).splitlines()[0], offset)


def _after(text: str, line: int) -> tuple[int, str] | None:
    """The text from the first document start on or below a line, and how many lines it leaves out."""
    position = 0
    for _ in range(line):
        position = text.find("\n", position) + 1
        if position == 0:
            return None
    match = _NEXT_DOCUMENT.search(text, position)
    if match is None:
        return None
    return text.count("\n", 0, match.start()), text[match.start() :]


class _Composer:
    """Builds data and marks from the events of one parser."""

    def __init__(self, text: str, offset: int) -> None:
        self.parser = _Events(text)
        self.offset = offset
        self.expanded = 0
        self.document_line = offset

    def documents(self) -> Iterator[Parsed]:
        event = self.parser.get_event()
        while event is not None:
            if isinstance(event, yaml.DocumentStartEvent):
                self.document_line = (event.start_mark.line if event.start_mark else 0) + self.offset
                parsed = self._document()
                if parsed is not None:
                    yield parsed
            event = self.parser.get_event()

    def _document(self) -> Parsed | None:
        """One document; None for an empty one. `stack` holds the open collections, innermost last."""
        parsed = Parsed(None, (0, 0, 0, 0, 0, 0, 0, None))
        anchors: dict[str, tuple[Any, Any, int] | None] = {}
        root = _Open([], [], None, 0, 0, None)
        stack, top, offset = [root], root, self.offset
        get_event = self.parser.get_event
        while True:
            event = get_event()
            kind = event.__class__
            if kind is yaml.ScalarEvent:
                self.expanded += 1
                start, end = event.start_mark, event.end_mark
                line = start.line + offset
                if top.waits_for_key:
                    top.key = (event.value, line, start.column, end.column)
                    continue
                value = _scalar(event)
                if value is None:
                    parsed.has_null = True
                if event.anchor:
                    anchors[event.anchor] = (value, None, 1)
                top.add(value, line, start.column, end.line + offset, end.column, None, parsed)
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                top = self._open(event, kind is yaml.MappingStartEvent, stack, anchors)
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                done = stack.pop()
                top = stack[-1]
                self._close(done, top, event, anchors, parsed)
            elif kind is yaml.AliasEvent:
                self._alias(event, top, anchors, parsed)
            else:  # DocumentEndEvent
                break
        if not root.data or (root.data[0] is None and not root.marks[0][7] and root.marks[0][6] == root.marks[0][4]):
            return None
        parsed.data, parsed.mark = root.data[0], root.marks[0]
        return parsed

    def _open(self, event: Any, mapping: bool, stack: list[_Open], anchors: dict[str, Any]) -> _Open:
        line = event.start_mark.line + self.offset
        self.expanded += 1
        if len(stack) > MAX_DEPTH:
            message = f"nested deeper than {MAX_DEPTH} levels"
            raise UnreadableError(message, line)
        if self.expanded > MAX_EXPANDED:
            raise _too_large(line)
        if stack[-1].waits_for_key:
            message = "a mapping key is itself a mapping or a list"
            raise UnreadableError(message, line)
        if event.anchor:
            anchors[event.anchor] = None  # open: an alias to it now would be a circle
        opened = _Open(
            {} if mapping else [],
            {} if mapping else [],
            event.anchor,
            self.expanded,
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
            anchors[done.anchor] = (done.data, done.marks, self.expanded - done.opened_at)
        top.add(done.data, done.line, done.column, end_line, end_column, done.marks, parsed)

    def _alias(self, event: Any, top: _Open, anchors: dict[str, Any], parsed: Parsed) -> None:
        line = event.start_mark.line + self.offset
        target = anchors.get(event.anchor, 0)
        if not target:
            why = "refers to itself" if target is None else "has no anchor before it"
            message = f"the alias *{event.anchor} {why}"
            raise UnreadableError(message, line)
        data, marks, size = target
        self.expanded += size + 1
        if self.expanded > MAX_EXPANDED:
            raise _too_large(line)
        start, end = event.start_mark, event.end_mark
        if top.waits_for_key:
            top.key = (str(data), line, start.column, end.column)
            return
        top.add(data, line, start.column, line, end.column, marks, parsed)

    def _merge(self, done: _Open) -> None:
        """Bring the mappings under `<<` in: earlier ones win, and the mapping's own keys win over all."""
        for data, marks in done.merges:
            self.expanded += len(data)
            if self.expanded > MAX_EXPANDED:
                raise _too_large(done.line)
            for key, value in data.items():
                if key not in done.data:
                    done.data[key] = value
                    done.marks[key] = marks[key]


def _too_large(line: int) -> UnreadableError:
    return UnreadableError(f"stands for more than {MAX_EXPANDED:,} values once its aliases are followed", line)


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

    __slots__ = ("anchor", "column", "data", "end", "key", "line", "marks", "merges", "opened_at")

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
        if key == "<<" and self._takes_merge(value, children):
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
