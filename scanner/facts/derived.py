"""What was derived of subjects: their facts, and the places of other subjects that these were drawn from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from scanner.facts.lack import Lack, LackWords
from scanner.model import Subject
from scanner.places import Location, Related


class Derived:
    """The facts and related places of subjects; a subject of which nothing was derived has none."""

    def __init__(
        self,
        facts: Mapping[Subject, dict[str, Any]] | None = None,
        related: Mapping[Subject, dict[str, Location]] | None = None,
        traces: Mapping[Subject, tuple[Related, ...]] | None = None,
        lacks: Mapping[Subject, dict[str, LackWords]] | None = None,
    ) -> None:
        self._facts = dict(facts or {})
        self._related = dict(related or {})
        self._traces = dict(traces or {})
        self._lacks = dict(lacks or {})

    def with_those_of(self, some: Iterable[Subject], other: Derived) -> Derived:
        """The same, with what another holds of some further subjects."""
        facts, related, lacks = dict(self._facts), dict(self._related), dict(self._lacks)
        for subject in some:
            if subject in other._facts:
                facts[subject] = other._facts[subject]
            if subject in other._related:
                related[subject] = other._related[subject]
            if subject in other._lacks:
                lacks[subject] = other._lacks[subject]
        return Derived(facts, related, self._traces, lacks)

    def facts(self, subject: Subject) -> dict[str, Any]:
        """The facts of a subject by name: plain data that must not be changed."""
        return self._facts.get(subject, {})

    def told(self) -> Iterable[tuple[Subject, dict[str, Any]]]:
        """Each subject of which something was derived, with its facts."""
        return self._facts.items()

    def related(self, subject: Subject) -> Mapping[str, Location]:
        """The related places of a subject; those of an item of a fact are called `FACT.NUMBER.NAME`."""
        return self._related.get(subject, {})

    def trace(self, subject: Subject) -> tuple[Related, ...]:
        """The places that a fact of a subject was followed through, in their order."""
        return self._traces.get(subject, ())

    def lack(self, subject: Subject, fact: str, item: str, key: str) -> Lack | None:
        """Why a fact of a subject, or the field `key` of it or of one of its items, is absent; None where no step says.

        `item` is what the names of the related places of the item begin with.
        """
        known = self._lacks.get(subject, {})
        words = next((known[name] for name in (f"{item}{key}", item, f"{fact}.{key}", fact) if name in known), None)
        return words() if words else None
