"""What was scanned, as far as it decides whether a control applies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct, field

from scanner.controls import AppliesWhen
from scanner.facts.derived import Derived
from scanner.model import Input, Subject
from scanner.subjects.architecture import ASSET, CATEGORIES_OF_DATA

_CATEGORIES = "categories"
_UNDEFINED = "undefined_data"
FACTS_READ = (_CATEGORIES, _UNDEFINED)
"""The facts that decide what belongs to a framework."""
_ARCHITECTURE = "architecture."


class Population(Struct, frozen=True):
    """What belongs to the scope of a framework."""

    kinds: frozenset[str] = frozenset()
    """Kinds of the subjects."""
    data: frozenset[str] | None = None
    """Categories of the data assets that specs list; None where no spec lists any."""
    uncategorised: bool = False
    """Data of some spec is not listed, or states no category that is known, so that it may be of any; a data asset that
    states its own is of these all the same.
    """
    incomplete: bool = False
    """Something that belongs to it was not assessed."""
    carried: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    """(path, identity) of a subject -> categories of the data that it is, holds or carries, where that is stated."""

    def meets(self, when: AppliesWhen) -> bool | None:
        """Whether the scanned files contain what a control is about; None where it is not known."""
        if when.is_always:
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
    *,
    incomplete: bool,
) -> Population:
    """The part of a scan below the paths of a scope: its inputs and subjects.

    `subjects` are those that were kept, among them all of architecture specs.
    """
    held = list(subjects)
    kinds = {each.kind for each in held}.union(*[item.kinds for item in inputs])  # an input may have no subjects
    own = [each for each in held if each.kind.startswith(_ARCHITECTURE)]
    assets = [_categories(subject.bindings[subject.focus]) for subject in own if subject.kind == ASSET]
    uncategorised = not all(assets) or any(_names_undefined_data(derived.facts(each)) for each in own)
    listing = {(each.origin.path, each.group) for each in own if each.kind == ASSET}
    uncategorised |= any((each.origin.path, each.group) not in listing for each in own)
    carried = _carried(own, derived, uncategorised=uncategorised)
    data = frozenset().union(*assets) if assets else None
    return Population(frozenset(kinds), data, uncategorised, incomplete, carried)


def _carried(
    subjects: Iterable[Subject], derived: Derived, *, uncategorised: bool
) -> dict[tuple[str, str], frozenset[str]]:
    """The categories of the data of each subject of a spec, where they are stated.

    Those of a data asset are its own. What holds or carries data may hold some without a category, if any has none.
    """
    carried: dict[tuple[str, str], frozenset[str]] = {}
    unknown: set[tuple[str, str]] = set()
    for subject in subjects:
        key = (subject.origin.path, subject.identity)  # two specs in one file may give the same
        if subject.kind == ASSET:
            categories = _categories(subject.bindings[subject.focus])
            unknown.update(() if categories else (key,))
        else:
            categories = frozenset() if uncategorised else _categories(derived.facts(subject))
        if categories:
            carried[key] = carried.get(key, frozenset()) | categories
    return {key: categories for key, categories in carried.items() if key not in unknown}


def _categories(stated: Mapping[str, Any]) -> frozenset[str]:
    """The categories of data that are stated; None where one of them is not a known category."""
    found = stated.get(_CATEGORIES)
    if not isinstance(found, list) or not all(isinstance(item, str) and item in CATEGORIES_OF_DATA for item in found):
        return frozenset()
    return frozenset(found)


def _names_undefined_data(facts: Mapping[str, Any]) -> bool:
    return bool(facts.get(_UNDEFINED))
