"""Pods and containers in custom resources, wherever their controllers keep them.

The shape decides. A mapping whose name contains template, or a Pod in another object, is a pod of its own if each of
its containers names an image. Workflows of Argo give their containers one by one. Everything else that states what a
pod or a container does is partial: a controller merges it over a pod of its own (`spec.containers` of a Prometheus, the
steps of a Tekton task, the values of a HelmRelease), so only what it states counts.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from functools import lru_cache
from typing import Any

from scanner.documents.positions import MISSING, Node
from scanner.marks import Mark
from scanner.subjects import held_texts, workflows
from scanner.subjects.pod_templates import CONTAINERS, Path, PodPlace, assembled, gathered, is_whole

_RULES_ABOUT_PODS = frozenset(
    {
        "config.gatekeeper.sh",
        "constraints.gatekeeper.sh",
        "kyverno.io",
        "mutations.gatekeeper.sh",
        "policies.kubewarden.io",
        "policies.kyverno.io",
        "policy.open-cluster-management.io",
        "security.openshift.io",
        "templates.gatekeeper.sh",
    }
)
"""Groups whose objects say what pods may be like, and describe none."""
_MERGED = frozenset({"flink.apache.org", "kafka.strimzi.io", "monitoring.coreos.com", "sparkoperator.k8s.io"})
"""Groups whose operators merge templates over their own, also those with images."""
_STEPS = ("steps", "sidecars")
"""Lists of containers in a task of Tekton."""
_HOST = ("hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace")
_OF_CONTAINER = frozenset(
    {"allowPrivilegeEscalation", "capabilities", "privileged", "procMount", "readOnlyRootFilesystem"}
)
"""Fields of a security context that only a container's has."""
_OF_POD = frozenset({"fsGroup", "fsGroupChangePolicy", "supplementalGroups", "supplementalGroupsPolicy", "sysctls"})
"""Fields of a security context that only a pod's has."""
_ONE = ("container", "sidecar")
_SEVERAL = ("containers", "sidecars")
"""How the name of a container that stands alone, and of a collection of containers, ends, in small letters."""
_FOR_PODS = frozenset({"securitycontext", "podsecuritycontext"})
"""What security contexts of pods are called, in small letters."""
_ENDINGS = ("securitycontext", "volumes")
"""How the names of security contexts and of lists of volumes end, in small letters."""
_TELLING = frozenset((*CONTAINERS, *_STEPS, *_HOST, *held_texts.FIELDS))
"""Fields of which a mapping has one where it describes a pod or a container, or holds texts that may, beside those."""
_ARGO = "argoproj.io"
_NOT_DESIRED = frozenset({"metadata", "status"})
"""Fields of an object that do not say what its controller is to make."""
_OF_WORKFLOW = frozenset({"templates", "volumes", "securityContext"})
_OF_PART = frozenset((*CONTAINERS, *_STEPS))
"""Fields that are not looked into any further."""


def places(node: Node, group: str, taken: set[Path]) -> Iterator[PodPlace]:
    """The pods of a custom resource beside those that are `taken`."""
    if group not in _RULES_ABOUT_PODS and (group == _ARGO or _may_describe_pods(node.value)):
        yield from _places(node, group, (), taken)


def unread(node: Node, group: str) -> Iterator[Node]:
    """The texts in a custom resource that hold containers and cannot be read."""
    if group not in _RULES_ABOUT_PODS and any(not held_texts.FIELDS.isdisjoint(each) for each in _mappings(node.value)):
        for value, path, _ in _collections(node.value):
            for key in held_texts.FIELDS & value.keys() if isinstance(value, dict) else ():
                if isinstance(value[key], str) and held_texts.is_unread(value[key]):
                    yield node.get(*path, key)


def _places(node: Node, group: str, before: Path, taken: Container[Path]) -> Iterator[PodPlace]:
    """The pods under a node whose path in the object is `before`."""
    pending: list[tuple[Any, Path, bool]] = [(node.value, (), False)]
    while pending:
        value, path, named = pending.pop()
        if path in taken:
            continue
        consumed = _NOT_DESIRED if path == before == () else frozenset[str]()
        if isinstance(value, dict) and (path or before):
            found = tuple(_of_mapping(node.get(*path), group, (*before, *path), named=named))
            if found and not found[0].partial and not found[0].containers:
                yield found[0]
                continue
            yield from found
            if found:
                consumed = _OF_PART if found[0].partial else _OF_WORKFLOW
        if isinstance(value, dict) and not before:
            for key in held_texts.FIELDS & value.keys():
                for held in held_texts.read(node.get(*path, key)):
                    yield from _places(held, group, (*path, key), ())
        pending.extend(reversed(list(_inside(value, path, named, consumed))))


def _of_mapping(node: Node, group: str, path: Path, *, named: bool) -> Iterator[PodPlace]:
    """The pods that a mapping itself describes."""
    value = node.value
    if (named and not _merges(group) and is_whole(value.get("spec"))) or _is_pod(value):
        yield PodPlace(path, node)
    elif group == _ARGO and (workflow := workflows.pod(node, path)):
        yield workflow
        yield from workflows.overrides(node, path)
    elif partial := _partial(node, path):
        yield partial


def _may_describe_pods(value: Any) -> bool:
    """Whether a key in a value is one that pods are known by: most custom resources have none."""
    return any(not _TELLING.isdisjoint(each) or any(map(_names_a_part, each)) for each in _mappings(value))


_last: list[tuple[Any, list[dict[Any, Any]]]] = []
"""The object that was asked about last, with its mappings: it is asked for pods, then for texts that hold some."""


def _mappings(value: Any) -> list[dict[Any, Any]]:
    """All mappings in a value, in any order."""
    if not _last or _last[0][0] is not value:
        _last[:] = [(value, list(_visited(value)))]
    return _last[0][1]


def _visited(value: Any) -> Iterator[dict[Any, Any]]:
    pending = [value]
    while pending:
        held = pending.pop()
        if isinstance(held, dict):
            yield held
            held = held.values()
        pending += [each for each in held if isinstance(each, dict | list)]


@lru_cache(maxsize=4096)
def _names_a_part(key: Any) -> bool:
    return str(key).lower().endswith(_ENDINGS)


def _inside(value: Any, path: Path, named: bool, consumed: frozenset[str]) -> Iterator[tuple[Any, Path, bool]]:
    """The collections in a value, with their paths, and whether they are called template."""
    if isinstance(value, dict):
        for key, held in value.items():
            if isinstance(held, dict | list) and key not in consumed:
                yield held, (*path, key), str(key).lower().endswith(("template", "templates"))
    else:
        for index, held in enumerate(value):
            if isinstance(held, dict | list):
                yield held, (*path, index), named


def _collections(value: Any) -> Iterator[tuple[Any, Path, bool]]:
    """All collections in a value."""
    pending: list[tuple[Any, Path, bool]] = [(value, (), False)]
    while pending:
        yield pending[-1]
        held, path, named = pending.pop()
        pending.extend(reversed(list(_inside(held, path, named, frozenset()))))


def _merges(group: str) -> bool:
    return group in _MERGED or group.endswith(".k8s.elastic.co")


def _is_pod(value: dict[str, Any]) -> bool:
    return value.get("kind") == "Pod" and isinstance(value.get("apiVersion"), str) and is_whole(value.get("spec"))


def _partial(node: Node, path: Path) -> PodPlace | None:
    """What a mapping states about a pod or a container that a controller completes; None where it states nothing."""
    value, region = node.value, node.mark
    parts = {name: node.get(name) for name in _HOST if isinstance(value.get(name), bool)}
    for name in CONTAINERS:
        if _are_containers(value.get(name)):
            parts[name] = node.get(name)
    steps = [step for name in _STEPS if _are_containers(value.get(name)) for step in node.get(name).elements()]
    kind = _kind_of_container(path)
    own = [] if "containers" in parts else [*steps, *_security_contexts(node, alone=bool(kind))]
    if region and own:
        parts[kind or "containers"] = gathered(region, own)
    if not kind:
        parts["securityContext"] = _pod_security_context(node)
    parts["volumes"] = _host_volumes(node)
    if region is None or not any(parts.values()):
        return None
    return PodPlace(path, assembled(region, {"spec": assembled(region, parts)}), partial=True)


def _are_containers(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def _kind_of_container(path: Path) -> str:
    """The field of a pod that a mapping at a path is a container of; empty where its names do not say so.

    A chart may keep its containers in a mapping by their names, or one under a name of its own.
    """
    own, above = (str(key).lower() for key in (path[-1], path[-2] if len(path) > 1 else ""))
    holder = own if own.endswith(_ONE) else above if above.endswith(_SEVERAL) else ""
    return "" if not holder else "initContainers" if "init" in holder else "containers"


def _security_contexts(node: Node, *, alone: bool) -> Iterator[Node]:
    """The security contexts of containers in a mapping, each as a container; `alone` if it is that of one container."""
    for name, held in node.value.items():
        if not isinstance(held, dict) or not str(name).lower().endswith(_ENDINGS[0]):
            continue
        if alone or _is_of_container(str(name).lower(), held, node.value):
            context = node.get(name)
            if context.mark and node.mark:
                stated = {"restartPolicy": node.get("restartPolicy")} if alone else {}
                yield assembled(node.mark, {"securityContext": context, **stated})


def _is_of_container(name: str, held: dict[Any, Any], beside: dict[Any, Any]) -> bool:
    """Whether a security context is that of a container: by its fields, its name, or another one for the pod."""
    if _OF_CONTAINER & held.keys() or name.startswith("container"):
        return True
    return (
        name == "securitycontext" and not _OF_POD & held.keys() and isinstance(beside.get("podSecurityContext"), dict)
    )


def _pod_security_context(node: Node) -> Node:
    """The security context of a pod in a mapping."""
    for name, held in node.value.items():
        own = str(name).lower()
        if held and isinstance(held, dict) and own in _FOR_PODS and not _is_of_container(own, held, node.value):
            return node.get(name)
    return MISSING


def _host_volumes(node: Node) -> Node:
    """The volumes in a mapping that are paths of the host."""
    region: Mark | None = node.mark
    lists = [node.get(name) for name in node.value if str(name).lower().endswith(_ENDINGS[1])]
    found = [each for some in lists for each in some.elements() if isinstance(each.get("hostPath").value, dict)]
    return gathered(region, found) if region else MISSING
