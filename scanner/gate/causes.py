"""What of a change may have caused a finding that is not in the changed lines, such as a policy that was deleted."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from msgspec import Struct
from msgspec.structs import replace

from scanner.facts.setting import not_deployed
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
    subjects: Sequence[Subject]
    unused: Collection[str] = ()
    """Files that rendering does not use."""


class Causes:
    """The changes from one state of a tree to another."""

    def __init__(self, base: State, head: State) -> None:
        self._base = base
        self._head = head
        self._lines: dict[str, Collection[int] | None] = {}
        self._changes = sorted(_changed(_Objects(base), _Objects(head)), key=_order)

    def told(self, finding: Finding) -> Finding:
        """A finding with what may have caused it, where it is not in the changed lines."""
        if not self._changes or self._holds(finding.location.path, finding.location.line, finding.location.end_line):
            return finding
        namespace = parts_of(finding.subject_id)[0]
        some = [
            each.words
            for each in self._changes
            if each.identity != finding.subject_id and (not namespace or each.namespace in ("", namespace))
        ]
        if not some:
            return finding
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

    identity: str
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


class _Objects:
    """The objects of a state by their identities: of several, one that is deployed."""

    def __init__(self, state: State) -> None:
        apart = not_deployed(state.subjects, state.unused)
        some = [each for each in state.subjects if each.kind not in _PARTS_OF_OBJECTS]
        self.deployed = {each.identity: each for each in some if each not in apart}
        self.all = {each.identity: each for each in some} | self.deployed


def _changed(past: _Objects, present: _Objects) -> Iterator[_Change]:
    for identity, subject in past.all.items():
        if identity not in present.all:
            yield _change(subject, 0, "deleted")
        elif identity in past.deployed and identity not in present.deployed:
            yield _change(subject, 0, "not deployed any more")
        elif past.all[identity].bindings != present.all[identity].bindings:
            yield _change(present.all[identity], 1, "changed")
    for identity, subject in present.all.items():
        if identity not in past.all:
            yield _change(subject, 2, "added")


def _change(subject: Subject, order: int, verb: str) -> _Change:
    return _Change(
        subject.identity, parts_of(subject.identity)[0], order, f"{subject.name} {verb} ({subject.origin.path})"
    )
