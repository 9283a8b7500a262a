"""How many replicas a workload has at least, and how many of them a disruption budget lets go."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any, TypedDict

from scanner.facts.fact import Fact
from scanner.facts.groups import place
from scanner.facts.kubernetes import lacks
from scanner.facts.kubernetes.autoscaling import AUTOSCALED, AUTOSCALED_FROM
from scanner.facts.kubernetes.cluster import Cluster
from scanner.facts.kubernetes.objects import kind_of, path
from scanner.facts.lack import Lack
from scanner.facts.step import Facts, read, step
from scanner.late import regex
from scanner.model import Subject
from scanner.subjects.kubernetes import RESOURCE, WORKLOAD


class Eviction(TypedDict):
    """What a disruption budget leaves of its pods."""

    pods: int
    allowed: int


LEAST_REPLICAS = Fact(
    "least_replicas",
    (WORKLOAD,),
    int,
    "The minimum number of replicas in the files: that of its autoscaler if it has one, otherwise its own.",
    provide="state `spec.replicas`, and scan the folder that holds its autoscaler",
)
EVICTION = Fact(
    "eviction",
    (RESOURCE,),
    Eviction,
    "The minimum number of pods that it selects, and how many of them may be evicted.",
    provide="scan the folder that holds the workloads that the budget selects, and their autoscalers",
    objects=("PodDisruptionBudget",),
    related=("workload",),
)

_SCALED = frozenset({"Deployment", "ReplicaSet", "ReplicationController", "Rollout", "StatefulSet"})
"""Kinds that run as many pods as `replicas` states, and one where it is missing."""
_SCALERS = ("HorizontalPodAutoscaler", "ScaledObject")
_PERCENT = regex(r"^(\d{1,3})%$")


@step(
    Cluster,
    gives=(LEAST_REPLICAS,),
    needs=(AUTOSCALED, AUTOSCALED_FROM),
    reads=(read(WORKLOAD, "object.spec.replicas"),),
)
def count_replicas(cluster: Cluster, facts: Facts) -> None:
    """The minimum number of replicas of each workload, where the files show it.

    An autoscaler has priority over the workload, and may be elsewhere where only a part is scanned.
    """
    for workload in cluster.objects.workloads:
        if kind_of(workload) not in _SCALED:
            continue
        stated = path(workload.bindings["object"], "spec", "replicas")
        least = 1 if stated is None else stated
        if facts.of(workload, AUTOSCALED):
            least = facts.of(workload, AUTOSCALED_FROM)
        elif not cluster.objects.complete(*_SCALERS, near=workload):
            what = f"an autoscaler of {workload.name}"
            words = partial(lacks.of_objects, cluster.objects, what, *_SCALERS, near=workload)
            facts.lack(workload, LEAST_REPLICAS, words)
            continue
        if isinstance(least, int):
            facts.add(workload, LEAST_REPLICAS, least)


@step(
    Cluster,
    gives=(EVICTION,),
    needs=(LEAST_REPLICAS,),
    reads=(
        read(
            RESOURCE,
            "object.spec.maxUnavailable",
            "object.spec.minAvailable",
            "object.spec.selector",
            objects=("PodDisruptionBudget",),
        ),
    ),
)
def count_evictions(cluster: Cluster, facts: Facts) -> None:
    """What each disruption budget leaves of the pods that it selects."""
    counted: dict[tuple[int, ...], int | None] = {}
    for budget in cluster.objects.of("policy", "PodDisruptionBudget"):
        selector = path(budget.bindings["object"], "spec", "selector")
        sure, maybe = cluster.pods.selected(budget, selector)
        if sure not in counted:
            counted[sure] = _count(sure, cluster, facts)
        count, whole = counted[sure], not maybe and cluster.objects.has_all_pods(budget)
        left = _eviction(budget, count) if count is not None and not maybe else None
        if left and (whole or left["allowed"] > 0):  # further pods leave more of them
            facts.add(budget, EVICTION, left)
            facts.relate(budget, "workload", place(cluster.pods.kins[sure[0]][0]))
        elif maybe or not sure:
            facts.lack(budget, EVICTION, partial(lacks.of_pods, cluster, budget, selector, maybe))
        elif not whole:
            others = partial(lacks.of_objects, cluster.objects, f"further pods that {budget.name} selects", "pods")
            facts.lack(budget, EVICTION, partial(others, near=budget))
        else:
            workloads = [workload for kin in sure for workload in cluster.pods.kins[kin]]
            open_ones = [workload for workload in workloads if facts.of(workload, LEAST_REPLICAS) is None]
            facts.lack(budget, EVICTION, partial(_open_count, cluster, open_ones or workloads))


def _open_count(cluster: Cluster, workloads: Sequence[Subject]) -> Lack:
    """The files do not show how many pods a workload runs."""
    workload = workloads[0]
    if kind_of(workload) in _SCALED and not cluster.objects.complete(*_SCALERS, near=workload):
        what = f"an autoscaler of {workload.name}"
        return lacks.of_objects(cluster.objects, what, *_SCALERS, near=workload)
    why = f"the files do not state how many pods of {lacks.shown(workload)} run"
    if kind_of(workload) in _SCALED:
        return Lack(why, "state `maxUnavailable` in place of `minAvailable`, which needs no number of pods")
    return Lack(why, "compare it with `minAvailable` by hand, or set `minAvailable: 0` if the pods need no budget")


def _count(kins: tuple[int, ...], cluster: Cluster, facts: Facts) -> int | None:
    """The number of pods of groups of workloads, where there are any and the number of each is known."""
    counts = [facts.of(workload, LEAST_REPLICAS) for kin in kins for workload in cluster.pods.kins[kin]]
    stated = [count for count in counts if count is not None]
    return sum(stated) if counts and len(stated) == len(counts) else None


def _eviction(budget: Subject, count: int) -> Eviction | None:
    """The number of pods that a budget keeps; None where it does not state it in exactly one way."""
    spec = budget.bindings["object"]["spec"]
    kept, away = _number(spec.get("minAvailable"), count), _number(spec.get("maxUnavailable"), count)
    if not count or (kept is None) == (away is None):
        return None
    allowed = count - kept if kept is not None else min(away or 0, count)
    return {"pods": count, "allowed": max(allowed, 0)}


def _number(stated: Any, count: int) -> int | None:
    """A number or a share of a count, which Kubernetes rounds up; None for anything else."""
    if isinstance(stated, int):
        return stated
    share = _PERCENT.match(stated) if isinstance(stated, str) else None
    return math.ceil(count * int(share[1]) / 100) if share else None
