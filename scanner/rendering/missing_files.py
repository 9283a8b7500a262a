"""The kinds of Kubernetes objects that a file may hold which a kustomization names and which is not here, by its path.

Where a tool writes a file of that path, its documentation tells what is in it.
"""

from __future__ import annotations

from collections.abc import Iterable

from scanner.late import regex
from scanner.model import ANY_KIND

_WEBHOOKS = regex(r"(?:^|/)config/webhook/manifests\.yaml$")
"""Where controller-gen writes what it generates of the markers for webhooks in Go code."""
_OF_WEBHOOKS = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
_SAMPLE = regex(r"(?:^|/)config/samples/(?P<group>[a-z0-9.-]+)_v\d+(?:(?:alpha|beta)\d+)?_[a-z0-9]+\.yaml$")
"""Where Kubebuilder and the Operator SDK write an example of each custom resource."""
_BUILT_IN = frozenset(
    {"apps", "autoscaling", "batch", "core", "extensions", "networking", "policy", "rbac", "scheduling", "storage"}
)
"""Groups that Kubernetes has itself, up to the first dot."""


def kinds(names: Iterable[str]) -> frozenset[str]:
    """The kinds of the objects that missing files may hold, without custom resources; ANY_KIND if one may hold any."""
    return frozenset(kind for name in names for kind in _of(name))


def _of(name: str) -> tuple[str, ...]:
    if _WEBHOOKS.search(name):
        return _OF_WEBHOOKS
    sample = _SAMPLE.search(name)
    return () if sample and sample["group"].partition(".")[0] not in _BUILT_IN else (ANY_KIND,)
