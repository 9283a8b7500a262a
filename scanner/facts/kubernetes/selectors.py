"""Kubernetes' label selectors: which objects another selects, without asking every one of them.

Objects that no selector can tell apart are asked once, and by a label that the selector names wherever it names one.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from scanner.facts.kubernetes.objects import mapping, namespace_of, nearness, path, together
from scanner.model import Subject

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


class Labelled:
    """Objects by kin: those that go to one place (see `nearness`) and whose labels are the same."""

    def __init__(self, members: Sequence[Subject], labels: Callable[[Subject], dict[str, Any]] = pod_labels) -> None:
        kins: dict[tuple[str, str, str, str], list[int]] = {}
        for index, member in enumerate(members):
            namespace = namespace_of(member)
            folder = "" if namespace or member.group else posixpath.dirname(member.origin.path)
            kins.setdefault((member.group, namespace, folder, repr(sorted(labels(member).items()))), []).append(index)
        self._members = members
        self._labels = labels
        self._indices = list(kins.values())
        self._names: dict[tuple[int, ...], list[str]] = {}
        self.kins = [[members[index] for index in indices] for indices in self._indices]
        """The objects of each kin."""
        self._labelled: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        self._spaced: defaultdict[str, list[int]] = defaultdict(list)
        for kin, (first, *_) in enumerate(self.kins):
            self._spaced[namespace_of(first)].append(kin)
            for key, value in labels(first).items():
                if isinstance(value, str):
                    self._labelled[key, value].append(kin)

    def selected(
        self, subject: Subject, selector: Any, *, labels_only: bool = False, namespace: str = ""
    ) -> tuple[tuple[int, ...], list[int]]:
        """The kins that an object selects, and those of which it cannot be told, as numbers in `kins`.

        They are sought in the namespace that is given, or EVERYWHERE, else in the object's own, and everywhere for an
        object that belongs to none.
        """
        sure: list[int] = []
        maybe: list[int] = []
        if isinstance(selector, dict):
            for kin in self._near(subject, selector if labels_only else selector.get("matchLabels"), namespace):
                first = self.kins[kin][0]
                near = together(subject, first) if namespace == EVERYWHERE else nearness(subject, first, namespace)
                if near is not False and selects(selector, self._labels(first), labels_only=labels_only):
                    (sure if near else maybe).append(kin)
        return tuple(sure), maybe

    def _near(self, subject: Subject, wanted: Any, namespace: str) -> Iterable[int]:
        """The kins that can come into question."""
        stated = wanted.items() if isinstance(wanted, dict) else ()
        for key, value in stated:
            if isinstance(value, str) and key not in _GIVEN_LATER:
                return self._labelled.get((key, value), ())
        namespace = namespace or namespace_of(subject)
        if namespace not in ("", EVERYWHERE):
            return sorted((*self._spaced.get(namespace, ()), *self._spaced.get("", ())))
        return range(len(self.kins))

    def has(self, namespace: str) -> bool:
        """Whether any of the objects states a namespace."""
        return namespace in self._spaced

    def names(self, kins: tuple[int, ...]) -> list[str]:
        """The names of the objects of kins, in their order; the same list for the same kins."""
        if kins not in self._names:
            indices = sorted(index for kin in kins for index in self._indices[kin])
            self._names[kins] = [self._members[index].name for index in indices]
        return self._names[kins]


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
