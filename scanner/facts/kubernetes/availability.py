"""How many replicas a workload has at least, and how many of them a disruption budget lets go."""

from __future__ import annotations

import math
import re
from typing import Any, TypedDict

from scanner.facts.fact import Fact
from scanner.facts.groups import place
from scanner.facts.kubernetes.objects import Objects, kind_of, path
from scanner.facts.kubernetes.selectors import Labelled
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
    "The fewest replicas that the files state: the autoscaler's where there is one, else its own.",
)
EVICTION = Fact(
    "eviction",
    (RESOURCE,),
    Eviction,
    "How many pods it selects at least, and how many of them it allows to be evicted.",
    objects=("PodDisruptionBudget",),
    related=("workload",),
)

_SCALED = frozenset({"Deployment", "ReplicaSet", "ReplicationController", "Rollout", "StatefulSet"})
"""Kinds that run as many pods as `replicas` says, one where it says nothing."""
_PERCENT = re.compile(r"^(\d{1,3})%$")


def derive(objects: Objects, pods: Labelled) -> None:
    """Attach to workloads their fewest replicas, and to budgets what they leave of them."""
    for workload in objects.workloads:
        if (least := _least(workload, whole=objects.whole)) is not None:
            workload.facts["least_replicas"] = least
    for budget in objects.of("policy", "PodDisruptionBudget"):
        sure, maybe = pods.selected(budget, path(budget.bindings["object"], "spec", "selector"))
        if maybe or not objects.whole:
            continue  # the budget counts all of its pods together
        workloads = [workload for kin in sure for workload in pods.kins[kin]]
        if workloads and all("least_replicas" in workload.facts for workload in workloads):
            _evict(budget, workloads[0], sum(workload.facts["least_replicas"] for workload in workloads))


def _least(workload: Subject, *, whole: bool) -> int | None:
    """The fewest replicas that the files let a workload have; None where they do not tell.

    An autoscaler decides over what the workload says, and may be elsewhere where only a part is scanned.
    """
    if kind_of(workload) not in _SCALED:
        return None
    if workload.facts.get("autoscaled"):
        return workload.facts.get("autoscaled_from")
    stated = path(workload.bindings["object"], "spec", "replicas")
    replicas = 1 if stated is None else stated
    return replicas if whole and isinstance(replicas, int) else None


def _evict(budget: Subject, workload: Subject, count: int) -> None:
    """`eviction` of a budget: `pods` at the fewest, and how many of them are `allowed` to be away."""
    spec = budget.bindings["object"]["spec"]
    kept, away = _number(spec.get("minAvailable"), count), _number(spec.get("maxUnavailable"), count)
    if count and (kept is None) != (away is None):
        allowed = count - kept if kept is not None else min(away or 0, count)
        budget.facts["eviction"] = {"pods": count, "allowed": max(allowed, 0)}
        budget.related["workload"] = place(workload)


def _number(stated: Any, count: int) -> int | None:
    """A number or a share of a count, which Kubernetes rounds up; None for anything else."""
    if isinstance(stated, int):
        return stated
    share = _PERCENT.match(stated) if isinstance(stated, str) else None
    return math.ceil(count * int(share[1]) / 100) if share else None
