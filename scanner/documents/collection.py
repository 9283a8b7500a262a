"""A YAML collection under construction, and the mappings that merge keys (`<<`) bring into it."""

from __future__ import annotations

from typing import Any

from scanner.documents.parsed import Parsed
from scanner.errors import UnreadableError
from scanner.marks import children_of

_MERGE_TAG = "tag:yaml.org,2002:merge"
_Key = tuple[str, int, int, int]
"""A key with its line, column and end column."""


class Collection:
    """A mapping or list that is not closed yet, or one that waits for the end of its document to be merged."""

    __slots__ = (
        *("anchor", "column", "data", "end", "height", "key", "line", "marks", "opened_at"),
        *("before", "merging", "steps"),
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
        self.key: _Key | None = None
        self.height = 1
        self.merging = False
        """The next value belongs to a merge key."""
        self.before = 0
        """The number of keys before the first merge key."""
        self.steps: list[tuple[str, Any, Any]] | None = None
        """From the first merge key on: each key, or "", data and marks of a mapping to merge, in order."""

    @property
    def waits_for_key(self) -> bool:
        """Whether a key belongs next."""
        return self.key is None and self.data.__class__ is dict

    def expect_merge(self, event: Any, parsed: Parsed) -> None:
        """Note that the key `<<` was read: unless it is quoted, its value is merged."""
        if not event.implicit[0] and event.tag != _MERGE_TAG:
            return
        self.merging = True
        if self.steps is None:
            self.steps, self.before = [], len(self.data)
        else:
            parsed.duplicates.append(self.key[:3])  # type: ignore[index]

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
        if self.steps is not None:
            if self.merging:
                self._take_merge(value, children, key_line)
                return
            self.steps.append((key, None, None))
        if key in self.data:
            parsed.duplicates.append((key, key_line, key_column))
        self.data[key] = value
        self.marks[key] = (key_line, key_column, key_end, line, column, end_line, end_column, children)

    def _take_merge(self, value: Any, children: Any, line: int) -> None:
        """Remember the mappings under a merge key, in the order in which the later overrides the earlier."""
        pairs = [(value, children)]
        if isinstance(value, list):
            pairs = [(item, children_of(mark)) for item, mark in zip(value, children, strict=True)]
        if not all(isinstance(data, dict) for data, _ in pairs):
            message = "the merge key << takes a mapping or a list of mappings"
            raise UnreadableError(message, line)
        self.merging = False
        self.steps.extend(("", data, marks) for data, marks in reversed(pairs))  # type: ignore[union-attr]

    def merge(self, *, overriding: bool) -> None:
        """Bring the mappings in.

        `overriding` is go-yaml v2's way: what is merged overrides the keys that stand above the merge key. Otherwise
        the mapping's own keys win wherever they stand, as the definition of the merge key says.
        """
        own, own_marks = dict(self.data), dict(self.marks)
        for key in list(own)[self.before :]:
            del self.data[key], self.marks[key]
        for key, data, marks in self.steps or ():
            if key:
                self.data[key], self.marks[key] = own[key], own_marks[key]
            else:
                self.data.update(data)
                self.marks.update(marks)
        if not overriding:
            self.data.update(own)
            self.marks.update(own_marks)
