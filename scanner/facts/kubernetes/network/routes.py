"""From the outside to the pod: routes, the Services that they lead to, and the workloads behind those."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict

from scanner.facts.fact import Fact
from scanner.facts.groups import place
from scanner.facts.kubernetes.makers import Makers
from scanner.facts.kubernetes.network import doors
from scanner.facts.kubernetes.network.backends import Backend, routes
from scanner.facts.kubernetes.objects import Objects, kind_of, name_of, path, ports_of
from scanner.facts.kubernetes.selectors import Labelled
from scanner.model import Subject
from scanner.subjects.kubernetes import RESOURCE, WORKLOAD


class BackendItem(TypedDict):
    """A Service that a route names."""

    field: str
    name: str
    port: NotRequired[int | str]
    found: NotRequired[bool]
    port_found: NotRequired[bool]


class WayIn(TypedDict):
    """A way from outside of the cluster."""

    kind: str
    name: str
    tls: NotRequired[bool]


class TargetPort(TypedDict):
    """A port that a Service names, and whether a container of the selected pods has it."""

    field: str
    name: str
    found: NotRequired[bool]


class GoverningService(TypedDict):
    """The Service of a StatefulSet."""

    name: str
    found: NotRequired[bool]
    headless: NotRequired[bool]


_ROUTES = (
    "GRPCRoute",
    "HTTPProxy",
    "HTTPRoute",
    "Ingress",
    "IngressRoute",
    "Route",
    "TCPRoute",
    "TLSRoute",
    "UDPRoute",
    "VirtualService",
)
BACKENDS = Fact(
    "backends",
    (RESOURCE,),
    list[BackendItem],
    "The Services that the route names, whether each is there, and whether it has the port.",
    objects=_ROUTES,
    item_related=("service",),
)
TLS = Fact(
    "tls",
    (RESOURCE,),
    bool,
    "Whether every way to the route from outside is under TLS, at the Gateways that it attaches to as well; absent "
    "where the files do not tell.",
    objects=_ROUTES,
)
TLS_OFFERED = Fact(
    "tls_offered",
    (RESOURCE,),
    bool,
    "Whether a Gateway of Gateway API that the route names has a listener with TLS.",
    objects=("GRPCRoute", "HTTPRoute", "TCPRoute", "TLSRoute", "UDPRoute"),
)
TARGET_PORTS = Fact(
    "target_ports",
    (RESOURCE,),
    list[TargetPort],
    "Each `targetPort` that is a name, and whether a container of the selected pods has it.",
    objects=("Service",),
    related=("workload",),
)
EXPOSED = Fact(
    "exposed",
    (WORKLOAD,),
    list[WayIn],
    "The ways from outside of the cluster: routes, Services (NodePort, LoadBalancer, external address), `hostPort` and "
    "`hostNetwork`; `tls` where the files tell.",
    related=("exposed", "exposed_service"),
)
GOVERNING_SERVICE = Fact(
    "governing_service",
    (WORKLOAD,),
    GoverningService,
    "The Service that its `serviceName` names, whether it is there, and whether it is headless.",
    objects=("StatefulSet",),
    related=("governing_service",),
)


@dataclass(frozen=True, slots=True)
class _Way:
    """One way from the outside to a Service."""

    door: Subject
    service: Subject
    tls: bool | None = None

    def item(self) -> dict[str, Any]:
        """The way as rules see it."""
        told = {} if self.tls is None else {"tls": self.tls}
        return {"kind": kind_of(self.door), "name": name_of(self.door), **told}


def derive(objects: Objects, pods: Labelled, makers: Makers) -> None:
    """Attach to routes and Services what they lead to, and to workloads how they are reached."""
    ways: defaultdict[int, list[_Way]] = defaultdict(list)
    for route, backends in routes(objects):
        services = _lead(route, backends, objects, makers)
        if not doors.leads_in(route):
            continue
        tls, offered = doors.has_tls(route, objects), doors.offers_tls(route, objects)
        told = {"tls": tls, "tls_offered": offered}
        route.facts.update({name: fact for name, fact in told.items() if fact is not None})
        for service in services:
            ways[id(service)].append(_Way(route, service, tls))
    _expose(objects, pods, ways)
    _governing(objects, makers)


def _lead(route: Subject, backends: list[Backend], objects: Objects, makers: Makers) -> list[Subject]:
    """`backends` of a route: the Services that it names, each with whether it and its port are there (`found`)."""
    items, services = [], {}
    for number, backend in enumerate(backends):
        item: dict[str, Any] = {"field": backend.field, "name": backend.name}
        if backend.port is not None:
            item["port"] = backend.port
        service, sure = objects.find(route, "core", "Service", backend.name, namespace=backend.namespace)
        if service:
            item["found"] = True
            route.related[f"backends.{number}.service"] = place(service)
            services[id(service)] = service
            if backend.port is not None and (found := _has_port(service, backend.port)) is not None:
                item["port_found"] = found
        elif sure and backend.only_service and not makers.may_name(route, backend.name, backend.namespace):
            item["found"] = False
        items.append(item)
    route.facts["backends"] = items
    return list(services.values())


def _has_port(service: Subject, port: int | str) -> bool | None:
    """Whether a Service has a port, by number or by name; None for a name for a host elsewhere."""
    spec = path(service.bindings["object"], "spec")
    ports = path(spec, "ports")
    if not isinstance(ports, list) or path(spec, "type") == "ExternalName":
        return None
    stated = [item.get(name) for item in ports if isinstance(item, dict) for name in ("port", "name")]
    return port in stated or (isinstance(port, str) and port.isdecimal() and int(port) in stated)


def _expose(objects: Objects, pods: Labelled, ways: dict[int, list[_Way]]) -> None:
    """`exposed` of each workload, and `target_ports` of each Service."""
    into: defaultdict[int, list[_Way]] = defaultdict(list)
    perhaps: set[int] = set()
    for service in objects.of("core", "Service"):
        selector = path(service.bindings["object"], "spec", "selector")
        sure, maybe = pods.selected(service, selector, labels_only=True) if selector else ((), [])
        service.facts["target_ports"] = list(_target_ports(service, sure, maybe, pods, whole=objects.whole))
        found = ways.get(id(service), [])
        found = [*found, _Way(service, service)] if doors.opens(service) else found
        if found:
            perhaps.update(maybe)
            for kin in sure:
                into[kin].extend(found)
    for kin, members in enumerate(pods.kins):
        found = into.get(kin, [])
        items = [way.item() for way in found]
        for workload in members:
            own = [*items, *_own_ways(workload)]
            if own or (objects.whole and kin not in perhaps):
                workload.facts["exposed"] = own
            if found:
                workload.related["exposed"] = place(found[0].door)
                if found[0].service is not found[0].door:
                    workload.related["exposed_service"] = place(found[0].service)


def _own_ways(workload: Subject) -> Iterator[dict[str, Any]]:
    """Ports of the node by which pods are reached without any Service."""
    pod = workload.bindings["pod"]
    if pod.get("hostNetwork") is True:
        yield {"kind": "hostNetwork", "name": name_of(workload)}
    elif any(port.get("hostPort") for port in ports_of(workload)):
        yield {"kind": "hostPort", "name": name_of(workload)}


def _target_ports(
    service: Subject, sure: tuple[int, ...], maybe: list[int], pods: Labelled, *, whole: bool
) -> Iterator[dict[str, Any]]:
    """The ports that a Service seeks by name in the containers of the pods it selects."""
    ports = path(service.bindings["object"], "spec", "ports")
    for number, port in enumerate(ports if isinstance(ports, list) and sure else ()):
        name = port.get("targetPort") if isinstance(port, dict) else None
        if not isinstance(name, str) or name.isdecimal():
            continue
        item: dict[str, Any] = {"field": f"spec.ports.{number}.targetPort", "name": name}
        if any(stated.get("name") == name for kin in sure for pod in pods.kins[kin] for stated in ports_of(pod)):
            item["found"] = True
        elif whole and not maybe:
            item["found"] = False
        yield item
    if sure:
        service.related["workload"] = place(pods.kins[sure[0]][0])


def _governing(objects: Objects, makers: Makers) -> None:
    """`governing_service` of each StatefulSet that names one: whether it is there and headless."""
    for resource in objects.of("apps", "StatefulSet"):
        workload = objects.pod_of(resource)
        name = path(resource.bindings["object"], "spec", "serviceName")
        if workload is None or not isinstance(name, str) or not name:
            continue
        stated: dict[str, Any] = {"name": name}
        service, sure = objects.find(resource, "core", "Service", name)
        if service:
            address = path(service.bindings["object"], "spec", "clusterIP")
            stated |= {"found": True, "headless": address == "None"}
            workload.related["governing_service"] = place(service)
        elif sure and not makers.may_name(resource, name):
            stated["found"] = False
        workload.facts["governing_service"] = stated
