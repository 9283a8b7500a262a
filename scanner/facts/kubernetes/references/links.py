"""What workloads refer to by name, and whether it is among the objects."""

from __future__ import annotations

import re
from typing import Any, NotRequired, TypedDict

from scanner.facts.fact import Fact
from scanner.facts.groups import place
from scanner.facts.kubernetes.objects import NAME, Objects, group_of, namespace_of, path
from scanner.facts.kubernetes.references.mentions import Mention, mentions
from scanner.facts.kubernetes.references.stand_ins import keys_of
from scanner.model import Subject
from scanner.subjects.kubernetes import WORKLOAD


class Reference(TypedDict):
    """An object that a workload names."""

    kind: str
    name: str
    field: str
    optional: bool
    found: NotRequired[bool]


class Key(TypedDict):
    """A key that a workload takes from a ConfigMap or Secret."""

    kind: str
    name: str
    key: str
    field: str
    optional: bool
    found: NotRequired[bool]


REFERENCES = Fact(
    "references",
    (WORKLOAD,),
    list[Reference],
    "The objects that it names, each once: ConfigMaps, Secrets, PersistentVolumeClaims, its ServiceAccount, "
    "PriorityClass and RuntimeClass.",
)
REFERENCED_KEYS = Fact(
    "referenced_keys",
    (WORKLOAD,),
    list[Key],
    "The keys that it takes from ConfigMaps and Secrets.",
    item_related=("object",),
)

_KEY = re.compile(r"[-._a-zA-Z0-9]+")
_GROUPS = {"PriorityClass": "scheduling.k8s.io", "RuntimeClass": "node.k8s.io"}
_PROVIDED = frozenset(
    {
        ("ConfigMap", "istio-ca-root-cert"),
        ("ConfigMap", "kube-root-ca.crt"),
        ("ConfigMap", "openshift-service-ca.crt"),
        ("PriorityClass", "system-cluster-critical"),
        ("PriorityClass", "system-node-critical"),
        ("ServiceAccount", "default"),
    }
)
"""What a platform puts into every namespace, or has of its own."""
_MISSED = frozenset({"ConfigMap", "PersistentVolumeClaim", "ServiceAccount"})
"""Kinds of which a repository holds what its workloads need; others come by hand, by operators or with the cluster."""
_SELF_MADE = frozenset({"apps", "argoproj.io", "batch", "core"})
"""Groups whose workloads get nothing made for them; operators give those of other kinds accounts and claims."""
_PLATFORM = frozenset({"kube-system", "kube-public"})
"""Namespaces in which a cluster makes objects of its own."""
_ORDINAL = re.compile(r"-[0-9]+$")

_Items = dict[tuple[str, ...], dict[str, Any]]


def derive(objects: Objects) -> None:
    """`references` of a workload: the objects that it names; `referenced_keys`: the keys that those must hold."""
    for workload in objects.workloads:
        named: _Items = {}
        keys: _Items = {}
        for mention in mentions(workload.bindings["pod"]):
            _note(named, (mention.kind, mention.name), mention.field, mention)
            for key, field in mention.keys:
                _note(keys, (mention.kind, mention.name, key), field, mention)
        for (kind, name), item in named.items():
            if (found := _found(objects, workload, kind, name)) is not None:
                item["found"] = found
        workload.facts["references"] = list(named.values())
        workload.facts["referenced_keys"] = list(keys.values())
        for number, ((kind, name, key), item) in enumerate(keys.items()):
            holds, holder = _holds(objects, workload, kind, name, key)
            if holds is not None:
                item["found"] = holds
            if holder:
                workload.related[f"referenced_keys.{number}.object"] = place(holder)


def _note(items: _Items, key: tuple[str, ...], field: str, mention: Mention) -> None:
    """One item for an object or key, at the first place that cannot do without it."""
    if key not in items or (items[key]["optional"] and not mention.optional):
        items[key] = {**dict(zip(("kind", "name", "key"), key, strict=False)), "field": field}
        items[key]["optional"] = mention.optional


def _found(objects: Objects, workload: Subject, kind: str, name: str) -> bool | None:
    """Whether an object is there; None where it cannot be told."""
    found, sure = objects.find(workload, _GROUPS.get(kind, "core"), kind, name)
    if found or (kind, name) in _PROVIDED:
        return True
    if kind not in _MISSED or not sure or not NAME.fullmatch(name):
        return None
    if namespace_of(workload) in _PLATFORM or group_of(workload) not in _SELF_MADE:
        return None
    if objects.elsewhere(workload, "core", kind, name):
        return None
    if kind == "PersistentVolumeClaim":
        return _made(objects, workload, name)
    return False


def _made(objects: Objects, workload: Subject, claim: str) -> bool | None:
    """Whether a StatefulSet makes a claim that is not among the objects."""
    if path(workload.bindings["object"], "spec", "volumeClaimTemplates"):
        return None  # its templates replace volumes of the same name, whatever claim those name
    ordinal = _ORDINAL.search(claim)
    if ordinal is None:
        return False
    found, sure = objects.find(workload, "core", "PersistentVolumeClaim", claim[: ordinal.start() + 1])
    return True if found else False if sure else None


def _holds(objects: Objects, workload: Subject, kind: str, name: str, key: str) -> tuple[bool | None, Subject | None]:
    """Whether an object holds a key, None where it cannot be told, and the object if it does not."""
    near, maybe = objects.near(workload, "core", kind, name)
    known = [keys_of(subject) for subject in near]
    if any(key in keys for keys in known if keys):
        return True, None
    if not near or maybe or None in known or not _KEY.fullmatch(key):
        return None, None
    return False, near[-1]
