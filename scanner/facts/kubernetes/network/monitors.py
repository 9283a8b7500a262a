"""Monitors of the Prometheus operator, and the Services and pods that they scrape."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, NotRequired, TypedDict

from msgspec import Struct

from scanner.facts.fact import Fact
from scanner.facts.kubernetes import lacks
from scanner.facts.kubernetes.cluster import Cluster
from scanner.facts.kubernetes.described import described
from scanner.facts.kubernetes.objects import PORTS_READ, listed, namespace_of, path, ports_of
from scanner.facts.kubernetes.selections import SELECTED
from scanner.facts.kubernetes.selectors import EVERYWHERE, LabelledObjects, own_labels
from scanner.facts.lack import Lack
from scanner.facts.step import Facts, read, step
from scanner.model import Subject
from scanner.subjects.kubernetes import RESOURCE


class NamedPort(TypedDict):
    """A port that is named, and whether what should have it does."""

    field: str
    name: str
    found: NotRequired[bool]


ENDPOINTS = Fact(
    "endpoints",
    (RESOURCE,),
    list[NamedPort],
    "The ports that it names, and whether the selected Services or workloads have them.",
    provide="scan the folder that holds the Services or workloads that the monitor selects",
    objects=("PodMonitor", "ServiceMonitor"),
)

_GROUP = "monitoring.coreos.com"
_OF_THE_PLATFORM = frozenset({EVERYWHERE, "default", "kube-system"})
"""Namespaces in which the cluster itself has Services and pods that no repository holds, such as the API server's."""


@step(
    Cluster,
    gives=(SELECTED, ENDPOINTS),
    reads=(
        read(RESOURCE, "object.spec", objects=("PodMonitor", "ServiceMonitor")),
        read(RESOURCE, "object.metadata.labels", "object.spec.ports", objects=("Service",)),
        PORTS_READ,
    ),
)
def check_monitors(cluster: Cluster, facts: Facts) -> None:
    """What ServiceMonitors and PodMonitors select, and whether it has the ports that they name."""
    services = LabelledObjects(cluster.objects.of("core", "Service"), own_labels)
    for monitor in cluster.objects.of(_GROUP, "ServiceMonitor"):
        _check_monitor(monitor, _Scraped(services, "endpoints", _service_ports), cluster, facts)
    for monitor in cluster.objects.of(_GROUP, "PodMonitor"):
        _check_monitor(monitor, _Scraped(cluster.pods, "podMetricsEndpoints", ports_of), cluster, facts)


class _Scraped(Struct, frozen=True):
    """What a kind of monitor selects, the field in which it names ports, and where these are stated."""

    members: LabelledObjects
    field: str
    ports_in: Callable[[Subject], Iterable[Any]]


def _check_monitor(monitor: Subject, scraped: _Scraped, cluster: Cluster, facts: Facts) -> None:
    """What a monitor selects, and whether that has the ports; what may be elsewhere is left out."""
    selector = path(monitor.bindings["object"], "spec", "selector")
    sure: list[int] = []
    objects, apart = cluster.objects, False
    for namespace in _namespaces(monitor):
        some, maybe = scraped.members.selected(monitor, selector, namespace=namespace)
        sure.extend(some)
        elsewhere = namespace in _OF_THE_PLATFORM or not (namespace == "" or scraped.members.has(namespace))
        apart = apart or bool(maybe) or elsewhere or cluster.makers.may_meet(monitor, selector, namespace)
    if sure or not (apart or not objects.complete("Service") or not objects.has_all_pods()):
        facts.add(monitor, SELECTED, scraped.members.names(tuple(sure)))
    else:
        facts.lack(monitor, SELECTED, partial(_lack, monitor, scraped, cluster))
    ports = scraped.members.ports(tuple(sure), scraped.ports_in)
    unsure = apart or not objects.complete("Service", near=monitor) or not objects.has_all_pods(monitor)
    endpoints: list[NamedPort] = []
    for number, endpoint in enumerate(listed(path(monitor.bindings["object"], "spec", scraped.field)) if sure else ()):
        if isinstance(port := path(endpoint, "port"), str):
            item = NamedPort(field=f"spec.{scraped.field}.{number}.port", name=port)
            if port in ports or not unsure:
                item["found"] = port in ports
            else:
                facts.lack(monitor, ENDPOINTS, partial(_lack, monitor, scraped, cluster), item=len(endpoints))
            endpoints.append(item)
    facts.add(monitor, ENDPOINTS, endpoints)


def _lack(monitor: Subject, scraped: _Scraped, cluster: Cluster) -> Lack:
    """Something that a monitor selects may be elsewhere, or in a namespace that is not stated."""
    selector = path(monitor.bindings["object"], "spec", "selector")
    kind, spaces = ("Service" if scraped.field == "endpoints" else "pods"), _namespaces(monitor)
    for namespace in spaces:
        _, maybe = scraped.members.selected(monitor, selector, namespace=namespace)
        if maybe:
            return lacks.of_doubt(monitor, scraped.members.kins[maybe[0]][0], namespace)
    what = "a Service" if kind == "Service" else "a workload"
    space = spaces[0] if spaces[0] != EVERYWHERE else ""
    return lacks.of_objects(cluster.objects, what + described(selector, space or namespace_of(monitor)), kind)


def _namespaces(monitor: Subject) -> list[str]:
    """Where a monitor looks: everywhere, in the namespaces that it names, or in its own, the empty one."""
    chosen = path(monitor.bindings["object"], "spec", "namespaceSelector")
    if path(chosen, "any") is True:
        return [EVERYWHERE]
    named = path(chosen, "matchNames")
    return [str(name) for name in named] if isinstance(named, list) and named else [""]


def _service_ports(service: Subject) -> list[Any]:
    return listed(path(service.bindings["object"], "spec", "ports"))
