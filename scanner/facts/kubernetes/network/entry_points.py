"""Entry points of the cluster: whether a route or a Service takes external traffic, and whether it uses TLS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scanner.facts.kubernetes import lacks
from scanner.facts.kubernetes.objects import Objects, group_of, kind_of, listed, path
from scanner.facts.lack import Lack
from scanner.model import Subject

_GATEWAY_API = "gateway.networking.k8s.io"
_TLS_PROTOCOLS = ("HTTPS", "TLS")
_TLS_WORDS = ("tls", "ssl", "cert", "https")
"""Words in annotations that configure TLS for controllers."""


def takes_external_traffic(route: Subject) -> bool:
    """Whether a route takes calls from outside; routes of a mesh take those of its own pods."""
    spec = path(route.bindings["object"], "spec")
    if kind_of(route) == "VirtualService":
        return any(gateway != "mesh" for gateway in listed(path(spec, "gateways")))
    if group_of(route) == _GATEWAY_API:
        return any(path(ref, "kind") in (None, "Gateway") for ref in listed(path(spec, "parentRefs")))
    return True


def is_external(service: Subject) -> bool:
    """Whether a Service itself is reached from outside."""
    spec = path(service.bindings["object"], "spec")
    return path(spec, "type") in ("LoadBalancer", "NodePort") or bool(path(spec, "externalIPs"))


def has_tls(route: Subject, objects: Objects) -> bool | None:
    """Whether all external traffic to a route uses TLS; None where the files do not show it."""
    spec = path(route.bindings["object"], "spec")
    match kind_of(route):
        case "TLSRoute":
            return True
        case "VirtualService":
            return _all_of([_server_tls(route, name, objects) for name in listed(path(spec, "gateways"))])
        case "HTTPProxy":
            return None if path(spec, "virtualhost") is None else bool(path(spec, "virtualhost", "tls"))
        case "Ingress" | "Route" | "IngressRoute":
            return True if path(spec, "tls") is not None else _plain(route)
        case "TCPRoute" | "UDPRoute":
            return None
    return _all_of([_listener_tls(route, ref, objects) for ref in listed(path(spec, "parentRefs"))])


def _plain(route: Subject) -> bool | None:
    """What a missing TLS section means: plaintext, unless a controller or an annotation decides."""
    notes = path(route.bindings["object"], "metadata", "annotations")
    names = notes if isinstance(notes, dict) else ()
    told_otherwise = any(word in str(name).lower() for name in names for word in _TLS_WORDS)
    return None if told_otherwise or kind_of(route) == "IngressRoute" else False


def offers_tls(route: Subject, objects: Objects) -> bool | None:
    """Whether a Gateway that a route names has a listener with TLS at all; None where none of them is in the files."""
    refs = listed(path(route.bindings["object"], "spec", "parentRefs"))
    gateways = [gateway for ref in refs if (gateway := _gateway(route, ref, objects))]
    if not gateways:
        return None
    return any(listener.get("protocol") in _TLS_PROTOCOLS for gateway in gateways for listener in _listeners(gateway))


def _listener_tls(route: Subject, ref: Any, objects: Objects) -> bool | None:
    """Whether the listeners of a Gateway that a route attaches to are under TLS."""
    gateway = _gateway(route, ref, objects)
    if gateway is None:
        return None
    answers = [
        listener.get("protocol") in _TLS_PROTOCOLS
        for listener in _listeners(gateway)
        if ref.get("sectionName") in (None, listener.get("name")) and ref.get("port") in (None, listener.get("port"))
    ]
    return all(answers) if answers else None


def _gateway(route: Subject, ref: Any, objects: Objects) -> Subject | None:
    """The Gateway that a reference of a route names, where it is among the objects."""
    if not isinstance(ref, dict) or ref.get("kind", "Gateway") != "Gateway":
        return None
    namespace = str(ref.get("namespace") or "")
    return objects.find(route, _GATEWAY_API, "Gateway", str(ref.get("name")), namespace=namespace)[0]


def _listeners(gateway: Subject) -> Iterator[dict[str, Any]]:
    for listener in listed(path(gateway.bindings["object"], "spec", "listeners")):
        if isinstance(listener, dict):
            yield listener


def _server_tls(route: Subject, name: Any, objects: Objects) -> bool | None:
    """Whether the servers of an Istio Gateway are under TLS, or send callers there."""
    if name == "mesh":
        return True
    namespace, _, bare = str(name).rpartition("/")
    gateway, _ = objects.find(route, "networking.istio.io", "Gateway", bare, namespace=namespace)
    if gateway is None:
        return None
    servers = [server for server in listed(path(gateway.bindings["object"], "spec", "servers")) if server]
    return all(bool(path(server, "tls")) for server in servers) if servers else None


def _all_of(answers: list[bool | None]) -> bool | None:
    """Kleene's conjunction of at least one answer."""
    if False in answers:
        return False
    return None if None in answers or not answers else True


def open_tls(route: Subject, objects: Objects) -> Lack:
    """It is not known whether the external traffic to a route uses TLS."""
    spec = path(route.bindings["object"], "spec")
    for ref in listed(path(spec, "parentRefs")):
        if isinstance(ref, dict) and _gateway(route, ref, objects) is None:
            kind, space = str(ref.get("kind") or "Gateway"), str(ref.get("namespace") or "")
            return lacks.of_object(objects, route, kind, str(ref.get("name")), group=_GATEWAY_API, namespace=space)
    for name in listed(path(spec, "gateways")):
        if name != "mesh" and _server_tls(route, name, objects) is None:
            space, _, bare = str(name).rpartition("/")
            return lacks.of_object(objects, route, "Gateway", bare, group="networking.istio.io", namespace=space)
    return Lack(
        f"{route.name} has no TLS section, and its controller or an annotation may configure TLS",
        "state the TLS of the route in `spec`, or check the configuration of its controller",
    )
