"""What the scanned files do not show, so that a fact is absent, in words of those who write the files."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from msgspec import Struct

MAKE_READABLE = "make readable what may hold "
"""Asks for files that could not be read. The kinds of the objects in question follow, with ` or ` between them."""
MAKE_READABLE_OF = "make readable, of {} or of none, what may hold "
"""The same, where objects of other charts and overlays than this one do not count."""
FROM_CLUSTER = ", or put what `{}` prints into a file at the top of the scanned folder"
"""Another way to bring an object: from the cluster. It follows an instruction."""
FROM_ELSEWHERE = "scan the overlay with what it takes from elsewhere"
"""Asks for what Kustomize would fetch. The command follows."""
IN_RELEASE = "scan the chart with the namespace of its release"
"""Asks for what a chart gives in a namespace. The command follows."""

WITHOUT_PODS = frozenset(
    {
        "ClusterRole",
        "ClusterRoleBinding",
        "ConfigMap",
        "CustomResourceDefinition",
        "Ingress",
        "LimitRange",
        "MutatingWebhookConfiguration",
        "Namespace",
        "NetworkPolicy",
        "PersistentVolume",
        "PersistentVolumeClaim",
        "PodDisruptionBudget",
        "ResourceQuota",
        "Role",
        "RoleBinding",
        "Secret",
        "Service",
        "ServiceAccount",
        "StorageClass",
        "ValidatingWebhookConfiguration",
    }
)
"""Kinds of which no pods come."""


class Lack(Struct, frozen=True):
    """Why a fact is absent, and what decides it."""

    why: str
    """It names the object in question, by kind, namespace and name where these are known."""
    provide: str
    """An instruction."""


LackWords: TypeAlias = Callable[[], Lack]
"""Makes the words where a finding needs them: few of the facts that are absent are ever asked for."""
