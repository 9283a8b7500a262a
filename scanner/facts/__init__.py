"""All subjects -> derived facts about them.

A fact is what an expression over one subject cannot compute: a link to another subject, a sum over a graph, a role that
no agent has. Each module declares its facts and the steps that derive them; `registry` collects them all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from msgspec import Struct

from scanner.facts.derived import Derived
from scanner.facts.setting import not_deployed, with_all
from scanner.facts.step import Facts, SharedIndex, Whole
from scanner.model import Subject

__all__ = ["Derived", "Side", "derive", "derive_sides", "sides"]


class Side(Struct, frozen=True):
    """Some of the subjects, and those that facts about them are drawn from."""

    judged: Sequence[Subject]
    known: Sequence[Subject]
    deployed: bool
    """Files that are not deployed can hold nothing that these depend on."""


def sides(subjects: Sequence[Subject], unused: Collection[str]) -> list[Side]:
    """Those that are deployed, and the others if there are any."""
    apart = not_deployed(subjects, unused)
    deployed = [each for each in subjects if each not in apart] if apart else subjects
    others = [Side([each for each in subjects if each in apart], with_all(subjects), deployed=False)] if apart else []
    return [Side(deployed, deployed, deployed=True), *others]


def derive(subjects: Sequence[Subject], *, whole: Whole, unused: Collection[str] = ()) -> Derived:
    """The facts about subjects, and the places of related subjects.

    `whole` states that the subjects are complete: an object that is referenced and not among them does not exist.
    Otherwise the fact is left out, and a rule that uses it is unknown. It may be the Kubernetes objects that files
    which were not read may hold: then only facts about such objects are left out. What is deployed is judged by what is
    deployed alone; other objects, such as those of documentation, of test data and of `unused` files, by all.
    """
    return derive_sides(sides(subjects, unused), whole=whole)


def derive_sides(some: Iterable[Side], *, whole: Whole) -> Derived:
    """The facts about those that are judged; `whole` is as for `derive`."""
    first, *others = some
    derived = _of_side(first, whole)
    for side in others:
        derived = derived.with_those_of(side.judged, _of_side(side, whole))
    return derived


def _of_side(side: Side, whole: Whole) -> Derived:
    if side.deployed and not isinstance(whole, bool):
        whole = frozenset(each for each in whole if each.deployed)
    return _derived(side.known, whole=whole)


def _derived(subjects: Sequence[Subject], *, whole: Whole) -> Derived:
    from scanner.facts import registry

    facts, views = Facts(), dict[type[SharedIndex], SharedIndex]()
    for step in registry.steps({subject.kind for subject in subjects}):
        if step.view not in views:
            views[step.view] = step.view(subjects, whole=whole)
        facts.run(step, views[step.view])
    return Derived(facts.stated, facts.places, facts.traces, facts.lacks)
