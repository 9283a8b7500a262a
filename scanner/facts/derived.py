"""What was derived of subjects: their facts, and the places of other subjects that these were drawn from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from scanner.model import Subject
from scanner.places import Location, Related


class Derived:
    """The facts and related places of subjects; a subject of which nothing was derived has none."""

    def __init__(
        self,
        facts: Mapping[Subject, dict[str, Any]] | None = None,
        related: Mapping[Subject, dict[str, Location]] | None = None,
        traces: Mapping[Subject, tuple[Related, ...]] | None = None,
    ) -> None:
        self._facts = dict(facts or {})
        self._related = dict(related or {})
        self._traces = dict(traces or {})

    def with_those_of(self, some: Iterable[Subject], other: Derived) -> Derived:
        """The same, with what another holds of some further subjects."""
        facts, related = dict(self._facts), dict(self._related)
        for subject in some:
            if subject in other._facts:
                facts[subject] = other._facts[subject]
            if subject in other._related:
                related[subject] = other._related[subject]
        return Derived(facts, related)

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
