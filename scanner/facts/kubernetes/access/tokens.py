"""Tokens of accounts for the Kubernetes API, and the pods that hold one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from scanner.facts.fact import Fact
from scanner.facts.kubernetes import lacks
from scanner.facts.kubernetes.cluster import Cluster
from scanner.facts.kubernetes.objects import Objects, namespace_of, path
from scanner.facts.kubernetes.references.accounts import account_of
from scanner.facts.lack import Lack
from scanner.facts.step import Facts, read, step
from scanner.model import Subject
from scanner.subjects.kubernetes import RESOURCE, WORKLOAD

TOKEN_MOUNTED = Fact(
    "token_mounted",
    (WORKLOAD,),
    bool,
    "Whether its containers have a token for the Kubernetes API: as the pod states, as its ServiceAccount states, by "
    "default, or in a projected volume; absent where the ServiceAccount is not in the files.",
    provide="state `automountServiceAccountToken` in the pod, or scan the folder that holds its ServiceAccount",
)

_AUDIENCES = ("api", "https://kubernetes.default")
"""How the names of the API server itself begin, among those that a token may be for."""


@step(
    Cluster,
    gives=(TOKEN_MOUNTED,),
    reads=(
        read(
            WORKLOAD,
            "pod.automountServiceAccountToken",
            "pod.serviceAccount",
            "pod.serviceAccountName",
            "pod.volumes.*.projected.sources.*.serviceAccountToken",
        ),
        read(RESOURCE, "object.automountServiceAccountToken", objects=("ServiceAccount",)),
    ),
)
def find_tokens(cluster: Cluster, facts: Facts) -> None:
    """Whether the containers of each workload hold a token."""
    for workload in cluster.objects.workloads:
        name = account_of(workload)
        if (mounted := _mounted(cluster.objects, workload, name)) is not None:
            facts.add(workload, TOKEN_MOUNTED, mounted)
        else:
            facts.lack(workload, TOKEN_MOUNTED, partial(_lack, cluster.objects, workload, name))


def _lack(objects: Objects, workload: Subject, name: str) -> Lack:
    accounts, _ = objects.nearest(workload, "core", "ServiceAccount", name)
    if accounts:
        return lacks.of_several(accounts, "differ in `automountServiceAccountToken`")
    if name == "default" and not objects.named("core", "ServiceAccount", name):
        space = f" of namespace `{namespace}`" if (namespace := namespace_of(workload)) else ""
        what = f"a ServiceAccount `default`{space} that sets `automountServiceAccountToken`"
        told = lacks.of_objects(objects, what, "ServiceAccount", near=workload)
        return Lack(told.why, f"state `automountServiceAccountToken` in the pod, or {told.provide}")
    instead = ", or state `automountServiceAccountToken` in the pod"
    return lacks.of_object(objects, workload, "ServiceAccount", name, instead=instead)


def _mounted(objects: Objects, workload: Subject, name: str) -> bool | None:
    pod = workload.bindings["pod"]
    if any(_for_api(token) for token in _projected(pod)):
        return True
    stated = pod.get("automountServiceAccountToken")
    if isinstance(stated, bool):
        return stated
    accounts, sure = objects.nearest(workload, "core", "ServiceAccount", name)
    if accounts:
        mounted = {each.bindings["object"].get("automountServiceAccountToken") is not False for each in accounts}
        return mounted.pop() if len(mounted) == 1 else None  # of one name, a cluster keeps the one applied last
    return True if sure and name == "default" else None


def _projected(pod: dict[str, Any]) -> Iterator[Any]:
    """The tokens that the volumes of a pod ask for."""
    volumes = pod.get("volumes")
    for volume in volumes if isinstance(volumes, list) else ():
        sources = path(volume, "projected", "sources")
        for source in sources if isinstance(sources, list) else ():
            token = path(source, "serviceAccountToken")
            if token is not None:
                yield token


def _for_api(token: Any) -> bool:
    audience = path(token, "audience")
    return audience is None or str(audience).startswith(_AUDIENCES)
