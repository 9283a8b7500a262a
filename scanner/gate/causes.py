"""What of a change may have caused a finding that is not in the changed lines, such as a policy that was deleted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from scanner.facts.setting import not_deployed
from scanner.gate.changed_lines import changed_lines
from scanner.gate.matching import parts_of
from scanner.model import Finding, Subject

_TOLD = 3
"""Changes that are named."""
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
        self._changes = sorted(_changed(Objects(base), Objects(head)), key=_order)

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
            self._lines[path] = changed_lines(self._base.contents.get(path), self._head.contents.get(path, b""))
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


class Objects:
    """The objects of a state by their identities, and those of them that are deployed."""

    def __init__(self, state: State) -> None:
        self.every = state.subjects
        apart = not_deployed(state.subjects, state.unused)
        some = [each for each in state.subjects if each.kind not in _PARTS_OF_OBJECTS]
        self.deployed_ones = frozenset(each for each in some if each not in apart)
        self.deployed = _by_identity(each for each in some if each not in apart)
        self.all = _by_identity(some)

    def of(self, identity: str) -> list[Subject]:
        """The objects of an identity: those that are deployed if there are any."""
        return self.deployed.get(identity) or self.all.get(identity, [])


def _by_identity(subjects: Iterable[Subject]) -> dict[str, list[Subject]]:
    found: dict[str, list[Subject]] = {}
    for each in subjects:
        found.setdefault(each.identity, []).append(each)
    return found


def _changed(past: Objects, present: Objects) -> Iterator[_Change]:
    for identity in past.all:
        before, now = past.of(identity), present.of(identity)
        if not now:
            yield _change(before[0], 0, "deleted")
        elif identity in past.deployed and identity not in present.deployed:
            yield _change(before[0], 0, "not deployed any more")
        else:
            known = [each.bindings for each in before]
            other = [each for each in now if each.bindings not in known]
            if other:
                yield _change(other[0], 2 if len(now) > len(before) else 1, _VERBS[len(now) > len(before)])
    for identity, some in present.all.items():
        if identity not in past.all:
            yield _change(some[0], 2, "added")


_VERBS = ("changed", "added")


def _change(subject: Subject, order: int, verb: str) -> _Change:
    return _Change(
        subject.identity, parts_of(subject.identity)[0], order, f"{subject.name} {verb} ({subject.origin.path})"
    )
