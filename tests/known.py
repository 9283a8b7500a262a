"""Subjects with what is derived of them, for tests that ask for both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from scanner import facts
from scanner.facts import registry
from scanner.facts.field_filter import FieldFilter
from scanner.facts.step import Whole, read
from scanner.model import Subject
from scanner.places import Location
from scanner.subjects import KINDS
from scanner.subjects.kubernetes import CONTAINER


@dataclass(frozen=True)
class Known:
    """A subject, its facts and its related places."""

    subject: Subject
    facts: dict[str, Any]
    related: Mapping[str, Location]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.subject, name)


def cut(subjects: Iterable[Subject]) -> list[Subject]:
    """The subjects that facts are about, with no more than the fields that facts declare to read."""
    return list(FieldFilter(read(kind) for kind in KINDS if kind != CONTAINER and registry.of(kind)).of(subjects))


def known(subjects: Iterable[Subject], *, whole: Whole = True) -> list[Known]:
    """Subjects with what is derived of them."""
    some = list(subjects)
    derived = facts.derive(some, whole=whole)
    return [Known(subject, derived.facts(subject), derived.related(subject)) for subject in some]
