"""What steps of the derivation declare that they read: all that they read, and no more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from msgspec.structs import replace

from scanner import facts
from scanner.facts import registry
from scanner.facts.field_filter import FieldFilter
from scanner.facts.kubernetes.references import links
from scanner.facts.step import Facts, FieldRead, SharedIndex, Step, read
from scanner.model import Subject
from scanner.places import Location
from scanner.subjects import KINDS
from tests.bundles import bundles

STEPS = list(registry.steps(KINDS))
ALL = [each for kind in KINDS for each in registry.reads(kind)]
BY_TABLE = {links.resolve_references}
"""Its reads are made of the tables by which it reads, for which no bundle holds every field."""


def name_of(step: Step[Any]) -> str:
    return f"{step.run.__module__.removeprefix('scanner.facts.')}.{step.run.__name__}"


@dataclass(frozen=True)
class Taken:
    """A step, taken with whole subjects: what was known before it, and what it came to."""

    subjects: Sequence[Subject]
    whole: bool
    before: Mapping[Subject, Mapping[str, Any]]
    stated: Mapping[Subject, Mapping[str, Any]]
    places: Mapping[Subject, Mapping[str, Location]]

    def differs_with(self, step: Step[Any], kept: FieldFilter) -> bool:
        """Whether the step comes to anything else with what is kept of the subjects, be it that it breaks down."""
        short = list(kept.of(self.subjects))
        known = Facts()
        for full, cut in zip(self.subjects, short, strict=True):
            known.stated[cut] = {**self.before.get(full, {})}
        try:
            known.run(step, step.view(short, whole=self.whole))
        except (KeyError, TypeError):
            return True
        return any(
            known.stated.get(cut, {}) != self.stated.get(full, {})
            or known.places.get(cut, {}) != self.places.get(full, {})
            for full, cut in zip(self.subjects, short, strict=True)
        )


@cache
def taken() -> dict[Step[Any], list[Taken]]:
    """Every step, once for each bundle that it has anything to do with."""
    found: dict[Step[Any], list[Taken]] = {step: [] for step in STEPS}
    for some, whole in bundles():
        known, views = Facts(), dict[type[SharedIndex], SharedIndex]()
        for step in registry.steps({subject.kind for subject in some}):
            if step.view not in views:
                views[step.view] = step.view(some, whole=whole)
            before = _copied(known.stated)
            known.places.clear()
            known.run(step, views[step.view])
            found[step].append(Taken(some, whole, before, _copied(known.stated), _copied(known.places)))
    return found


def _copied(facts_of: Mapping[Subject, Mapping[str, Any]]) -> dict[Subject, dict[str, Any]]:
    return {subject: {**values} for subject, values in facts_of.items()}


def differs(step: Step[Any], own: Sequence[FieldRead], monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether a step comes to anything else where subjects hold nothing but what its view and these reads name."""
    reads = (*step.view.READS, *own)
    monkeypatch.setattr(registry, "reads", lambda kind: tuple(each for each in reads if each.kind == kind))
    kept = FieldFilter(read(kind) for kind in KINDS)
    return any(each.differs_with(step, kept) for each in taken()[step])


@pytest.mark.parametrize("step", STEPS, ids=name_of)
def test_a_step_reads_nothing_that_it_does_not_declare_itself(step: Step[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    assert taken()[step]
    assert not differs(step, step.reads, monkeypatch)


def shorter(reads: Sequence[FieldRead]) -> Iterator[tuple[tuple[FieldRead, str, str], list[FieldRead]]]:
    """Reads without one of the paths or kinds of objects that they name, and which of which read that is."""
    for index, each in enumerate(reads):
        for field in ("paths", "names", "objects"):
            stated = getattr(each, field)
            for left_out in stated if field != "objects" or len(stated) > 1 else ():
                rest: Any = {field: tuple(other for other in stated if other != left_out)}
                cut = replace(each, **rest)
                yield (each, field, left_out), [*reads[:index], cut, *reads[index + 1 :]]


@pytest.mark.slow
def test_every_declared_read_is_needed_by_a_step_that_declares_it(monkeypatch: pytest.MonkeyPatch) -> None:
    declared, needed = set(), set()
    for step in STEPS:
        if step not in BY_TABLE:
            for left_out, reads in shorter(step.reads):
                declared.add(left_out)
                if left_out not in needed and differs(step, reads, monkeypatch):
                    needed.add(left_out)
    assert declared - needed == set()


def changes(reads: Sequence[FieldRead], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What all facts say otherwise of subjects that hold nothing but what is read: the kinds of subjects."""
    monkeypatch.setattr(registry, "reads", lambda kind: tuple(each for each in reads if each.kind == kind))
    kept, changed = FieldFilter(read(kind) for kind in KINDS), []
    for some, whole in bundles():
        short = list(kept.of(some))
        before, after = facts.derive(some, whole=whole), facts.derive(short, whole=whole)
        for full, cut in zip(some, short, strict=True):
            if (before.facts(full), before.related(full)) != (after.facts(cut), after.related(cut)):
                changed.append(full.kind)
    return changed


def test_facts_read_no_field_that_is_not_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    assert changes(ALL, monkeypatch) == []


def test_a_field_that_a_view_reads_and_does_not_declare_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    path = "template.metadata.labels"
    without = [replace(each, paths=tuple(other for other in each.paths if other != path)) for each in ALL]
    assert without != ALL
    assert changes(without, monkeypatch)
