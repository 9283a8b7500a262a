"""What selects pods by their labels, and the workloads that it selects."""

from __future__ import annotations

from functools import partial
from typing import Any

from scanner.facts.fact import Fact
from scanner.facts.groups import place
from scanner.facts.kubernetes import lacks, made_pods
from scanner.facts.kubernetes.cluster import Cluster
from scanner.facts.kubernetes.objects import name_of, path
from scanner.facts.kubernetes.selectors import Selections
from scanner.facts.step import Facts, read, step
from scanner.model import ANY_KIND, Subject
from scanner.subjects.kubernetes import RESOURCE, WORKLOAD

SELECTED = Fact(
    "selected",
    (RESOURCE,),
    list[str],
    "Names of the workloads that it selects, or for a ServiceMonitor of the Services; absent where none is found and "
    "some may be elsewhere.",
    provide="scan the folder that holds the objects that the selector should find, and state the namespaces",
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
    "Names of the Services that select it; absent where none is found and some may be outside of the scanned files.",
    provide="scan the folder that holds the Services of the workload, and state the namespaces",
    related=("services",),
)
DISRUPTION_BUDGETS = Fact(
    "disruption_budgets",
    (WORKLOAD,),
    list[str],
    "Names of the disruption budgets that select it; absent where none is found and some may be outside of "
    "the scanned files.",
    provide="scan the folder that holds the disruption budgets of the workload, and state the namespaces",
    related=("disruption_budgets",),
)

_SELECTOR = "object.spec.selector"
_INSTANCES = read(RESOURCE, "object.spec.instances", objects=("Cluster",))
"""What `made_pods` reads."""


@step(Cluster, gives=(SELECTED, SERVICES), reads=(read(RESOURCE, _SELECTOR, objects=("Service",)), _INSTANCES))
def select_by_services(cluster: Cluster, facts: Facts) -> None:
    """The workloads that each Service selects; one without a selector has its endpoints written by hand."""
    services = [service for service in cluster.objects.of("core", "Service") if _selector(service)]
    _select(services, SERVICES, cluster, facts, kind="Service", labels_only=True)


@step(
    Cluster,
    gives=(SELECTED, DISRUPTION_BUDGETS),
    reads=(read(RESOURCE, _SELECTOR, objects=("PodDisruptionBudget",)), _INSTANCES),
)
def select_by_budgets(cluster: Cluster, facts: Facts) -> None:
    """The workloads that each disruption budget selects."""
    kind = "PodDisruptionBudget"
    _select(cluster.objects.of("policy", kind), DISRUPTION_BUDGETS, cluster, facts, kind=kind, labels_only=False)


def _selector(subject: Subject) -> Any:
    return path(subject.bindings["object"], "spec", "selector")


def _select(
    selecting: list[Subject], fact: Fact[list[str]], cluster: Cluster, facts: Facts, *, kind: str, labels_only: bool
) -> None:
    """Which workloads an object selects, and the names of such objects on each of the workloads.

    A fact is left out where it is not known, because a namespace is not stated or an operator may create the pods.
    """
    pods, objects = cluster.pods, cluster.objects
    selections: Selections[Subject] = Selections()
    for subject in selecting:
        selector = _selector(subject)
        sure, maybe = pods.selected(subject, selector, labels_only=labels_only)
        selections.add(subject, (sure, maybe))
        maybe_made = cluster.makers.may_meet(subject, selector) or ANY_KIND in subject.opens
        if made := None if sure else made_pods.maker(objects, subject, selector):
            facts.add(subject, SELECTED, [name_of(made)])
        elif sure or (objects.has_all_pods() and not maybe and not maybe_made):
            facts.add(subject, SELECTED, pods.names(sure))
        else:
            facts.lack(subject, SELECTED, partial(lacks.of_pods, cluster, subject, selector, maybe))
    for kins, selected_by, perhaps in selections.each(len(pods.kins)):
        names = [name_of(subject) for subject in selected_by]
        for workload in (workload for kin in kins for workload in pods.kins[kin]):
            if selected_by:
                facts.add(workload, fact, names)
                facts.relate(workload, fact.name, place(selected_by[0]))
            elif objects.complete(kind) and not perhaps:
                facts.add(workload, fact, names)
            else:
                facts.lack(workload, fact, partial(lacks.of_selecting, objects, workload, (kind,), perhaps))
