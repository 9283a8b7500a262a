"""What selects pods by their labels, and the workloads that it selects."""

from __future__ import annotations

from scanner.facts.groups import place
from scanner.facts.kubernetes.objects import Objects, name_of, path
from scanner.facts.kubernetes.selectors import Pods
from scanner.model import Location, Subject

_SELECTING = (
    ("networking.k8s.io", "NetworkPolicy", "podSelector", "network_policies"),
    ("core", "Service", "selector", "services"),
    ("policy", "PodDisruptionBudget", "selector", "disruption_budgets"),
)
"""Group and kind of what selects pods, the field of its selector, and the fact that a selected workload gets."""


def derive(objects: Objects) -> None:
    """Attach to workloads what selects them, and to selecting objects what they select."""
    pods = Pods(objects.workloads)
    for group, kind, selector, name in _SELECTING:
        _select(objects.of(group, kind), pods, selector, name, whole=objects.whole)


def _select(selecting: list[Subject], pods: Pods, field: str, fact: str, *, whole: bool) -> None:
    """Which workloads an object selects (`selected`), and the names of such objects on each of the workloads.

    A fact is left out where it cannot be told, because a namespace is not stated.
    """
    selected_by: dict[int, tuple[Location, list[str]]] = {}
    uncertain: set[int] = set()
    for subject in selecting:
        selector = path(subject.bindings["object"], "spec", field)
        labels_only = fact == "services"
        if labels_only and not selector:
            continue  # a Service without a selector has its endpoints written by hand
        if selector is None and fact == "network_policies":
            selector = {}  # no selector is the empty one here; a disruption budget without one selects nothing
        sure, maybe = pods.selected(subject, selector, labels_only=labels_only)
        uncertain.update(maybe)
        for kin in sure:
            selected_by.setdefault(kin, (place(subject), []))[1].append(name_of(subject))
        if sure or (whole and not maybe):
            subject.facts["selected"] = pods.names(sure)
    for kin, members in enumerate(pods.kins):
        for workload in members:
            if kin in selected_by:
                workload.related[fact], workload.facts[fact] = selected_by[kin]
            elif whole and kin not in uncertain:
                workload.facts[fact] = []
