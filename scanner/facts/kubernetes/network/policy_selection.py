"""The namespaces of a scan by their labels, and the workloads that a network policy selects in them."""

from __future__ import annotations

from typing import Any

from scanner.facts.kubernetes.cluster import Cluster
from scanner.facts.kubernetes.network.policies import Policy
from scanner.facts.kubernetes.objects import Objects, name_of, namespace_of
from scanner.facts.kubernetes.selectors import EVERYWHERE, Kins, own_labels, selects
from scanner.model import Subject

_NAME_LABEL = "kubernetes.io/metadata.name"
"""The label that every namespace has, with its name."""


class Namespaces:
    """The namespaces of a scan, for selectors of namespaces."""

    def __init__(self, objects: Objects) -> None:
        self.whole = objects.has_all_pods()
        """They are all there are."""
        self._stated = {namespace_of(workload) for workload in objects.workloads} - {""}
        self._labels = {
            name_of(item): {**own_labels(item), _NAME_LABEL: name_of(item)} for item in objects.of("core", "Namespace")
        }
        self._found: dict[str, list[str]] = {}

    def chosen(self, selector: dict[str, Any]) -> tuple[list[str], bool]:
        """The namespaces that a selector finds among the objects, and whether they are all that it can find."""
        wanted = named(selector)
        if wanted:
            return [wanted], wanted in self._stated and self.whole
        key = repr(selector)
        if key not in self._found:
            self._found[key] = [name for name, labels in self._labels.items() if selects(selector, labels)]
        return self._found[key], False

    def met(self, selector: dict[str, Any], namespace: str) -> bool | None:
        """Whether a selector finds a namespace by its name; None where its labels are not known."""
        if not namespace:
            return None
        if wanted := named(selector):
            return wanted == namespace
        return selects(selector, self._labels[namespace]) if namespace in self._labels else None

    def has(self, selector: Any, namespace: Subject) -> bool:
        """Whether a selector finds a Namespace."""
        return isinstance(selector, dict) and selects(_flat(selector), self._labels.get(name_of(namespace), {}))


def named(selector: dict[str, Any]) -> str:
    """The namespace that a selector names by its label; empty where it selects by anything else."""
    labels = selector.get("matchLabels")
    if not selector.get("matchExpressions") and isinstance(labels, dict) and list(labels) == [_NAME_LABEL]:
        return str(labels[_NAME_LABEL])
    return ""


def selected(policy: Policy, cluster: Cluster, spaces: Namespaces) -> Kins:
    """The groups of workloads that a policy selects, and those that it may select."""
    if not policy.is_administrative:
        return cluster.pods.selected(policy.subject, policy.selector)
    wanted = policy.administrative.spaces
    everywhere = cluster.pods.selected(policy.subject, policy.selector, namespace=EVERYWHERE)
    if not isinstance(wanted, dict):
        return (), (*everywhere[0], *everywhere[1])
    if not any(wanted.values()):
        return everywhere
    sure: list[int] = []
    maybe: list[int] = [*everywhere[1]]
    for kin in everywhere[0]:
        met = spaces.met(_flat(wanted), namespace_of(cluster.pods.kins[kin][0]))
        if met is not False:
            (sure if met else maybe).append(kin)
    return tuple(sure), tuple(maybe)


def _flat(selector: dict[str, Any]) -> dict[str, Any]:
    """A selector of namespaces in the form of today; early releases had it one level deeper."""
    inner = selector.get("namespaceSelector")
    return inner if isinstance(inner, dict) else selector
