"""The kinds of the Kubernetes API whose specific fields rules check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from scanner.model import Subject

_OF_KUBERNETES = (".k8s.io",)
"""How groups end that Kubernetes itself and its official extensions define; a group without a dot is its own too."""
GROUPS = frozenset(
    {
        "agents.x-k8s.io",
        "cert-manager.io",
        "cilium.io",
        "constraints.gatekeeper.sh",
        "crd.projectcalico.org",
        "external-secrets.io",
        "extensions.agents.x-k8s.io",
        "kafka.strimzi.io",
        "kagent.dev",
        "karpenter.k8s.aws",
        "keda.sh",
        "kyverno.io",
        "machineconfiguration.openshift.io",
        "monitoring.coreos.com",
        "networking.gke.io",
        "networking.istio.io",
        "policies.kyverno.io",
        "policy.linkerd.io",
        "postgresql.cnpg.io",
        "projectcalico.org",
        "projectcontour.io",
        "route.openshift.io",
        "security.istio.io",
        "security.openshift.io",
        "serving.knative.dev",
        "telemetry.istio.io",
        "toolhive.stacklok.dev",
        "traefik.io",
    }
)
"""Groups of custom resources that rules, or the facts they rest on, look into."""


def uncovered_kinds(subjects: Iterable[Subject]) -> dict[str, int]:
    """`Kind.group` -> number of objects, for kinds of which only general fields are checked; most frequent first."""
    found: Counter[str] = Counter()
    for subject in subjects:
        if subject.kind == "kubernetes.resource":
            thing = subject.bindings["object"]
            group, slash, _ = str(thing.get("apiVersion", "")).partition("/")
            if slash and "." in group and group not in GROUPS and not group.endswith(_OF_KUBERNETES):
                found[f"{thing.get('kind')}.{group}"] += 1
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))
