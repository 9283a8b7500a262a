"""What of a change may have caused a finding that is not in the changed lines, such as a policy that was deleted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from scanner.gate.matching import parts_of
from scanner.model import Finding, Subject

_TOLD = 3
"""Changes that are named."""
_MOST_LINES = 20_000
"""Lines of a file from which all of them count as changed: comparing them takes time with their square."""
_PARTS_OF_OBJECTS = ("kubernetes.container", "kubernetes.workload", "kubernetes.control-plane")
"""Kinds of subjects that are a part of an object, which is a subject too."""


class State(Struct):
    """One state of a tree."""

    contents: Mapping[str, bytes]
    """Of the files that hold subjects."""
    subjects: Iterable[Subject]


class Causes:
    """The changes from one state of a tree to another."""

    def __init__(self, base: State, head: State) -> None:
        self._base = base
        self._head = head
        self._lines: dict[str, Collection[int] | None] = {}
        self._changes = sorted(_changed(base.subjects, head.subjects), key=_order)

    def told(self, finding: Finding) -> Finding:
        """A finding with what may have caused it, where it is not in the changed lines."""
        if not self._changes or self._holds(finding.location.path, finding.location.line, finding.location.end_line):
            return finding
        namespace = parts_of(finding.subject_id)[0]
        near = [each for each in self._changes if each.namespace in ("", namespace)]
        some = [each.words for each in (near or self._changes)]
        more = f", and {len(some) - _TOLD} more" if len(some) > _TOLD else ""
        return replace(finding, cause=f"{', '.join(some[:_TOLD])}{more}")

    def _holds(self, path: str, first: int, last: int) -> bool:
        """Whether a changed line is among those of a region."""
        if path not in self._lines:
            self._lines[path] = _changed_lines(self._base.contents.get(path), self._head.contents.get(path, b""))
        lines = self._lines[path]
        return lines is None or any(number in lines for number in range(first, last + 1))


class _Change(Struct, frozen=True):
    """An object that was added, changed or deleted."""

    namespace: str
    order: int
    words: str


def _order(change: _Change) -> tuple[int, str]:
    return change.order, change.words


def _changed_lines(before: bytes | None, now: bytes) -> Collection[int] | None:
    """Numbers of the lines of a file that are new or changed; None for all of them."""
    if before is None:
        return None
    old, new = before.splitlines(), now.splitlines()
    if max(len(old), len(new)) > _MOST_LINES:
        return None if old != new else ()
    numbers: set[int] = set()
    for what, _, _, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what != "equal":
            numbers.update(range(start + 1, end + 1))
    return numbers


def _changed(before: Iterable[Subject], now: Iterable[Subject]) -> Iterator[_Change]:
    past, present = _by_identity(before), _by_identity(now)
    for order, verb, some, others in ((0, "deleted", past, present), (2, "added", present, past)):
        for identity, subject in some.items():
            if identity not in others:
                yield _change(subject, order, verb)
    for identity, subject in present.items():
        if identity in past and not _same(past[identity].bindings, subject.bindings):
            yield _change(subject, 1, "changed")


def _same(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    return before == now


def _by_identity(subjects: Iterable[Subject]) -> dict[str, Subject]:
    return {each.identity: each for each in subjects if each.kind not in _PARTS_OF_OBJECTS}


def _change(subject: Subject, order: int, verb: str) -> _Change:
    return _Change(parts_of(subject.identity)[0], order, f"{subject.name} {verb} ({subject.origin.path})")
