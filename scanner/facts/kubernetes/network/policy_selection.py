"""The namespaces of a scan by their labels, and the workloads that a network policy selects in them."""

from __future__ import annotations

from typing import Any

from scanner.facts.kubernetes import lacks
from scanner.facts.kubernetes.cluster import Cluster
from scanner.facts.kubernetes.network.policies import Policy
from scanner.facts.kubernetes.objects import NAME_LABEL, Objects, listed, mapping, name_of, namespace_of
from scanner.facts.kubernetes.selectors import EVERYWHERE, Kins, own_labels, selects
from scanner.facts.lack import Lack
from scanner.model import Subject


class Namespaces:
    """The namespaces of a scan, for selectors of namespaces."""

    def __init__(self, objects: Objects) -> None:
        self.whole = objects.has_all_pods()
        """They are all there are."""
        self._stated = {namespace_of(workload) for workload in objects.workloads} - {""}
        self._labels = {
            name_of(item): {**own_labels(item), NAME_LABEL: name_of(item)} for item in objects.of("core", "Namespace")
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
        if _asks_name_only(selector):
            return selects(selector, {NAME_LABEL: namespace})
        return selects(selector, self._labels[namespace]) if namespace in self._labels else None

    def has(self, selector: Any, namespace: Subject) -> bool:
        """Whether a selector finds a Namespace."""
        return isinstance(selector, dict) and selects(_flat(selector), self._labels.get(name_of(namespace), {}))


def named(selector: dict[str, Any]) -> str:
    """The namespace that a selector names by its label; empty where it selects by anything else."""
    labels = selector.get("matchLabels")
    if not selector.get("matchExpressions") and isinstance(labels, dict) and list(labels) == [NAME_LABEL]:
        return str(labels[NAME_LABEL])
    return ""


def _asks_name_only(selector: dict[str, Any]) -> bool:
    """Whether a selector of namespaces asks for their names and for nothing else."""
    terms = [mapping(item).get("key") for item in listed(selector.get("matchExpressions"))]
    return {NAME_LABEL} == {*mapping(selector.get("matchLabels")), *terms}


def selected(policy: Policy, cluster: Cluster, spaces: Namespaces) -> Kins:
    """The groups of workloads that a policy selects, and those that it may select."""
    wanted = policy.administrative.spaces if policy.is_administrative else policy.spaces
    where = EVERYWHERE if policy.is_administrative else ""
    everywhere = cluster.pods.selected(policy.subject, policy.selector, namespace=where)
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


def doubt(policy: Policy, workload: Subject, spaces: Namespaces) -> Lack | None:
    """Why it is not known whether a policy selects a workload, where the selector of the policy is why."""
    called, namespace = lacks.shown(policy.subject), namespace_of(workload)
    if not policy.sure and not policy.is_administrative:
        why = f"the selector of {called} asks for more than labels, so it may select {workload.name}"
        return Lack(why, "add a NetworkPolicy that states the namespace and selects the pods by their labels")
    wanted = policy.administrative.spaces if policy.is_administrative else policy.spaces
    if not isinstance(wanted, dict) or not any(wanted.values()) or spaces.met(_flat(wanted), namespace) is not None:
        return None
    why = f"{called} selects namespaces by their labels, and"
    if not namespace:
        return Lack(f"{why} {workload.name} {lacks.unstated(workload)}", lacks.stating(workload))
    why = f"{why} the Namespace `{namespace}` of {workload.name} is not among the scanned files"
    printed = f"kubectl get namespace {namespace} -o yaml"
    return Lack(
        why, f"scan that Namespace too: put what `{printed}` prints into a file at the top of the scanned folder"
    )
