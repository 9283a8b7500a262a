"""The Services that govern StatefulSets."""

from __future__ import annotations

from functools import partial
from typing import NotRequired, TypedDict

from scanner.facts.fact import Fact
from scanner.facts.groups import place
from scanner.facts.kubernetes import lacks
from scanner.facts.kubernetes.cluster import Cluster
from scanner.facts.kubernetes.objects import path
from scanner.facts.lack import Lack
from scanner.facts.step import Facts, read, step
from scanner.model import Subject
from scanner.subjects.kubernetes import RESOURCE, WORKLOAD


class GoverningService(TypedDict):
    """The Service of a StatefulSet."""

    name: str
    found: NotRequired[bool]
    headless: NotRequired[bool]


GOVERNING_SERVICE = Fact(
    "governing_service",
    (WORKLOAD,),
    GoverningService,
    "The Service that the `serviceName` of a StatefulSet names, whether it exists in the files, and whether "
    "it is headless.",
    provide="state `serviceName`, and scan the folder that holds this Service",
    related=("governing_service",),
)


@step(
    Cluster,
    gives=(GOVERNING_SERVICE,),
    reads=(
        read(RESOURCE, "object.spec.serviceName", objects=("StatefulSet",)),
        read(RESOURCE, "object.spec.clusterIP", objects=("Service",)),
    ),
)
def find_governing_services(cluster: Cluster, facts: Facts) -> None:
    """Whether the Service that each StatefulSet names is there and headless."""
    for resource in cluster.objects.of("apps", "StatefulSet"):
        workload = cluster.objects.pod_of(resource)
        name = path(resource.bindings["object"], "spec", "serviceName")
        if workload is None:
            continue
        if not isinstance(name, str) or not name:
            facts.lack(workload, GOVERNING_SERVICE, partial(_unnamed, resource))
            continue
        stated = GoverningService(name=name)
        services, sure = cluster.objects.nearest(resource, "core", "Service", name)
        if services:
            stated["found"] = True
            headless = {path(each.bindings["object"], "spec", "clusterIP") == "None" for each in services}
            if len(headless) == 1:
                stated["headless"] = headless.pop()
            else:
                words = partial(lacks.of_several, services, "differ in `clusterIP`")
                facts.lack(workload, GOVERNING_SERVICE, words)
            facts.relate(workload, "governing_service", place(services[0]))
        elif sure and not cluster.makers.may_name(resource, name):
            stated["found"] = False
        else:
            words = partial(lacks.of_object, cluster.objects, resource, "Service", name)
            facts.lack(workload, GOVERNING_SERVICE, words)
        facts.add(workload, GOVERNING_SERVICE, stated)


def _unnamed(resource: Subject) -> Lack:
    return Lack(f"{resource.name} names no Service that governs it", "state `spec.serviceName`, and scan that Service")
