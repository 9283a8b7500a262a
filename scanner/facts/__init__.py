"""All subjects -> derived facts about them.

A fact is what an expression over one subject cannot compute: a link to another subject, a sum over a graph, a role that
no agent has. Each module declares its facts and the steps that derive them; `registry` collects them all.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from scanner.facts.derived import Derived
from scanner.facts.setting import not_deployed, with_all
from scanner.facts.step import Facts, SharedIndex, Whole
from scanner.model import Subject

__all__ = ["Derived", "derive"]


def derive(subjects: Sequence[Subject], *, whole: Whole, unused: Collection[str] = ()) -> Derived:
    """The facts about subjects, and the places of related subjects.

    `whole` states that the subjects are complete: an object that is referenced and not among them does not exist.
    Otherwise the fact is left out, and a rule that uses it is unknown. It may be the Kubernetes objects that files
    which were not read may hold: then only facts about such objects are left out. What is deployed is judged by what is
    deployed alone; other objects, such as those of documentation, of test data and of `unused` files, by all.
    """
    apart = not_deployed(subjects, unused)
    deployed_whole = whole if isinstance(whole, bool) else frozenset(each for each in whole if each.deployed)
    deployed = _derived([each for each in subjects if each not in apart], whole=deployed_whole)
    if not apart:
        return deployed
    return deployed.with_those_of(apart, _derived(with_all(subjects), whole=whole))


def _derived(subjects: Sequence[Subject], *, whole: Whole) -> Derived:
    from scanner.facts import registry

    facts, views = Facts(), dict[type[SharedIndex], SharedIndex]()
    for step in registry.steps({subject.kind for subject in subjects}):
        if step.view not in views:
            views[step.view] = step.view(subjects, whole=whole)
        facts.run(step, views[step.view])
    return Derived(facts.stated, facts.places, facts.traces, facts.lacks)
