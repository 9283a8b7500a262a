"""What workloads refer to by name, and whether it is among the objects."""

from __future__ import annotations

from functools import partial
from typing import NotRequired, TypedDict

from scanner.facts.fact import Fact
from scanner.facts.groups import place
from scanner.facts.kubernetes import lacks
from scanner.facts.kubernetes.cluster import Cluster
from scanner.facts.kubernetes.objects import NAME, Objects, group_of, namespace_of, path
from scanner.facts.kubernetes.references import mentions
from scanner.facts.kubernetes.references.generated_objects import KEYS_READ, keys_of
from scanner.facts.lack import Lack
from scanner.facts.step import Facts, read, step
from scanner.late import regex
from scanner.model import Subject
from scanner.subjects.computed import variables
from scanner.subjects.kubernetes import WORKLOAD


class Reference(TypedDict):
    """An object that a workload names."""

    kind: str
    name: str
    field: str
    optional: bool
    found: NotRequired[bool]


class KeyReference(TypedDict):
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
    "The objects that it references, each once: ConfigMaps, Secrets, PersistentVolumeClaims, its ServiceAccount, "
    "PriorityClass and RuntimeClass.",
    provide="scan the folder that holds the objects that it references, and state the namespaces",
)
REFERENCED_KEYS = Fact(
    "referenced_keys",
    (WORKLOAD,),
    list[KeyReference],
    "The keys that it takes from ConfigMaps and Secrets.",
    provide="scan the folder that holds the ConfigMaps and Secrets that it takes keys from",
    item_related=("object",),
)

_KEY = regex(r"[-._a-zA-Z0-9]+")
_GROUPS = {"PriorityClass": "scheduling.k8s.io", "RuntimeClass": "node.k8s.io"}
_APPLIED = "scan the file as it is applied, with the variable replaced"
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
_PROVIDED_KEYS = frozenset(
    {
        ("ConfigMap", "istio-ca-root-cert", "root-cert.pem"),
        ("ConfigMap", "kube-root-ca.crt", "ca.crt"),
        ("ConfigMap", "openshift-service-ca.crt", "service-ca.crt"),
    }
)
_MISSED = frozenset({"ConfigMap", "PersistentVolumeClaim", "ServiceAccount"})
"""Kinds of which a repository holds what its workloads need; others come by hand, by operators or with the cluster."""
_SELF_MADE = frozenset({"apps", "argoproj.io", "batch", "core"})
"""Groups whose workloads get nothing made for them; operators give those of other kinds accounts and claims."""
_PLATFORM = frozenset({"kube-system", "kube-public"})
"""Namespaces in which a cluster makes objects of its own."""
_ORDINAL = regex(r"-[0-9]+$")


@step(
    Cluster,
    gives=(REFERENCES, REFERENCED_KEYS),
    reads=(mentions.READ, *KEYS_READ, read(WORKLOAD, names=("object.spec.volumeClaimTemplates",))),
)
def resolve_references(cluster: Cluster, facts: Facts) -> None:
    """The objects that each workload names, and the keys that those must hold."""
    for workload in cluster.objects.workloads:
        named: dict[tuple[str, str], Reference] = {}
        keys: dict[tuple[str, str, str], KeyReference] = {}
        for mention in mentions.mentions(workload.bindings["pod"]):
            _note(named, keys, mention)
        for number, ((kind, name), item) in enumerate(named.items()):
            if (found := _found(cluster.objects, workload, kind, name)) is not None:
                item["found"] = found
            else:
                facts.lack(
                    workload, REFERENCES, partial(_of_object, cluster.objects, workload, kind, name), item=number
                )
        for number, ((kind, name, key), wanted) in enumerate(keys.items()):
            holds, holder = _holds(cluster.objects, workload, kind, name, key)
            if holds is not None:
                wanted["found"] = holds
            else:
                words = partial(_of_key, cluster.objects, workload, kind, name, key)
                facts.lack(workload, REFERENCED_KEYS, words, item=number)
            if holder:
                facts.relate_item(workload, REFERENCED_KEYS, number, "object", place(holder))
        facts.add(workload, REFERENCES, list(named.values()))
        facts.add(workload, REFERENCED_KEYS, list(keys.values()))


def _note(
    named: dict[tuple[str, str], Reference], keys: dict[tuple[str, str, str], KeyReference], mention: mentions.Mention
) -> None:
    """One item for an object or a key, at the first place that cannot do without it."""
    kind, name, optional = mention.kind, mention.name, mention.optional
    item = named.get((kind, name))
    if item is None or (item["optional"] and not optional):
        named[kind, name] = Reference(kind=kind, name=name, field=mention.field, optional=optional)
    for key, field in mention.keys:
        held = keys.get((kind, name, key))
        if held is None or (held["optional"] and not optional):
            keys[kind, name, key] = KeyReference(kind=kind, name=name, key=key, field=field, optional=optional)


def _found(objects: Objects, workload: Subject, kind: str, name: str) -> bool | None:
    """Whether an object exists; None where it is not known."""
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
    """Whether an object holds a key, None where it is not known; and the object if it does not."""
    if (kind, name, key) in _PROVIDED_KEYS:
        return True, None
    near, maybe = objects.near(workload, "core", kind, name)
    known = [keys_of(subject) for subject in near]
    if any(key in keys for keys in known if keys):
        return True, None
    if not near or maybe or None in known or not _KEY.fullmatch(key):
        return None, None
    return False, near[-1]


def _of_object(objects: Objects, workload: Subject, kind: str, name: str) -> Lack:
    return lacks.of_object(objects, workload, kind, name, group=_GROUPS.get(kind, "core"))


def _of_key(objects: Objects, workload: Subject, kind: str, name: str, key: str) -> Lack:
    """It is not known whether an object has a key: the object is not found, or a program fills it."""
    near, _ = objects.near(workload, "core", kind, name)
    filled = next((each for each in near if not keys_of(each)), None)
    if computed := variables(key):
        return Lack(f"`{computed[0]}` in the key `{key}` is replaced before the file is applied", _APPLIED)
    if filled is None:
        return _of_object(objects, workload, kind, name)
    why = f"the keys of the {kind} `{name}` are not in {lacks.shown(filled)}, because a program fills it"
    return Lack(why, f"check that the program fills in `{key}`, or mark the reference `optional: true`")
