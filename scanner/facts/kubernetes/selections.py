"""What selects pods by their labels, and the workloads that it selects."""

from __future__ import annotations

from scanner.facts.fact import Fact
from scanner.facts.groups import place
from scanner.facts.kubernetes.makers import Makers
from scanner.facts.kubernetes.objects import Objects, name_of, path
from scanner.facts.kubernetes.selectors import Labelled
from scanner.model import Location, Subject
from scanner.subjects.kubernetes import RESOURCE, WORKLOAD

SELECTED = Fact(
    "selected",
    (RESOURCE,),
    list[str],
    "Names of the workloads that it selects, or for a ServiceMonitor of the Services; absent where none is found and "
    "some may be elsewhere.",
    objects=(
        "CiliumClusterwideNetworkPolicy",
        "CiliumNetworkPolicy",
        "AdminNetworkPolicy",
        "BaselineAdminNetworkPolicy",
        "ClusterNetworkPolicy",
        "GlobalNetworkPolicy",
        "NetworkPolicy",
        "PodDisruptionBudget",
        "PodMonitor",
        "Service",
        "ServiceMonitor",
    ),
)
SERVICES = Fact(
    "services",
    (WORKLOAD,),
    list[str],
    "Names of the Services that select it; absent where none is found and some may be elsewhere.",
    related=("services",),
)
DISRUPTION_BUDGETS = Fact(
    "disruption_budgets",
    (WORKLOAD,),
    list[str],
    "Names of the disruption budgets that select it; absent where none is found and some may be elsewhere.",
    related=("disruption_budgets",),
)

_SELECTING = (
    ("core", "Service", "services"),
    ("policy", "PodDisruptionBudget", "disruption_budgets"),
)
"""Group and kind of what selects pods, and the fact that a selected workload gets."""


def derive(objects: Objects, pods: Labelled, makers: Makers) -> None:
    """Attach to workloads what selects them, and to selecting objects what they select."""
    for group, kind, name in _SELECTING:
        _select(objects.of(group, kind), pods, makers, name, whole=objects.whole)


def _select(selecting: list[Subject], pods: Labelled, makers: Makers, fact: str, *, whole: bool) -> None:
    """Which workloads an object selects (`selected`), and the names of such objects on each of the workloads.

    A fact is left out where it cannot be told, because a namespace is not stated or an operator may make the pods.
    """
    selected_by: dict[int, tuple[Location, list[str]]] = {}
    uncertain: set[int] = set()
    for subject in selecting:
        selector = path(subject.bindings["object"], "spec", "selector")
        labels_only = fact == "services"
        if labels_only and not selector:
            continue  # a Service without a selector has its endpoints written by hand
        sure, maybe = pods.selected(subject, selector, labels_only=labels_only)
        uncertain.update(maybe)
        for kin in sure:
            selected_by.setdefault(kin, (place(subject), []))[1].append(name_of(subject))
        if sure or (whole and not maybe and not makers.may_meet(subject, selector)):
            subject.facts["selected"] = pods.names(sure)
    for kin, members in enumerate(pods.kins):
        for workload in members:
            if kin in selected_by:
                workload.related[fact], workload.facts[fact] = selected_by[kin]
            elif whole and kin not in uncertain:
                workload.facts[fact] = []
