"""libyaml's events -> plain data and marks, without recursion.

The usual loaders crash at 25,000 levels of nesting and hang on a one-kilobyte merge bomb. Here depth is checked at
each event, aliases and merges are charged for what they stand for, and only plain `dict`, `list`, `str`, `int`,
`float`, `bool` and `None` come out.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from typing import Any

import yaml
from msgspec import Struct

from scanner.documents.collection import Collection
from scanner.documents.line_breaks import LineBreaks
from scanner.documents.parsed import LimitExceededError, Parsed, check_texts
from scanner.documents.scalars import Dialect, dialect, is_disputed, resolve, resolve_otherwise
from scanner.errors import UnreadableError
from scanner.limits import Limits
from scanner.marks import NOWHERE, end_of, start_of, with_children

_Events: Any = yaml.cyaml.CParser if yaml.__with_libyaml__ else yaml.Loader  # type: ignore[attr-defined]
_RESET, _OVERRIDE = "!reset", "!override"
"""The tags of Compose for a field of files before: it is to be as if it were not there, or only this value counts."""
_REPLACING = frozenset((_RESET, _OVERRIDE))
_BINARY = "tag:yaml.org,2002:binary"
_TYPED = {f"tag:yaml.org,2002:{name}" for name in ("int", "float", "bool", "null")}

_SHOWN = 40
"""Characters of a name that an error shows."""


class _Anchor(Struct, frozen=True):
    """The target of an alias."""

    data: Any
    marks: Any
    size: int
    height: int
    """Levels of nesting, 0 for a scalar."""
    text: str
    """How a scalar is written, for an alias that is a key."""
    plain: bool
    """A scalar that is neither quoted nor tagged."""


class Composer:
    """Builds the documents of one text; reading may continue behind a fault."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.own = self.own_before = self.borrowed = 0
        """Values of the text itself so far and before the document, and those that the document's aliases expand to."""
        self.unwatched = 0
        """Values up to which collections need no look: none where a key or value may be too long."""
        self.disputed: list[tuple[Collection, str | int, int, int, str]] = []
        """Scalars of the document that dialects differ on: their collection, key or index, line, column and text."""
        self.resets: list[tuple[Collection, str | int]] = []
        """Values of the document with the tag `!reset`: their collection, and key or index."""
        self.merging: list[Collection] = []
        """Mappings of the document with merge keys, in the order in which they were closed."""

    def documents(self, text: str, offset: int) -> Iterator[Parsed]:
        """The documents of the part that begins `offset` lines down.

        Raises yaml.YAMLError or UnreadableError (with a 0-based line) at the first fault.
        """
        self.breaks = LineBreaks(text)
        """Gives marks of the parser their places."""
        self.get_event = self.breaks.corrected(_Events(text).get_event)
        self.offset = self.document_line = offset
        """Where the part starts, and the latest document, as far as the parser came."""
        self.unwatched = self.limits.nodes if len(text) <= self.limits.scalar else 0
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
        parsed = Parsed(None, NOWHERE)
        anchors: dict[str, _Anchor | None] = {}
        root = Collection([], [], None, 0, self.document_line, None)
        stack, top, offset = [root], root, self.offset
        self.disputed, self.merging, self.own_before, self.borrowed = [], [], self.own, 0
        self.resets = []
        get_event = self.get_event
        while True:
            event = get_event()
            kind = event.__class__
            if kind is yaml.ScalarEvent:
                self.own += 1
                start, end = event.start_mark, event.end_mark
                line, end_line = start.line, end.line
                if event.anchor:
                    anchors[event.anchor] = _Anchor(_scalar(event), None, 1, 0, event.value, event.implicit[0])
                if top.key is None and top.data.__class__ is dict:
                    key, column = event.value if event.tag is None else _key(event), start.column
                    top.key = (key, line + offset, column, end.column if end_line == line else column + 1)
                    if key == "<<":
                        top.expect_merge(event, parsed)
                    continue
                value = _scalar(event)
                if value is None:
                    parsed.has_null = True
                elif value.__class__ is not str and event.implicit[0]:
                    self._note(stack, start, event.value)
                elif event.tag is not None and event.tag in _REPLACING:
                    self._replace(top, event, parsed)
                top.add(value, line + offset, start.column, end_line + offset, end.column, None, parsed)
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                top = self._open(event, kind is yaml.MappingStartEvent, stack, anchors, parsed)
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                done = stack.pop()
                top = stack[-1]
                self._close(done, top, event, anchors, parsed)
            elif kind is yaml.AliasEvent:
                self._alias(event, stack, anchors, parsed)
            else:  # DocumentEndEvent
                break
        return self._finish(root, parsed)

    def _finish(self, root: Collection, parsed: Parsed) -> Parsed | None:
        if not root.data:
            return None
        mark = root.marks[0]
        if root.data[0] is None and start_of(mark)[1] == end_of(mark)[1]:
            return None
        if self.own > self.unwatched:
            self._check(root)
        self._settle(root.data[0], parsed)
        parsed.data, parsed.mark = root.data[0], mark
        return parsed

    def _open(
        self, event: Any, mapping: bool, stack: list[Collection], anchors: dict[str, Any], parsed: Parsed
    ) -> Collection:
        line = event.start_mark.line + self.offset
        self.own += 1
        if len(stack) > self.limits.depth:
            raise UnreadableError(self.limits.passed("depth"), line)
        if stack[-1].waits_for_key:
            raise _no_key(line)
        if event.tag in _REPLACING:
            self._replace(stack[-1], event, parsed)
        if event.anchor:
            anchors[event.anchor] = None  # open: an alias to it now would be a circle
        opened = Collection(
            {} if mapping else [],
            {} if mapping else [],
            event.anchor,
            self.own + self.borrowed - 1,
            line,
            event.start_mark.column,
        )
        stack.append(opened)
        return opened

    def _close(self, done: Collection, top: Collection, event: Any, anchors: dict[str, Any], parsed: Parsed) -> None:
        if self.own > self.unwatched:
            self._check(done)
        if done.steps is not None:
            self.merging.append(done)
        end_line, end_column = done.end
        if event.end_mark.column > event.start_mark.column:  # a closing bracket stands in the text
            end_line, end_column = event.end_mark.line + self.offset, event.end_mark.column
        if done.anchor:
            size = self.own + self.borrowed - done.opened_at
            anchors[done.anchor] = _Anchor(done.data, done.marks, size, done.height, "", False)
        if done.height >= top.height:
            top.height = done.height + 1
        top.add(done.data, done.line, done.column, end_line, end_column, done.marks, parsed)

    def _alias(self, event: Any, stack: list[Collection], anchors: dict[str, _Anchor | None], parsed: Parsed) -> None:
        top, line = stack[-1], event.start_mark.line + self.offset
        target = anchors.get(event.anchor)
        if target is None:
            why = "refers to itself" if event.anchor in anchors else "has no anchor before it"
            message = f"the alias *{event.anchor[:_SHOWN]} {why}"
            raise UnreadableError(message, line)
        self.own += 1
        self._borrow(target.size, line)
        if len(stack) + target.height > self.limits.depth + 1:
            raise UnreadableError(self.limits.passed("depth"), line)
        start, end = event.start_mark, event.end_mark
        if not top.waits_for_key:
            top.height = max(top.height, target.height + 1)
            if target.plain and not isinstance(target.data, str | None):
                self._note(stack, start, target.text)
            top.add(target.data, line, start.column, line, end.column, target.marks, parsed)
        elif target.height:
            raise _no_key(line)
        else:
            top.key = (target.text, line, start.column, end.column)

    def _borrow(self, values: int, line: int) -> None:
        """Count the values that an alias expands to, which are limited in proportion to the document.

        The bound is go-yaml's: up to the limit any share is allowed; beyond it, aliases may have a share of all values
        that falls to a tenth where these are ten times the limit.
        """
        self.borrowed += values
        limit, total = self.limits.borrowed, self.own - self.own_before + self.borrowed
        share = 0.99 - 0.89 * (total - limit) / (9 * limit)
        if self.borrowed > limit and self.borrowed > total * max(share, 0.1):
            raise UnreadableError(self.limits.passed("borrowed"), line)

    def _note(self, stack: list[Collection], start: Any, text: str) -> None:
        """Remember a disputed scalar that is about to be added, unless the document is of Kubernetes already."""
        if not is_disputed(text):
            return
        if len(stack) > 1 and stack[1].data.__class__ is dict and "apiVersion" in stack[1].data:
            return
        top = stack[-1]
        key = top.key[0] if top.key else len(top.data)
        self.disputed.append((top, key, start.line + self.offset, start.column, text))

    def _replace(self, holder: Collection, event: Any, parsed: Parsed) -> None:
        """Remember the tag of the value that is about to be added."""
        parsed.replacing.append((event.start_mark.line + self.offset, event.start_mark.column))
        if event.tag == _RESET:
            self.resets.append((holder, holder.key[0] if holder.key else len(holder.data)))

    def _settle(self, root: Any, parsed: Parsed) -> None:
        """Read disputed scalars in the dialect of the document, and bring in what is merged."""
        if not self.disputed and not self.merging and not self.resets:
            return
        spoken = dialect(self._merged_into(root)) if isinstance(root, dict) else Dialect.PLAIN
        if spoken is not Dialect.KUBERNETES:
            for holder, key, line, column, text in self.disputed:
                if start_of(holder.marks[key]) == (line, column):  # no later value of the same key stands in its place
                    holder.data[key] = resolve_otherwise(text, spoken)
        for holder, key in self.resets if spoken is Dialect.COMPOSE else ():
            holder.data[key] = None
            holder.marks[key] = with_children(holder.marks[key], None)
            parsed.has_null = True
        for done in self.merging:
            done.merge(overriding=spoken is Dialect.KUBERNETES)

    def _merged_into(self, root: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """A mapping and all that is merged into it, directly or not."""
        merging = {id(done.data): done for done in self.merging}
        pending, seen = [root], {id(root)}
        while pending:
            data = pending.pop()
            yield data
            done = merging.get(id(data))
            for _, source, _ in (done.steps if done else None) or ():
                if source is not None and id(source) not in seen:
                    seen.add(id(source))
                    pending.append(source)

    def _check(self, done: Collection) -> None:
        """Hold a finished collection to the limits."""
        if self.own > self.limits.nodes:
            raise LimitExceededError(self.limits.passed("nodes"), done.line)
        if self.unwatched == 0:
            check_texts(done.data, done.marks, self.limits)


def _no_key(line: int) -> UnreadableError:
    return UnreadableError("a mapping key must not be a mapping or a list", line)


def _scalar(event: Any) -> Any:
    plain, _ = event.implicit
    if plain:
        return resolve(event.value)
    tag = event.tag
    if tag in _TYPED:
        return resolve(event.value)
    return _decoded(event.value) if tag == _BINARY else event.value


def _key(event: Any) -> str:
    """The text of a key, whatever its type."""
    text: str = event.value
    return _decoded(text) if event.tag == _BINARY else text


def _decoded(text: str) -> str:
    """The text that a `!!binary` scalar stands for, as the parser of Kubernetes reads it; itself where it is none."""
    try:
        return b64decode(text.replace("\r", "").replace("\n", ""), validate=True).decode("utf-8", "replace")
    except ValueError:
        return text
