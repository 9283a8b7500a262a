"""Routes of every kind -> the Services that they lead to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct

from scanner.facts.kubernetes.objects import Objects, path
from scanner.model import Subject

_CLUSTER_DOMAIN = ("svc", "cluster", "local")


class Backend(Struct, frozen=True):
    """A Service that a route names."""

    field: str
    """Where the route does."""
    name: str
    namespace: str = ""
    """The namespace that the reference states, empty for the route's own."""
    port: int | str | None = None
    """Number or name of its port, where the route states one."""
    only_service: bool = True
    """The name can mean a Service alone, and no host elsewhere."""


def routes(objects: Objects) -> Iterator[tuple[Subject, list[Backend]]]:
    """The routes among objects, each with its backends."""
    for (groups, kind), read in _DIALECTS.items():
        for group in groups:
            for subject in objects.of(group, kind):
                spec = path(subject.bindings["object"], "spec")
                yield subject, list(read(spec)) if isinstance(spec, dict) else []


def _ingress(spec: dict[str, Any]) -> Iterator[Backend]:
    stated: list[tuple[str, Any]] = [
        ("spec.defaultBackend", spec.get("defaultBackend")),
        ("spec.backend", spec.get("backend")),
    ]
    for number, rule in _entries(spec.get("rules")):
        for index, way in _entries(path(rule, "http", "paths")):
            stated.append((f"spec.rules.{number}.http.paths.{index}.backend", way.get("backend")))
    for at, backend in stated:
        if not isinstance(backend, dict):
            continue
        if isinstance(service := backend.get("service"), dict):
            port = path(service, "port", "number") or path(service, "port", "name")
            if port != "use-annotation":  # the controller of AWS then takes the name for an annotation's
                yield _backend(f"{at}.service", service.get("name"), port=port)
        elif "serviceName" in backend and backend.get("servicePort") != "use-annotation":
            yield _backend(at, backend["serviceName"], port=backend.get("servicePort"))


def _gateway_route(spec: dict[str, Any]) -> Iterator[Backend]:
    for number, rule in _entries(spec.get("rules")):
        at = f"spec.rules.{number}"
        stated: list[tuple[str, Any]] = [
            (f"{at}.backendRefs.{index}", ref) for index, ref in _entries(rule.get("backendRefs"))
        ]
        stated += [
            (f"{at}.filters.{index}.requestMirror.backendRef", path(item, "requestMirror", "backendRef"))
            for index, item in _entries(rule.get("filters"))
        ]
        for field, ref in stated:
            if isinstance(ref, dict) and not ref.get("group") and ref.get("kind", "Service") == "Service":
                yield _backend(field, ref.get("name"), ref.get("namespace"), ref.get("port"))


def _openshift_route(spec: dict[str, Any]) -> Iterator[Backend]:
    stated = [("spec.to", spec.get("to"))]
    stated += [(f"spec.alternateBackends.{index}", ref) for index, ref in _entries(spec.get("alternateBackends"))]
    for field, ref in stated:
        if isinstance(ref, dict) and ref.get("kind", "Service") == "Service":
            yield _backend(field, ref.get("name"))


def _virtual_service(spec: dict[str, Any]) -> Iterator[Backend]:
    for protocol in ("http", "tls", "tcp"):
        for number, rule in _entries(spec.get(protocol)):
            for index, way in _entries(rule.get("route")):
                destination = way.get("destination")
                if not isinstance(destination, dict) or not isinstance(host := destination.get("host"), str):
                    continue
                field = f"spec.{protocol}.{number}.route.{index}.destination"
                name, *rest = host.split(".")
                if len(rest) < 2 or tuple(rest[1:]) in (_CLUSTER_DOMAIN, _CLUSTER_DOMAIN[:1]):  # noqa: PLR2004
                    port = path(destination, "port", "number")
                    yield Backend(field, name, rest[0] if rest else "", port, len(rest) != 1)


def _listed_services(spec: dict[str, Any]) -> Iterator[Backend]:
    """The routes of Contour and Traefik."""
    stated = [(f"spec.routes.{number}", rule) for number, rule in _entries(spec.get("routes"))]
    if isinstance(proxy := spec.get("tcpproxy"), dict):
        stated.append(("spec.tcpproxy", proxy))
    for at, rule in stated:
        for index, service in _entries(rule.get("services")):
            name = str(service.get("name") or "")
            if service.get("kind", "Service") == "Service" and "@" not in name:
                yield _backend(f"{at}.services.{index}", name, service.get("namespace"), service.get("port"))


def _backend(field: str, name: Any, namespace: Any = None, port: Any = None) -> Backend:
    return Backend(field, str(name or ""), str(namespace or ""), port if isinstance(port, int | str) else None)


def _entries(value: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    """The mappings of a list, with their numbers."""
    for number, item in enumerate(value if isinstance(value, list) else ()):
        if isinstance(item, dict):
            yield number, item


_GATEWAY = ("gateway.networking.k8s.io",)
_DIALECTS: dict[tuple[tuple[str, ...], str], Callable[[dict[str, Any]], Iterator[Backend]]] = {
    (("networking.k8s.io", "extensions"), "Ingress"): _ingress,
    (_GATEWAY, "HTTPRoute"): _gateway_route,
    (_GATEWAY, "GRPCRoute"): _gateway_route,
    (_GATEWAY, "TLSRoute"): _gateway_route,
    (_GATEWAY, "TCPRoute"): _gateway_route,
    (_GATEWAY, "UDPRoute"): _gateway_route,
    (("route.openshift.io",), "Route"): _openshift_route,
    (("networking.istio.io",), "VirtualService"): _virtual_service,
    (("projectcontour.io",), "HTTPProxy"): _listed_services,
    (("traefik.io", "traefik.containo.us"), "IngressRoute"): _listed_services,
}
