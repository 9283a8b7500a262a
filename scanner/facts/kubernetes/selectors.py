"""Kubernetes' label selectors: which objects another selects, without comparing it with every one of them.

Objects with the same labels in the same place form a group that is compared once, found by a label wherever the
selector names one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any, Generic, TypeVar

from scanner.facts.kubernetes.objects import (
    home,
    in_same_namespace,
    in_same_system,
    kind_of,
    mapping,
    namespace_of,
    path,
)
from scanner.model import Subject
from scanner.subjects.kubernetes import CLUSTER_SCOPED

_GIVEN_LATER = frozenset(
    {
        "apps.kubernetes.io/pod-index",
        "batch.kubernetes.io/controller-uid",
        "batch.kubernetes.io/job-completion-index",
        "batch.kubernetes.io/job-name",
        "controller-revision-hash",
        "controller-uid",
        "job-name",
        "pod-template-hash",
        "statefulset.kubernetes.io/pod-name",
    }
)
"""Labels that controllers put on pods when they make them, so that no manifest shows them."""


def pod_labels(workload: Subject) -> dict[str, Any]:
    """The labels of the pods that a workload makes."""
    return mapping(path(workload.bindings["template"], "metadata", "labels"))


def own_labels(resource: Subject) -> dict[str, Any]:
    """The labels of an object itself."""
    return mapping(path(resource.bindings["object"], "metadata", "labels"))


EVERYWHERE = "*"
"""In place of a namespace: whichever it is."""
Kins = tuple[tuple[int, ...], tuple[int, ...]]
"""Numbers of groups that are selected, and of groups that may be selected."""
Selecting = TypeVar("Selecting")
_NUMBER = itemgetter(0)


class LabelledObjects:
    """Objects in groups: those in one place (see `in_same_namespace`) with the same labels."""

    def __init__(self, members: Sequence[Subject], labels: Callable[[Subject], dict[str, Any]] = pod_labels) -> None:
        kins: dict[tuple[str, str, str, str], list[int]] = {}
        for index, member in enumerate(members):
            kins.setdefault((*home(member), repr(sorted(labels(member).items()))), []).append(index)
        self._members = members
        self._indices = list(kins.values())
        self._names: dict[tuple[int, ...], list[str]] = {}
        self._selected: dict[tuple[Any, ...], Kins] = {}
        self._known: dict[Kins, Kins] = {}
        self._ports: dict[tuple[Any, tuple[int, ...]], frozenset[str]] = {}
        self.kins = [[members[index] for index in indices] for indices in self._indices]
        """The objects of each group."""
        self._labels = [labels(first) for first, *_ in self.kins]
        self._homes = [(*home(first), kind_of(first) in CLUSTER_SCOPED) for first, *_ in self.kins]
        self._labelled: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        self._spaced: defaultdict[str, list[int]] = defaultdict(list)
        for kin, (first, *_) in enumerate(self.kins):
            self._spaced[namespace_of(first)].append(kin)
            for key, value in self._labels[kin].items():
                if isinstance(value, str):
                    self._labelled[key, value].append(kin)

    def selected(self, subject: Subject, selector: Any, *, labels_only: bool = False, namespace: str = "") -> Kins:
        """The groups that an object selects, and those that it may select, as numbers in `kins`.

        The search is in the given namespace, or EVERYWHERE, else in that of the object, and everywhere for a
        cluster-scoped object. The answer is computed once for objects of one place with the same selector.
        """
        if not isinstance(selector, dict):
            return (), ()
        key = home(subject), kind_of(subject) in CLUSTER_SCOPED, namespace, labels_only, repr(selector)
        if key not in self._selected:
            kins = self._sought(subject, selector, namespace, labels_only=labels_only)
            self._selected[key] = self._known.setdefault(kins, kins)
        return self._selected[key]

    def _sought(self, subject: Subject, selector: dict[str, Any], namespace: str, *, labels_only: bool) -> Kins:
        sure: list[int] = []
        maybe: list[int] = []
        nearnesses: dict[tuple[Any, ...], bool | None] = {}
        for kin in self._near(subject, selector if labels_only else selector.get("matchLabels"), namespace):
            first, where = self.kins[kin][0], self._homes[kin]
            if where not in nearnesses:
                met = (
                    in_same_system(subject, first)
                    if namespace == EVERYWHERE
                    else in_same_namespace(subject, first, namespace)
                )
                nearnesses[where] = met
            near = nearnesses[where]
            if near is not False and selects(selector, self._labels[kin], labels_only=labels_only):
                (sure if near else maybe).append(kin)
        return tuple(sure), tuple(maybe)

    def _near(self, subject: Subject, wanted: Any, namespace: str) -> Iterable[int]:
        """The groups that a selector may match."""
        stated = wanted.items() if isinstance(wanted, dict) else ()
        for key, value in stated:
            if isinstance(value, str) and key not in _GIVEN_LATER:
                return self._labelled.get((key, value), ())
        namespace = namespace or namespace_of(subject)
        if namespace not in ("", EVERYWHERE):
            return sorted((*self._spaced.get(namespace, ()), *self._spaced.get("", ())))
        return range(len(self.kins))

    def apart(self, subject: Subject, selector: Any) -> tuple[int, ...]:
        """The groups of other charts and overlays that an object selects, by the namespace that both state."""
        space = namespace_of(subject)
        if not (space and subject.group and isinstance(selector, dict)):
            return ()
        return tuple(
            kin
            for kin in self._near(subject, selector.get("matchLabels"), "")
            if self._homes[kin][0] == space
            and self._homes[kin][1] not in ("", subject.group)
            and selects(selector, self._labels[kin])
        )

    def has(self, namespace: str) -> bool:
        """Whether any of the objects states a namespace."""
        return namespace in self._spaced

    def ports(self, kins: tuple[int, ...], ports_of: Callable[[Subject], Iterable[Any]]) -> frozenset[str]:
        """The names of the ports of the objects in groups; computed once for the same groups."""
        if (ports_of, kins) not in self._ports:
            ports = (port for kin in kins for member in self.kins[kin] for port in ports_of(member))
            names = (path(port, "name") for port in ports)
            self._ports[ports_of, kins] = frozenset(name for name in names if isinstance(name, str))
        return self._ports[ports_of, kins]

    def names(self, kins: tuple[int, ...]) -> list[str]:
        """The names of the objects in groups, in their order; the same list for the same groups."""
        if kins not in self._names:
            indices = sorted(index for kin in kins for index in self._indices[kin])
            self._names[kins] = [self._members[index].name for index in indices]
        return self._names[kins]


class Selections(Generic[Selecting]):
    """What selects each group, and what may select it: computed once for all groups that are selected alike."""

    def __init__(self) -> None:
        self._number = 0
        self._groups: dict[Kins, list[tuple[int, Selecting]]] = {}
        """What selects the same groups, with its number."""

    def add(self, selecting: Selecting, kins: Kins) -> None:
        """Add the groups that something selects, and those that it may select."""
        self._groups.setdefault(kins, []).append((self._number, selecting))
        self._number += 1

    def each(self, number: int) -> Iterator[tuple[list[int], list[Selecting], list[Selecting]]]:
        """Kins that are selected alike, of so many, with what selects them and what may, in the order of adding."""
        by_kin: list[tuple[list[int], list[int]]] = [([], []) for _ in range(number)]
        for group, both in enumerate(self._groups):
            for side, kins in enumerate(both):
                for kin in kins:
                    by_kin[kin][side].append(group)
        alike: defaultdict[Kins, list[int]] = defaultdict(list)
        for kin, (sure, maybe) in enumerate(by_kin):
            alike[tuple(sure), tuple(maybe)].append(kin)
        groups = list(self._groups.values())
        for both, members in alike.items():
            selecting, perhaps = (
                sorted((one for group in side for one in groups[group]), key=_NUMBER) for side in both
            )
            yield members, [one for _, one in selecting], [one for _, one in perhaps]


def selects(selector: dict[str, Any], labels: dict[str, Any], *, labels_only: bool = False) -> bool:
    """Kubernetes' own label matching; an empty selector matches every pod."""
    wanted = selector if labels_only else selector.get("matchLabels")
    stated = wanted.items() if isinstance(wanted, dict) else ()
    if any(labels.get(key) != value for key, value in stated if key not in _GIVEN_LATER):
        return False
    expressions = None if labels_only else selector.get("matchExpressions")
    if not isinstance(expressions, list):
        return True
    return all(_matches(item, labels) for item in expressions if isinstance(item, dict))


def _matches(expression: dict[str, Any], labels: dict[str, Any]) -> bool:
    key, values = str(expression.get("key")), expression.get("values")
    listed = key in labels and isinstance(values, list) and labels[key] in values
    match expression.get("operator"):
        case "In":
            return listed
        case "NotIn":
            return not listed
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
    return False
