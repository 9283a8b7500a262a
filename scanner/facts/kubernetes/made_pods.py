"""Pods that operators surely make of custom resources, by the labels that their documentation states."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from msgspec import Struct

from scanner.facts.kubernetes.objects import Objects, mapping
from scanner.model import Subject


class _Labels(Struct, frozen=True):
    """The labels of the pods that are made of a kind of custom resource."""

    named: Collection[str]
    """Keys whose value is the name of the resource."""
    others: Mapping[str, Collection[str]] = {}
    """Further keys, with the values that pods of each such resource have."""


_ROLES = ("primary", "replica")
_MADE = {
    ("postgresql.cnpg.io", "Cluster"): _Labels(
        ("cnpg.io/cluster", "postgresql"),
        {"role": _ROLES[:1], "cnpg.io/instanceRole": _ROLES[:1], "cnpg.io/podRole": ("instance",)},
    ),
    ("postgresql.cnpg.io", "Pooler"): _Labels(("cnpg.io/poolerName",), {"cnpg.io/podRole": ("pooler",)}),
    ("monitoring.coreos.com", "Alertmanager"): _Labels(
        ("alertmanager", "app.kubernetes.io/instance"),
        {"app.kubernetes.io/name": ("alertmanager",), "app.kubernetes.io/managed-by": ("prometheus-operator",)},
    ),
    ("monitoring.coreos.com", "Prometheus"): _Labels(
        ("prometheus", "operator.prometheus.io/name", "app.kubernetes.io/instance"),
        {"app.kubernetes.io/name": ("prometheus",), "app.kubernetes.io/managed-by": ("prometheus-operator",)},
    ),
}
_REPLICA = {"role": _ROLES[1], "cnpg.io/instanceRole": _ROLES[1]}
"""Labels that a Cluster of CloudNativePG has on a pod only if it has more than one instance."""


def maker(objects: Objects, seeker: Subject, selector: Any) -> Subject | None:
    """The custom resource in the namespace of an object whose pods its selector surely selects."""
    stated = mapping(selector)
    if stated.get("matchExpressions"):
        return None
    wanted = mapping(stated.get("matchLabels", stated))
    for (group, kind), labels in _MADE.items():
        names = {wanted[key] for key in labels.named if key in wanted}
        if len(names) != 1 or not isinstance(name := names.pop(), str):
            continue
        found, _ = objects.find(seeker, group, kind, name)
        if found and all(key in labels.named or _has(found, key, value, labels) for key, value in wanted.items()):
            return found
    return None


def _has(resource: Subject, key: str, value: Any, labels: _Labels) -> bool:
    """Whether a pod of a resource has a label beside those that hold its name."""
    if value in labels.others.get(key, ()):
        return True
    instances = mapping(resource.bindings["object"].get("spec")).get("instances")
    return key in labels.others and _REPLICA.get(key) == value and isinstance(instances, int) and instances > 1
