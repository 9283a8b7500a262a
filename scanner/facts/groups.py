"""Subjects by group and kind: facts never join what describes different systems."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from scanner.documents.positions import find, locate
from scanner.model import Location, Subject

Group = dict[str, list[Subject]]
"""The subjects of one group, by kind."""


def by_group(subjects: Iterable[Subject]) -> list[Group]:
    """The groups of subjects, in order of appearance; a missing kind is an empty list."""
    groups: dict[str, Group] = {}
    for subject in subjects:
        groups.setdefault(subject.group, defaultdict(list))[subject.kind].append(subject)
    return list(groups.values())


def place(subject: Subject, *path: str) -> Location:
    """Where a field of a subject stands, or its deepest parent that exists."""
    mark, found = find(subject.marks[subject.focus], path)
    return locate(subject.origin, mark, ".".join(found))
