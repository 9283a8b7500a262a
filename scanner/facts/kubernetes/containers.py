"""Containers and the workloads that they belong to."""

from __future__ import annotations

from typing import TypedDict

from scanner.facts.fact import Fact
from scanner.facts.groups import place
from scanner.facts.kubernetes.cluster import Cluster
from scanner.facts.kubernetes.objects import kind_of, name_of
from scanner.facts.step import Facts, step
from scanner.subjects.kubernetes import CONTAINER


class Owner(TypedDict):
    """Kind and name of a workload."""

    kind: str
    name: str


WORKLOAD_OF_CONTAINER = Fact(
    "workload",
    (CONTAINER,),
    Owner,
    "The workload that the container belongs to.",
    provide="scan the manifest of the workload",
    related=("workload",),
)


@step(Cluster, gives=(WORKLOAD_OF_CONTAINER,))
def find_owners(cluster: Cluster, facts: Facts) -> None:
    """The workload of each container: the one at the same place."""
    for container in cluster.objects.containers:
        if owner := cluster.objects.pod_of(container):
            facts.add(container, WORKLOAD_OF_CONTAINER, Owner(kind=kind_of(owner), name=name_of(owner)))
            facts.relate(container, "workload", place(owner))
