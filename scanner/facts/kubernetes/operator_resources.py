"""Custom resources out of which an operator may make pods and Services that no file shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

from scanner.facts.kubernetes.objects import Objects, group_of, in_same_namespace, kind_of, name_of, namespace_of, path
from scanner.facts.step import FieldRead, read
from scanner.model import Subject
from scanner.subjects.kubernetes import CLUSTER_SCOPED, RESOURCE

_MAKE_NOTHING = (
    "acme.cert-manager.io",
    "apisix.apache.org",
    "cert-manager.io",
    "cilium.io",
    "cloud.google.com",
    "configuration.konghq.com",
    "constraints.gatekeeper.sh",
    "contour.heptio.com",
    "crd.projectcalico.org",
    "config.openshift.io",
    "console.openshift.io",
    "external-secrets.io",
    "getambassador.io",
    "image.openshift.io",
    "image.toolkit.fluxcd.io",
    "k8s.nginx.org",
    "karpenter.k8s.aws",
    "karpenter.sh",
    "keda.sh",
    "kyverno.io",
    "k8s.cni.cncf.io",
    "linkerd.io",
    "metallb.io",
    "networking.gke.io",
    "networking.istio.io",
    "notification.toolkit.fluxcd.io",
    "oauth.openshift.io",
    "policies.kyverno.io",
    "policy.linkerd.io",
    "projectcalico.org",
    "project.openshift.io",
    "projectcontour.io",
    "quota.openshift.io",
    "route.openshift.io",
    "security.istio.io",
    "security.openshift.io",
    "source.toolkit.fluxcd.io",
    "split.smi-spec.io",
    "telemetry.istio.io",
    "traefik.containo.us",
    "traefik.io",
    "user.openshift.io",
)
"""Groups of custom resources that describe traffic, certificates, images or rules: no pods and Services come of them.
"""
_LONGEST = 253
"""Characters of a name; longer ones are none."""
_WATCHING = frozenset(
    {"AlertmanagerConfig", "PodMonitor", "Probe", "PrometheusRule", "ScrapeConfig", "ServiceMonitor"}
) | {
    "ClusterPodMonitoring",
    "PodMonitoring",
    "VMNodeScrape",
    "VMPodScrape",
    "VMProbe",
    "VMRule",
    "VMScrapeConfig",
    "VMServiceScrape",
    "VMStaticScrape",
    "GrafanaAlertRuleGroup",
    "GrafanaContactPoint",
    "GrafanaDashboard",
    "GrafanaDatasource",
    "GrafanaFolder",
    "BackendTrafficPolicy",
    "ClientTrafficPolicy",
    "EnvoyExtensionPolicy",
    "EnvoyPatchPolicy",
    "SecurityPolicy",
}
"""Kinds that do neither, of a group (such as monitoring.coreos.com and gateway.envoyproxy.io) of which others do."""
_APPLYING = "kustomize.toolkit.fluxcd.io"
"""The group of objects that apply what is in a folder; a custom resource of the same name is the nearer cause."""


_GATEWAYS = "gateway.networking.k8s.io"
READS: tuple[FieldRead, ...] = (read(RESOURCE, "object.spec.gatewayClassName", objects=("Gateway",)),)
_NAME_OF_GATEWAY = ("/gateway-name", "/owning-gateway-name", "/owning-gateway")
"""Ends of the keys of labels by which a proxy tells its Gateway: those of Gateway API, Envoy Gateway and Cilium."""
_Named: TypeAlias = "dict[str, dict[str, dict[str, Subject]]]"
"""By name, namespace, and chart or overlay; one of those that are alike in all three is enough."""


class OperatorResources:
    """Custom resources by what operators label with that they make: the name of each, or its kind in small letters."""

    def __init__(self, objects: Objects) -> None:
        self._named: _Named = {}
        self._gateways: _Named = {}
        """Gateways by what controllers call the Services of their proxies."""
        for resource in objects.resources:
            if group_of(resource) == _GATEWAYS and kind_of(resource) == "Gateway":
                _add(self._gateways, resource, _services_of(resource))
            elif _may_make(resource) and objects.pod_of(resource) is None:
                _add(self._named, resource, {name_of(resource), kind_of(resource).lower()})

    def _gateway(self, seeker: Subject, selector: Any, namespace: str) -> Subject | None:
        """The Gateway by whose name a selector asks for its proxies, with a label of its controller."""
        stated = selector.get("matchLabels", selector) if isinstance(selector, dict) else None
        labels = stated.items() if isinstance(stated, dict) else ()
        names = (str(value) for key, value in labels if str(key).endswith(_NAME_OF_GATEWAY))
        return next(filter(None, (self._in_space(self._gateways, seeker, name, namespace) for name in names)), None)

    def may_meet(self, seeker: Subject, selector: Any, namespace: str = "") -> bool:
        """Whether an operator may create what a selector selects.

        It may where one of the selector's values begins like the name of a custom resource.
        """
        return self.maker(seeker, selector, namespace) is not None

    def maker(self, seeker: Subject, selector: Any, namespace: str = "") -> Subject | None:
        """The custom resource of which an operator may create what a selector selects."""
        if gateway := self._gateway(seeker, selector, namespace):
            return gateway
        makers = (self._operated(seeker, value, namespace) for value in _values(selector))
        return next(filter(None, makers), None)

    def may_name(self, seeker: Subject, name: str, namespace: str = "") -> bool:
        """Whether an operator may give a name: it begins with what a custom resource is called, up to a dash."""
        return self.named(seeker, name, namespace) is not None

    def named(self, seeker: Subject, name: str, namespace: str = "") -> Subject | None:
        """What an object of a name may come of: a Gateway whose Service it is, or a custom resource of an operator."""
        proxied = self._in_space(self._gateways, seeker, name, namespace)
        return proxied or self._operated(seeker, name, namespace)

    def _operated(self, seeker: Subject, name: str, namespace: str) -> Subject | None:
        parts = name[:_LONGEST].split("-")
        beginnings = ("-".join(parts[: length + 1]) for length in range(len(parts)))
        return next(
            (found for each in beginnings if (found := self._in_space(self._named, seeker, each, namespace))), None
        )

    @staticmethod
    def _in_space(named: _Named, seeker: Subject, name: str, namespace: str) -> Subject | None:
        spaces = named.get(name, {})
        space = namespace or namespace_of(seeker)
        near = [spaces.get(space, {}), spaces.get("", {})] if space else spaces.values()
        makers = sorted((maker for some in near for maker in some.values()), key=_applies)
        return next((maker for maker in makers if in_same_namespace(seeker, maker, namespace) is not False), None)


def _add(named: _Named, resource: Subject, names: Iterable[str]) -> None:
    for name in names:
        near = named.setdefault(name, {}).setdefault(namespace_of(resource), {})
        if resource.group not in near or _applies(near[resource.group]):
            near[resource.group] = resource


def _services_of(gateway: Subject) -> set[str]:
    """The names that controllers give the Service of a Gateway's proxy, in its namespace."""
    name, of_class = name_of(gateway), path(gateway.bindings["object"], "spec", "gatewayClassName")
    return {name, f"{name}-{of_class}", f"cilium-gateway-{name}"}


def _applies(resource: Subject) -> bool:
    return group_of(resource) == _APPLYING


def _may_make(resource: Subject) -> bool:
    group = group_of(resource)
    if "." not in group or group.endswith(".k8s.io") or group in _MAKE_NOTHING:
        return False
    return kind_of(resource) not in CLUSTER_SCOPED and kind_of(resource) not in _WATCHING


def _values(selector: Any) -> Iterable[str]:
    """The texts that are values in a selector, whatever its form."""
    pending = [selector]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            pending.extend(value.values())
        elif isinstance(value, list):
            pending.extend(value)
        elif isinstance(value, str):
            yield value
