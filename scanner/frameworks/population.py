"""What was scanned, as far as it decides whether a control applies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from scanner.controls import ALWAYS, AppliesWhen
from scanner.facts.derived import Derived
from scanner.model import Input, Subject
from scanner.subjects.architecture import ASSET

_CATEGORIES = "categories"
_ARCHITECTURE = "architecture."


@dataclass(frozen=True, slots=True)
class Population:
    """What belongs to the scope of a framework."""

    kinds: frozenset[str] = frozenset()
    """Kinds of the subjects."""
    data: frozenset[str] | None = None
    """Categories of the data assets that specs list; None where no spec lists any."""
    uncategorised: bool = False
    """A listed data asset states no category, so that it may be of any."""
    incomplete: bool = False
    """Something that belongs to it was not assessed."""
    carried: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    """(path, identity) of a subject -> categories of the data that it is, holds or carries, where that is stated."""

    def meets(self, when: AppliesWhen) -> bool | None:
        """Whether what was scanned holds what a control is about; None where that cannot be told."""
        if when is ALWAYS:
            return True
        told = (self._has_subjects(when.subjects), self._has_data(when.data))
        return False if False in told else None if None in told else True

    def concerns(self, when: AppliesWhen, path: str, identity: str) -> bool:
        """Whether a subject may have to do with the data that a control is about."""
        carried = self.carried.get((path, identity))
        return not when.data or carried is None or not carried.isdisjoint(when.data)

    def _has_subjects(self, wanted: tuple[str, ...]) -> bool | None:
        if not wanted or any(kind in wanted or kind.partition(".")[0] in wanted for kind in self.kinds):
            return True
        return False if self.kinds and not self.incomplete else None

    def _has_data(self, wanted: tuple[str, ...]) -> bool | None:
        if not wanted:
            return True
        if self.data is None:
            return None
        if not self.data.isdisjoint(wanted):
            return True
        return None if self.uncategorised or self.incomplete else False


def population(
    inputs: Iterable[Input],
    subjects: Iterable[Subject],
    derived: Derived,
    holds: Callable[[str], bool],
    *,
    incomplete: bool,
) -> Population:
    """What of a scan lies under the paths of a scope.

    `subjects` are those that were kept, among them all of architecture specs.
    """
    kinds = frozenset(kind for item in inputs if holds(item.path) for kind in item.kinds)
    carried: dict[tuple[str, str], frozenset[str]] = {}
    assets: list[frozenset[str]] = []
    for subject in subjects:
        if not subject.kind.startswith(_ARCHITECTURE) or not holds(subject.origin.path):
            continue
        categories = _categories(subject, derived.facts(subject))
        if subject.kind == ASSET:
            assets.append(categories)
        if categories:
            carried[subject.origin.path, subject.identity] = categories
    data = frozenset().union(*assets) if assets else None
    return Population(kinds, data, not all(assets), incomplete, carried)


def _categories(subject: Subject, facts: Mapping[str, Any]) -> frozenset[str]:
    """What is stated of the data of a subject."""
    own = subject.bindings[subject.focus]
    stated = own.get(_CATEGORIES) if subject.kind == ASSET else facts.get(_CATEGORIES)
    return frozenset(item for item in stated if isinstance(item, str)) if isinstance(stated, list) else frozenset()
