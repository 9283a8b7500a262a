"""Autoscalers and what they scale."""

from __future__ import annotations

from functools import partial

from scanner.facts.fact import Fact
from scanner.facts.groups import place
from scanner.facts.kubernetes import lacks
from scanner.facts.kubernetes.cluster import Cluster
from scanner.facts.kubernetes.objects import Objects, group_of, path
from scanner.facts.lack import Lack
from scanner.facts.step import Facts, read, step
from scanner.model import Subject
from scanner.subjects.kubernetes import RESOURCE, WORKLOAD

TARGET_FOUND = Fact(
    "target_found",
    (RESOURCE,),
    bool,
    "Whether the workload that it scales is in the files; absent where only a part of a bundle is scanned "
    "and the workload is not in it.",
    provide="scan the folder that holds the workload that it scales",
    objects=("HorizontalPodAutoscaler", "ScaledObject"),
    related=("target",),
)
AUTOSCALED = Fact(
    "autoscaled",
    (RESOURCE, WORKLOAD),
    bool,
    "True where an autoscaler scales it; absent where no autoscaler in the files does.",
    provide="scan the folder that holds its autoscaler",
    related=("autoscaler",),
)
AUTOSCALED_FROM = Fact(
    "autoscaled_from",
    (RESOURCE, WORKLOAD),
    int,
    "The minimum number of replicas that the autoscaler allows.",
    provide="scan the folder that holds its autoscaler",
)

_SCALERS = (
    ("autoscaling", "HorizontalPodAutoscaler", "minReplicas", 1),
    ("keda.sh", "ScaledObject", "minReplicaCount", 0),
)
"""Group and kind of autoscalers, the field of the fewest replicas and what its absence means."""


@step(
    Cluster,
    gives=(TARGET_FOUND, AUTOSCALED, AUTOSCALED_FROM),
    reads=(
        read(
            RESOURCE,
            "object.spec.minReplicaCount",
            "object.spec.minReplicas",
            "object.spec.scaleTargetRef",
            objects=("HorizontalPodAutoscaler", "ScaledObject"),
        ),
    ),
)
def link_autoscalers(cluster: Cluster, facts: Facts) -> None:
    """What each autoscaler scales, and how few replicas it leaves."""
    for group, kind, field, absent in _SCALERS:
        for scaler in cluster.objects.of(group, kind):
            if (target := _target(scaler, cluster.objects, facts)) is None:
                continue
            facts.add(target, AUTOSCALED, True)
            facts.relate(target, "autoscaler", place(scaler))
            least = path(scaler.bindings["object"], "spec", field)
            if least is None or isinstance(least, int):
                facts.add(target, AUTOSCALED_FROM, absent if least is None else least)


def _target(scaler: Subject, objects: Objects, facts: Facts) -> Subject | None:
    """What an autoscaler scales, as the workload where it is one; None where it is not among the objects."""
    target = path(scaler.bindings["object"], "spec", "scaleTargetRef")
    if not isinstance(target, dict):
        why = "`spec.scaleTargetRef` is not stated"
        facts.lack(scaler, TARGET_FOUND, lambda: Lack(why, "state `spec.scaleTargetRef`"))
        return None
    version = str(target.get("apiVersion") or "apps/v1")
    group = version.rpartition("/")[0] or "core"
    kind = target.get("kind") or ("Deployment" if group_of(scaler) == "keda.sh" else None)
    found, sure = objects.find(scaler, group, str(kind), str(target.get("name")))
    if found:
        facts.add(scaler, TARGET_FOUND, True)
        facts.relate(scaler, "target", place(found))
        return objects.pod_of(found) or found
    if sure:
        facts.add(scaler, TARGET_FOUND, False)
    else:
        words = partial(lacks.of_object, objects, scaler, str(kind), str(target.get("name")), group=group)
        facts.lack(scaler, TARGET_FOUND, words)
    return None
