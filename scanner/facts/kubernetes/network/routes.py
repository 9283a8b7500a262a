"""From the outside to the pod: routes, the Services that they lead to, and the workloads behind those."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import partial
from typing import NotRequired, TypedDict

from msgspec import Struct

from scanner.facts.fact import Fact
from scanner.facts.groups import place
from scanner.facts.kubernetes import lacks
from scanner.facts.kubernetes.cluster import Cluster
from scanner.facts.kubernetes.network import entry_points
from scanner.facts.kubernetes.network.backends import Backend, routes
from scanner.facts.kubernetes.objects import PORTS_READ, kind_of, name_of, namespace_of, path, ports_of
from scanner.facts.kubernetes.selectors import Kins, Selections
from scanner.facts.lack import Lack
from scanner.facts.step import Facts, read, step
from scanner.model import Subject
from scanner.subjects.kubernetes import RESOURCE, WORKLOAD


class BackendItem(TypedDict):
    """A Service that a route names."""

    field: str
    name: str
    port: NotRequired[int | str]
    found: NotRequired[bool]
    port_found: NotRequired[bool]


class EntryPoint(TypedDict):
    """A way from outside of the cluster."""

    kind: str
    name: str
    tls: NotRequired[bool]


class TargetPort(TypedDict):
    """A port that a Service names, and whether a container of the selected pods has it."""

    field: str
    name: str
    found: NotRequired[bool]


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
    "The Services that the route names, whether each exists in the files, and whether it has the port.",
    provide="scan the folder that holds the Services that the route names",
    objects=_ROUTES,
    item_related=("service",),
)
TLS = Fact(
    "tls",
    (RESOURCE,),
    bool,
    "Whether all external traffic to the route uses TLS, also at the Gateways that it attaches to; absent where the "
    "files do not show it.",
    provide="scan the folder that holds the Gateways that the route attaches to",
    objects=_ROUTES,
)
TLS_OFFERED = Fact(
    "tls_offered",
    (RESOURCE,),
    bool,
    "Whether a Gateway of Gateway API that the route names has a listener with TLS.",
    provide="scan the folder that holds the Gateways that the route attaches to",
    objects=("GRPCRoute", "HTTPRoute", "TCPRoute", "TLSRoute", "UDPRoute"),
)
TARGET_PORTS = Fact(
    "target_ports",
    (RESOURCE,),
    list[TargetPort],
    "Each `targetPort` that is a name, and whether a container of the selected pods has it.",
    provide="scan the folder that holds the workloads that the Service selects",
    objects=("Service",),
    related=("workload",),
)
EXPOSED = Fact(
    "exposed",
    (WORKLOAD,),
    list[EntryPoint],
    "The entry points from outside of the cluster: routes, Services (NodePort, LoadBalancer, external address), "
    "`hostPort` and `hostNetwork`; `tls` where the files show it.",
    provide="scan the folder that holds the Services and routes that lead to the workload, and state the namespaces",
    related=("exposed", "exposed_service"),
)


class _EntryRoute(Struct, frozen=True):
    """One way from the outside to a Service."""

    door: Subject
    service: Subject
    tls: bool | None = None

    def item(self) -> EntryPoint:
        """The way as rules see it."""
        item = EntryPoint(kind=kind_of(self.door), name=name_of(self.door))
        if self.tls is not None:
            item["tls"] = self.tls
        return item


@step(
    Cluster,
    gives=(BACKENDS, TLS, TLS_OFFERED, EXPOSED),
    reads=(
        read(RESOURCE, "object.spec", names=("object.metadata.annotations",), objects=_ROUTES),
        read(RESOURCE, "object.spec.listeners", "object.spec.servers", objects=("Gateway",)),
        read(
            RESOURCE,
            "object.spec.externalIPs",
            "object.spec.ports",
            "object.spec.selector",
            "object.spec.type",
            objects=("Service",),
        ),
        read(WORKLOAD, "pod.hostNetwork"),
        PORTS_READ,
    ),
)
def check_routes(cluster: Cluster, facts: Facts) -> None:
    """Where routes lead to, whether the way is under TLS, and the workloads that are reached from outside."""
    ways: defaultdict[Subject, list[_EntryRoute]] = defaultdict(list)
    for route, backends in routes(cluster.objects):
        services = _check_backends(route, backends, cluster, facts)
        if not entry_points.takes_external_traffic(route):
            continue
        tls, offered = entry_points.has_tls(route, cluster.objects), entry_points.offers_tls(route, cluster.objects)
        for fact, value in ((TLS, tls), (TLS_OFFERED, offered)):
            if value is not None:
                facts.add(route, fact, value)
            else:
                facts.lack(route, fact, partial(entry_points.open_tls, route, cluster.objects))
        for service in services:
            ways[service].append(_EntryRoute(route, service, tls))
    _find_entry_points(cluster, ways, facts)


def _check_backends(route: Subject, backends: list[Backend], cluster: Cluster, facts: Facts) -> list[Subject]:
    """The Services that a route names, after stating whether each and its port are there."""
    items: list[BackendItem] = []
    services: dict[Subject, None] = {}
    for number, backend in enumerate(backends):
        item = BackendItem(field=backend.field, name=backend.name)
        if backend.port is not None:
            item["port"] = backend.port
        service, sure = cluster.objects.find(route, "core", "Service", backend.name, namespace=backend.namespace)
        if service:
            item["found"] = True
            facts.relate_item(route, BACKENDS, number, "service", place(service))
            services[service] = None
            if backend.port is not None and (found := _has_port(service, backend.port)) is not None:
                item["port_found"] = found
        elif sure and backend.only_service and not cluster.makers.may_name(route, backend.name, backend.namespace):
            item["found"] = False
        words = partial(_open_backend, cluster, route, backend)
        facts.lack(route, BACKENDS, words, item=number, key="found")
        if service:
            facts.lack(route, BACKENDS, partial(_open_port, service, backend), item=number, key="port_found")
        items.append(item)
    facts.add(route, BACKENDS, items)
    return list(services)


def _open_backend(cluster: Cluster, route: Subject, backend: Backend) -> Lack:
    """The Service that a route names is not found, and it is not known that there is none."""
    told = lacks.of_object(cluster.objects, route, "Service", backend.name, namespace=backend.namespace)
    if maker := cluster.makers.named(route, backend.name, backend.namespace):
        made = lacks.of_made(maker, "it", "Services", "services", backend.namespace or namespace_of(route))
        return Lack(f"{told.why}; {made.why}", made.provide)
    return told


def _open_port(service: Subject, backend: Backend) -> Lack:
    host = path(service.bindings["object"], "spec", "externalName")
    if isinstance(host, str):
        why = f"{lacks.shown(service)} stands for the host `{host}` (`type: ExternalName`), whose ports no file states"
        return Lack(why, f"state port {backend.port} in `spec.ports` of the Service if it is open at `{host}`")
    return Lack(f"{lacks.shown(service)} states no ports", "state `spec.ports` of the Service")


def _has_port(service: Subject, port: int | str) -> bool | None:
    """Whether a Service has a port, by number or by name; None for a name for a host elsewhere."""
    spec = path(service.bindings["object"], "spec")
    ports = path(spec, "ports")
    if not isinstance(ports, list) or path(spec, "type") == "ExternalName":
        return None
    stated = [item.get(name) for item in ports if isinstance(item, dict) for name in ("port", "name")]
    return port in stated or (isinstance(port, str) and port.isdecimal() and int(port) in stated)


def _find_entry_points(cluster: Cluster, ways: Mapping[Subject, list[_EntryRoute]], facts: Facts) -> None:
    """State the ways from outside to each workload."""
    into: Selections[list[_EntryRoute]] = Selections()
    for service in cluster.objects.of("core", "Service"):
        found = ways.get(service, [])
        found = [*found, _EntryRoute(service, service)] if entry_points.is_external(service) else found
        if found:
            into.add(found, _pods_of(service, cluster))
    complete = cluster.objects.complete("Service", *_ROUTES)
    for kins, leading, perhaps in into.each(len(cluster.pods.kins)):
        found = [way for some in leading for way in some]
        items = [way.item() for way in found]
        for workload in (workload for kin in kins for workload in cluster.pods.kins[kin]):
            own = [*items, *_own_ways(workload)]
            if own or (complete and not perhaps):
                facts.add(workload, EXPOSED, own)
            else:
                services = [each.service for some in perhaps for each in some]
                facts.lack(workload, EXPOSED, partial(_open_entry, cluster, workload, services))
            if found:
                facts.relate(workload, "exposed", place(found[0].door))
                if found[0].service is not found[0].door:
                    facts.relate(workload, "exposed_service", place(found[0].service))


def _open_entry(cluster: Cluster, workload: Subject, perhaps: list[Subject]) -> Lack:
    """A Service that may be in another namespace, or an object that was not read, may lead to a workload."""
    if perhaps:
        return lacks.of_doubt(workload, perhaps[0])
    return lacks.of_objects(cluster.objects, f"Services and routes that lead to {workload.name}", "Service", *_ROUTES)


def _pods_of(service: Subject, cluster: Cluster) -> Kins:
    """The groups of workloads that a Service selects, and those that it may select."""
    selector = path(service.bindings["object"], "spec", "selector")
    return cluster.pods.selected(service, selector, labels_only=True) if selector else ((), ())


def _own_ways(workload: Subject) -> Iterator[EntryPoint]:
    """Ports of the node by which pods are reached without any Service."""
    pod = workload.bindings["pod"]
    if pod.get("hostNetwork") is True:
        yield {"kind": "hostNetwork", "name": name_of(workload)}
    elif any(port.get("hostPort") for port in ports_of(workload)):
        yield {"kind": "hostPort", "name": name_of(workload)}


@step(
    Cluster,
    gives=(TARGET_PORTS,),
    reads=(read(RESOURCE, "object.spec.ports", "object.spec.selector", objects=("Service",)), PORTS_READ),
)
def find_target_ports(cluster: Cluster, facts: Facts) -> None:
    """The ports that each Service seeks by name in the containers of the pods it selects."""
    for service in cluster.objects.of("core", "Service"):
        sure, maybe = _pods_of(service, cluster)
        names = cluster.pods.ports(sure, ports_of) if sure else None
        ports = list(_target_ports(service, names, sure=cluster.objects.has_all_pods() and not maybe))
        facts.add(service, TARGET_PORTS, ports)
        selector = path(service.bindings["object"], "spec", "selector")
        if any("found" not in port for port in ports):
            facts.lack(service, TARGET_PORTS, partial(lacks.of_pods, cluster, service, selector, maybe))
        if sure:
            facts.relate(service, "workload", place(cluster.pods.kins[sure[0]][0]))


def _target_ports(service: Subject, names: frozenset[str] | None, *, sure: bool) -> Iterator[TargetPort]:
    """The named target ports, compared with the port names of the selected pods, where a Service selects any."""
    ports = path(service.bindings["object"], "spec", "ports")
    for number, port in enumerate(ports if isinstance(ports, list) and names is not None else ()):
        name = port.get("targetPort") if isinstance(port, dict) else None
        if not isinstance(name, str) or name.isdecimal():
            continue
        item = TargetPort(field=f"spec.ports.{number}.targetPort", name=name)
        found = names is not None and name in names
        if found or sure:
            item["found"] = found
        yield item
