"""Subjects by group and kind: facts never join what describes different systems."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import ClassVar

from scanner.documents.positions import find, locate
from scanner.facts.step import FieldRead, Whole
from scanner.model import Subject
from scanner.places import Location

Group = dict[str, list[Subject]]
"""The subjects of one group, by kind."""


class Groups:
    """The groups of subjects in order of appearance; a kind that a group does not have is an empty list."""

    READS: ClassVar[tuple[FieldRead, ...]] = ()

    def __init__(self, subjects: Sequence[Subject], *, whole: Whole) -> None:
        groups: dict[str, Group] = {}
        for subject in subjects:
            groups.setdefault(subject.group, defaultdict(list))[subject.kind].append(subject)
        self.all = list(groups.values())
        self.whole = whole is True
        """The subjects are all there are."""


def place(subject: Subject, *path: str) -> Location:
    """The place of a field of a subject, or of its deepest parent that exists."""
    mark, found = find(subject.marks[subject.focus], path)
    return locate(subject.origin, mark, ".".join(found))
