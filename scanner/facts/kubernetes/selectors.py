"""Kubernetes' label selectors: which workloads an object selects, without asking every one of them.

Workloads that no selector can tell apart are asked once, and by a label that the selector names wherever it names one.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from scanner.facts.kubernetes.objects import namespace_of, nearness, path
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


class Pods:
    """Workloads by kin: those that go to one place (see `nearness`) and whose labels are the same."""

    def __init__(self, workloads: Sequence[Subject]) -> None:
        kins: dict[tuple[str, str, str, str], list[int]] = {}
        for index, workload in enumerate(workloads):
            namespace = namespace_of(workload)
            folder = "" if namespace or workload.group else posixpath.dirname(workload.origin.path)
            kins.setdefault((workload.group, namespace, folder, repr(sorted(_labels(workload).items()))), []).append(
                index
            )
        self._workloads = workloads
        self._indices = list(kins.values())
        self._names: dict[tuple[int, ...], list[str]] = {}
        self.kins = [[workloads[index] for index in indices] for indices in self._indices]
        """The workloads of each kin."""
        self._labelled: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        self._spaced: defaultdict[str, list[int]] = defaultdict(list)
        for kin, (first, *_) in enumerate(self.kins):
            self._spaced[namespace_of(first)].append(kin)
            for key, value in _labels(first).items():
                if isinstance(value, str):
                    self._labelled[key, value].append(kin)

    def selected(self, subject: Subject, selector: Any, *, labels_only: bool) -> tuple[tuple[int, ...], list[int]]:
        """The kins that an object selects, and those of which it cannot be told, as numbers in `kins`."""
        sure: list[int] = []
        maybe: list[int] = []
        if isinstance(selector, dict):
            for kin in self._near(subject, selector if labels_only else selector.get("matchLabels")):
                near = nearness(subject, self.kins[kin][0])
                if near is not False and selects(selector, _labels(self.kins[kin][0]), labels_only=labels_only):
                    (sure if near else maybe).append(kin)
        return tuple(sure), maybe

    def _near(self, subject: Subject, wanted: Any) -> Iterable[int]:
        """The kins that can come into question."""
        stated = wanted.items() if isinstance(wanted, dict) else ()
        for key, value in stated:
            if isinstance(value, str) and key not in _GIVEN_LATER:
                return self._labelled.get((key, value), ())
        if namespace := namespace_of(subject):
            return sorted((*self._spaced.get(namespace, ()), *self._spaced.get("", ())))
        return range(len(self.kins))

    def names(self, kins: tuple[int, ...]) -> list[str]:
        """The names of the workloads of kins, in their order; the same list for the same kins."""
        if kins not in self._names:
            indices = sorted(index for kin in kins for index in self._indices[kin])
            self._names[kins] = [self._workloads[index].name for index in indices]
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


def _labels(workload: Subject) -> dict[str, Any]:
    labels = path(workload.bindings["template"], "metadata", "labels")
    return labels if isinstance(labels, dict) else {}
