"""Kubernetes objects -> resources, workloads and containers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scanner.controls import ShownBy
from scanner.documents import Document
from scanner.documents.positions import Node, join_path
from scanner.marks import Mark, line_of
from scanner.model import Subject
from scanner.places import Origin
from scanner.subjects import control_plane
from scanner.subjects.format import Format, KnownBy, key_sign
from scanner.subjects.kind import Kind
from scanner.subjects.pod_templates import CONTAINERS, Path, is_usual, pod_templates
from scanner.subjects.subject_builder import prune_nulls
from scanner.subjects.unread.architectures import is_backstage

RESOURCE = "kubernetes.resource"
WORKLOAD = "kubernetes.workload"
CONTAINER = "kubernetes.container"

KINDS = {
    RESOURCE: Kind(("object",), ShownBy.MANIFEST),
    WORKLOAD: Kind(("pod", "template", "object"), ShownBy.MANIFEST),
    CONTAINER: Kind(("container", "container_kind", "pod", "template", "object"), ShownBy.MANIFEST),
    control_plane.KIND: Kind(control_plane.BINDINGS, ShownBy.MANIFEST),
}

WAIVERS = ("assay.dev/v1", "Waivers")
"""The header of a file of waivers, which no cluster knows."""
_WORKLOADS = {
    "Pod": (("spec",),),
    "PodTemplate": (("template",), ("template", "spec")),
    "CronJob": (("spec",), *(("spec", "jobTemplate", "spec", "template", "spec")[:length] for length in (2, 3, 4, 5))),
    **dict.fromkeys(
        ("DaemonSet", "Deployment", "Job", "ReplicaSet", "ReplicationController", "StatefulSet"),
        (("spec",), ("spec", "template"), ("spec", "template", "spec")),
    ),
}
"""Where Kubernetes' own workloads hold mappings on the way to their containers."""
_CROWD = 100
"""Containers of a pod from which a rule about one does not see the others: its work would grow with their square."""
CLUSTER_SCOPED = frozenset(
    {
        "APIService",
        "AdminNetworkPolicy",
        "BaselineAdminNetworkPolicy",
        "CSIDriver",
        "CertificateSigningRequest",
        "CiliumClusterwideNetworkPolicy",
        "ClusterNetworkPolicy",
        "ClusterRole",
        "ClusterRoleBinding",
        "CustomResourceDefinition",
        "GatewayClass",
        "GlobalNetworkPolicy",
        "IngressClass",
        "MutatingWebhookConfiguration",
        "Namespace",
        "Node",
        "PersistentVolume",
        "PodSecurityPolicy",
        "PriorityClass",
        "RuntimeClass",
        "StorageClass",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
    }
)
"""Kinds of Kubernetes' own that belong to no namespace."""


def recognise(document: Document) -> Iterator[Subject] | None:
    """The subjects of a document that holds one Kubernetes object or a List of them; None for any other.

    An invalid object gives none; `losses` says why.
    """
    if not is_object(document.root.value):
        return iter(()) if any(_not_objects(document)) else None
    return _subjects(document)


def is_object(value: Any) -> bool:
    """Whether plain data is a Kubernetes object: it has apiVersion and kind, and is not Backstage's or ours."""
    return (
        isinstance(value, dict)
        and isinstance(value.get("apiVersion"), str)
        and isinstance(value.get("kind"), str)
        and value["kind"] != ""
        and not is_backstage(value["apiVersion"])
        and (value["apiVersion"], value["kind"]) != WAIVERS
    )


def _subjects(document: Document) -> Iterator[Subject]:
    for item in _unwrap(document.root, without_nulls=document.has_null):
        yield from _of_object(item, document.origin)


def _unwrap(root: Node, *, without_nulls: bool = False) -> Iterator[Node]:
    """The object itself, or the items of a List kind, however deep, one after the other.

    The API server leaves apiVersion and kind out of the items of a typed list, such as a PodList: they are the list's.
    """
    if without_nulls and not _is_list(root):
        root = Node(prune_nulls(root.value), root.mark)
    pending = [iter((root,))]
    while pending:
        node = next(pending[-1], None)
        if node is None:
            pending.pop()
        elif _is_list(node):
            pending.append(_items(node, without_nulls=without_nulls and len(pending) == 1))
        else:
            yield node


def _is_list(node: Node) -> bool:
    return node.value["kind"].endswith("List") and isinstance(node.value.get("items"), list)


def _items(owner: Node, *, without_nulls: bool) -> Iterator[Node]:
    """The items of a list that are objects."""
    for element in owner.get("items").elements():
        item = Node(prune_nulls(element.value), element.mark) if without_nulls else element
        if found := _item(owner, item):
            yield found


def _item(owner: Node, item: Node) -> Node | None:
    """An item of a list as an object of its own; None where its kind is not known."""
    if is_object(item.value):
        return item
    kind = owner.value["kind"].removesuffix("List")
    if kind and isinstance(item.value, dict) and not item.value.keys() & {"apiVersion", "kind"}:
        return Node({"apiVersion": owner.value["apiVersion"], "kind": kind, **item.value}, item.mark)
    return None


def losses(document: Document) -> Iterator[tuple[int, str]]:
    """The parts of a Kubernetes document that cannot be read: 1-based line and why."""
    root = document.root
    if not is_object(root.value):
        yield from _not_objects(document)
        return
    if root.value["kind"].endswith("List"):
        items = root.get("items")
        if root.value["kind"] == "List" and items.value is not None and not isinstance(items.value, list):
            yield _line(document, items), "items is not a list"
        for item in items.elements():
            if item.mark and _item(root, item) is None:
                yield _line(document, item), "an item of the list has no apiVersion or no kind"
    for thing in _unwrap(root):
        for path in _WORKLOADS.get(thing.value["kind"], ()):
            held = thing.get(*path)
            if held.value is not None and not isinstance(held.value, dict):
                yield _line(document, held), f"{path[-1]} is not a mapping"
        for _, template in pod_templates(thing):
            for field in CONTAINERS:
                held = template.get("spec", field)
                if held and held.value is not None and not _is_containers(held.value):
                    yield _line(document, held), f"{field} is not a list of containers"


def _not_objects(document: Document) -> Iterator[tuple[int, str]]:
    """What looks like an object and is not one: an apiVersion or kind that is not text, and a plain list of objects."""
    root = document.root
    if document.format in ("call", "prose"):
        return
    if isinstance(root.value, dict) and root.value.get("apiVersion") and root.value.get("kind"):
        for name in ("apiVersion", "kind"):
            field = root.get(name)
            if not isinstance(field.value, str):
                yield _line(document, field), f"{name} is not text"
    if first := next((item for item in root.elements() if is_object(item.value)), None):
        yield _line(document, first), "objects in a plain list: write them as the items of a List"


def _is_containers(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _line(document: Document, node: Node) -> int:
    return document.origin.first_line + (line_of(node.mark) if node.mark else 0) + 1


def _of_object(node: Node, origin: Origin) -> Iterator[Subject]:
    value = node.value
    metadata = value.get("metadata") if isinstance(value.get("metadata"), dict) else {}
    name = str(metadata.get("name") or metadata.get("generateName") or "")
    identity = _identity(value, metadata, name)
    label = f"{value['kind']} {name}".rstrip()
    marks: dict[str, Mark] = {"object": node.mark}  # type: ignore[dict-item]
    bindings: dict[str, Any] = {"object": value}
    yield Subject(RESOURCE, identity, label, origin, bindings, marks, "object")
    for path, template in pod_templates(node):
        pod = template.get("spec")
        bindings = {"object": value, "template": template.value, "pod": pod.value}
        marks = {**marks, "template": template.mark, "pod": pod.mark}  # type: ignore[dict-item]
        own, named = (identity, label) if is_usual(path) else _told_apart(identity, label, path)
        yield Subject(WORKLOAD, own, named, origin, bindings, marks, "pod")
        if sum(1 for field in CONTAINERS for _ in pod.get(field).elements()) > _CROWD:
            bindings = _without_containers(value, path)
        yield from _containers(own, named, origin, bindings, marks, pod)


def _told_apart(identity: str, label: str, path: Path) -> tuple[str, str]:
    """Identity and label of one of several templates of an object."""
    parts = path[:-1] if path[-1] == "template" else path
    where = join_path(tuple(str(part) for part in parts))
    return f"{identity}/{where}", f"{label}, {where}"


def _without_containers(value: Any, path: Path) -> dict[str, Any]:
    """The bindings of an object with a pod template at a path, with everything of the pod but its containers."""
    if path:
        step: Any = path[0]
        inner = _without_containers(value[step], path[1:])
        held = inner["object"]
        whole = {**value, step: held} if isinstance(value, dict) else [*value[:step], held, *value[step + 1 :]]
        return {**inner, "object": whole}
    pod = {name: item for name, item in value["spec"].items() if name not in CONTAINERS}
    template = {**value, "spec": pod}
    return {"object": template, "template": template, "pod": pod}


def _containers(
    owner: str, label: str, origin: Origin, bindings: dict[str, Any], marks: dict[str, Mark], pod: Node
) -> Iterator[Subject]:
    for field, kind in CONTAINERS.items():
        for index, container in enumerate(pod.get(field).elements()):
            if not isinstance(container.value, dict):
                continue
            name = str(container.value.get("name", index))
            yield Subject(
                CONTAINER,
                f"{owner}/{field}/{name}",
                f"{label}, container {name}",
                origin,
                {**bindings, "container": container.value, "container_kind": kind},
                {**marks, "container": container.mark},  # type: ignore[dict-item]
                "container",
            )
            yield from _programs(f"{owner}/{field}/{name}", label, origin, bindings, marks, container)


def _programs(
    identity: str, label: str, origin: Origin, bindings: dict[str, Any], marks: dict[str, Mark], container: Node
) -> Iterator[Subject]:
    for shape, mark in control_plane.programs(container):
        yield Subject(
            control_plane.KIND,
            identity,
            f"{label}, {shape.data['name']}",
            origin,
            {**bindings, "container": container.value, "program": shape.data},
            {**marks, "container": container.mark, "program": mark},  # type: ignore[dict-item]
            "program",
            unknowns=frozenset(shape.unknowns),
        )


def _identity(value: dict[str, Any], metadata: dict[str, Any], name: str) -> str:
    """`group/Kind/namespace/name`: what the cluster itself would call the object, without the API's version."""
    group = value["apiVersion"].rpartition("/")[0] or "core"
    if value["kind"] in CLUSTER_SCOPED:
        return "/".join((group, value["kind"], join_path((name,))))
    return "/".join((group, value["kind"], str(metadata.get("namespace") or "default"), join_path((name,))))


FORMAT = Format(
    "kubernetes", "Kubernetes manifests", KnownBy.OBJECT, recognise, KINDS, signs=key_sign("apiVersion"), losses=losses
)
