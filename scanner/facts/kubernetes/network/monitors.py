"""Monitors of the Prometheus operator, and the Services and pods that they scrape."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NotRequired, TypedDict

from scanner.facts.fact import Fact
from scanner.facts.kubernetes.makers import Makers
from scanner.facts.kubernetes.objects import Objects, listed, path, ports_of
from scanner.facts.kubernetes.selectors import EVERYWHERE, Labelled, own_labels
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
    "The ports that it names, and whether what it selects has them.",
    objects=("PodMonitor", "ServiceMonitor"),
)

_GROUP = "monitoring.coreos.com"
_OF_THE_PLATFORM = frozenset({EVERYWHERE, "default", "kube-system"})
"""Where the cluster itself has Services and pods that stand in no repository, the API server's among them."""


def derive(objects: Objects, pods: Labelled, makers: Makers) -> None:
    """Attach to ServiceMonitors and PodMonitors what they select, and whether it has the ports that they name."""
    services = Labelled(objects.of("core", "Service"), own_labels)
    for kind, scraped, endpoints, ports_in in (
        ("ServiceMonitor", services, "endpoints", _service_ports),
        ("PodMonitor", pods, "podMetricsEndpoints", ports_of),
    ):
        for monitor in objects.of(_GROUP, kind):
            _attach(monitor, scraped, endpoints, ports_in, makers, whole=objects.whole)


def _attach(
    monitor: Subject,
    scraped: Labelled,
    endpoints: str,
    ports_in: Callable[[Subject], Iterable[Any]],
    makers: Makers,
    *,
    whole: bool,
) -> None:
    """`selected` and `endpoints` of a monitor; what may be elsewhere is left out."""
    selector = path(monitor.bindings["object"], "spec", "selector")
    sure: list[int] = []
    unsure = not whole
    for namespace in _namespaces(monitor):
        some, maybe = scraped.selected(monitor, selector, namespace=namespace)
        sure.extend(some)
        elsewhere = namespace in _OF_THE_PLATFORM or not (namespace == "" or scraped.has(namespace))
        unsure = unsure or bool(maybe) or elsewhere or makers.may_meet(monitor, selector, namespace)
    if sure or not unsure:
        monitor.facts["selected"] = scraped.names(tuple(sure))
    ports = {str(path(one, "name")) for kin in sure for member in scraped.kins[kin] for one in ports_in(member)}
    stated = path(monitor.bindings["object"], "spec", endpoints)
    monitor.facts["endpoints"] = [
        {"field": f"spec.{endpoints}.{number}.port", "name": port}
        | ({"found": True} if port in ports else {} if unsure else {"found": False})
        for number, item in enumerate(listed(stated))
        if sure and isinstance(port := path(item, "port"), str)
    ]


def _namespaces(monitor: Subject) -> list[str]:
    """Where a monitor looks: everywhere, in the namespaces that it names, or in its own, the empty one."""
    chosen = path(monitor.bindings["object"], "spec", "namespaceSelector")
    if path(chosen, "any") is True:
        return [EVERYWHERE]
    named = path(chosen, "matchNames")
    return [str(name) for name in named] if isinstance(named, list) and named else [""]


def _service_ports(service: Subject) -> list[Any]:
    return listed(path(service.bindings["object"], "spec", "ports"))
