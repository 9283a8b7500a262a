"""Network policies of one name and place, of which a cluster keeps the one that is applied last: nobody knows which."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias, TypeVar

from scanner.facts.kubernetes.network.policies import Policy
from scanner.facts.kubernetes.objects import group_of, home, kind_of, name_of
from scanner.facts.kubernetes.selectors import Kins
from scanner.model import Subject

_Chosen: TypeAlias = tuple[Policy, Kins]
_Item = TypeVar("_Item")


def contradicted(policies: Iterable[Policy]) -> frozenset[Subject]:
    """The policies that another one of their name contradicts."""
    found: list[Subject] = []
    for twins in _by_name((each, each.subject) for each in policies):
        effects = [sorted(map(repr, map(_effect, some))) for some in twins.values()]
        if any(other != effects[0] for other in effects[1:]):
            found.extend(twins)
    return frozenset(found)


def agreed(chosen: Sequence[_Chosen]) -> Iterator[_Chosen]:
    """Policies with the groups that they select: surely only those for which all of one name have the same effect."""
    unsure: dict[int, Kins] = {}
    for twins in _by_name((each, each[0].subject) for each in chosen):
        for subject, some in twins.items():
            others = [its for other, its in twins.items() if other is not subject]
            for each in some:
                unsure[id(each)] = _agreed(each, others)
    for each in chosen:
        yield each[0], unsure.get(id(each), each[1])


def _agreed(one: _Chosen, others: Sequence[Sequence[_Chosen]]) -> Kins:
    policy, (sure, maybe) = one
    for twin in others:
        alike = {kin for other, (kins, _) in twin if _directions(other) == _directions(policy) for kin in kins}
        maybe += tuple(kin for kin in sure if kin not in alike)
        sure = tuple(kin for kin in sure if kin in alike)
    return sure, maybe


def _by_name(some: Iterable[tuple[_Item, Subject]]) -> Iterator[dict[Subject, list[_Item]]]:
    """Items of several objects with one name in one place, by the object."""
    named: defaultdict[tuple[object, ...], dict[Subject, list[_Item]]] = defaultdict(dict)
    for item, subject in some:
        key = group_of(subject), kind_of(subject), name_of(subject), *home(subject)
        named[key].setdefault(subject, []).append(item)
    yield from (twins for twins in named.values() if len(twins) > 1)


def _effect(policy: Policy) -> tuple[object, ...]:
    return repr(policy.selector), repr(policy.spaces), policy.sure, *_directions(policy)


def _directions(policy: Policy) -> tuple[list[str], list[str], str]:
    return sorted(policy.restricts), sorted(policy.opens), repr(policy.administrative)
