"""Custom resources out of which an operator may make pods and Services that no file shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scanner.facts.kubernetes.objects import Objects, group_of, in_same_namespace, kind_of, name_of, namespace_of
from scanner.model import Subject
from scanner.subjects.kubernetes import CLUSTER_SCOPED

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


class OperatorResources:
    """Custom resources by what operators label with that they make: the name of each, or its kind in small letters."""

    def __init__(self, objects: Objects) -> None:
        self._named: dict[str, dict[str, dict[str, Subject]]] = {}
        """By name, namespace, and chart or overlay; one of those that are alike in all three is enough."""
        for resource in objects.resources:
            if _may_make(resource) and objects.pod_of(resource) is None:
                for name in {name_of(resource), kind_of(resource).lower()}:
                    spaces = self._named.setdefault(name, {})
                    near = spaces.setdefault(namespace_of(resource), {})
                    if resource.group not in near or _applies(near[resource.group]):
                        near[resource.group] = resource

    def may_meet(self, seeker: Subject, selector: Any, namespace: str = "") -> bool:
        """Whether an operator may create what a selector selects.

        It may where one of the selector's values begins like the name of a custom resource.
        """
        return self.maker(seeker, selector, namespace) is not None

    def maker(self, seeker: Subject, selector: Any, namespace: str = "") -> Subject | None:
        """The custom resource of which an operator may create what a selector selects."""
        makers = (self.named(seeker, value, namespace) for value in _values(selector))
        return next(filter(None, makers), None)

    def may_name(self, seeker: Subject, name: str, namespace: str = "") -> bool:
        """Whether an operator may give a name: it begins with what a custom resource is called, up to a dash."""
        return self.named(seeker, name, namespace) is not None

    def named(self, seeker: Subject, name: str, namespace: str = "") -> Subject | None:
        """The custom resource of which an operator may create an object of a name."""
        parts = name[:_LONGEST].split("-")
        beginnings = ("-".join(parts[: length + 1]) for length in range(len(parts)))
        return next((found for each in beginnings if (found := self._met(seeker, each, namespace))), None)

    def _met(self, seeker: Subject, name: str, namespace: str) -> Subject | None:
        spaces = self._named.get(name, {})
        space = namespace or namespace_of(seeker)
        near = [spaces.get(space, {}), spaces.get("", {})] if space else spaces.values()
        makers = sorted((maker for some in near for maker in some.values()), key=_applies)
        return next((maker for maker in makers if in_same_namespace(seeker, maker, namespace) is not False), None)


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
