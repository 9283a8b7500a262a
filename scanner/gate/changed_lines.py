"""The lines of a file that a change adds or alters."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from difflib import SequenceMatcher

_MOST_LINES = 20_000
"""Lines of a file from which all of them count as changed: comparing them takes time with their square."""


def changed_lines(before: bytes | None, now: bytes) -> Collection[int] | None:
    """Numbers of the lines of a file that are new or changed; None for all of them."""
    return None if before is None else _changed(before.splitlines(), now.splitlines())


def changed_content(before: bytes, now: bytes) -> Collection[int] | None:
    """The same, of lines with another content than white space."""
    return _changed(*([line.strip() for line in each.splitlines()] for each in (before, now)))


def _changed(old: Sequence[bytes], new: Sequence[bytes]) -> Collection[int] | None:
    if max(len(old), len(new)) > _MOST_LINES:
        return None if old != new else ()
    numbers: set[int] = set()
    for what, _, _, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what != "equal":
            numbers.update(range(start + 1, end + 1))
    return numbers
