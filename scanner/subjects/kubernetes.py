"""Kubernetes objects -> resources, workloads and containers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scanner.controls import ShownBy
from scanner.documents import Document
from scanner.documents.positions import Node, join_path
from scanner.marks import line_of
from scanner.model import Subject
from scanner.places import Origin
from scanner.subjects import control_plane, outside, pod_subjects
from scanner.subjects.format import Format, KnownBy, key_sign
from scanner.subjects.kind import Kind
from scanner.subjects.object_lists import is_object, item_of, unwrap
from scanner.subjects.pod_templates import CONTAINERS, pod_places, unread_texts

RESOURCE = pod_subjects.RESOURCE
WORKLOAD = pod_subjects.WORKLOAD
CONTAINER = pod_subjects.CONTAINER

KINDS = {
    RESOURCE: Kind(("object",), ShownBy.MANIFEST),
    WORKLOAD: Kind(("pod", "template", "object"), ShownBy.MANIFEST),
    CONTAINER: Kind(("container", "container_kind", "pod", "template", "object"), ShownBy.MANIFEST),
    control_plane.KIND: Kind(control_plane.BINDINGS, ShownBy.MANIFEST),
}

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


def _subjects(document: Document) -> Iterator[Subject]:
    for item in unwrap(document.root, without_nulls=document.has_null):
        yield from _of_object(item, document.origin)


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
            if item.mark and item_of(root, item) is None:
                yield _line(document, item), "an item of the list has no apiVersion or no kind"
    for thing in unwrap(root):
        yield from ((_line(document, part), why) for part, why in _unread(thing))


def elsewhere(document: Document) -> Iterator[tuple[int, str, str]]:
    """The charts and paths that objects name for a controller: 1-based line, what it is, and the folder that it is."""
    if is_object(document.root.value) and document.format in ("yaml", "json"):
        for thing in unwrap(document.root):
            for each in outside.elsewhere(thing):
                yield _line(document, each.node), each.what, each.folder


def notes(document: Document) -> str:
    """What objects change in what they deploy, without effect on what is read of that."""
    if not (is_object(document.root.value) and document.format in ("yaml", "json")):
        return ""
    return "; ".join(filter(None, map(outside.not_applied, unwrap(document.root))))


def _unread(thing: Node) -> Iterator[tuple[Node, str]]:
    """The parts of an object on the way to its containers that cannot be read, and why."""
    for path in _WORKLOADS.get(thing.value["kind"], ()):
        held = thing.get(*path)
        if held.value is not None and not isinstance(held.value, dict):
            yield held, f"{path[-1]} is not a mapping"
    for text in unread_texts(thing):
        yield text, "a text that holds containers, and is not valid YAML or JSON"
    for place in pod_places(thing):
        for field in CONTAINERS:
            held = place.template.get("spec", field)
            if held and held.value is not None and not _is_containers(held.value):
                yield held, f"{field} is not a list of containers"


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
    yield Subject(RESOURCE, identity, label, origin, {"object": value}, {"object": node.mark}, "object")  # type: ignore[dict-item]
    yield from pod_subjects.of_object(node, identity, label, origin)


def _identity(value: dict[str, Any], metadata: dict[str, Any], name: str) -> str:
    """`group/Kind/namespace/name`: what the cluster itself would call the object, without the API's version."""
    group = value["apiVersion"].rpartition("/")[0] or "core"
    if value["kind"] in CLUSTER_SCOPED:
        return "/".join((group, value["kind"], join_path((name,))))
    return "/".join((group, value["kind"], str(metadata.get("namespace") or "default"), join_path((name,))))


FORMAT = Format(
    "kubernetes",
    "Kubernetes manifests",
    KnownBy.OBJECT,
    recognise,
    KINDS,
    signs=key_sign("apiVersion"),
    losses=losses,
    elsewhere=elsewhere,
    notes=notes,
)
