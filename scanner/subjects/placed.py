"""Objects in the namespace that a release gives them, or a kustomization that cannot be built."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from scanner.documents import Document
from scanner.documents.positions import Node
from scanner.sources import Home
from scanner.subjects.kubernetes import CLUSTER_SCOPED
from scanner.subjects.object_lists import is_list, is_object

_BINDINGS = ("ClusterRoleBinding", "RoleBinding")
_DEFAULT = "default"
"""The service account, and the namespace, of what states none."""


def placed(document: Document, home: Home) -> Document:
    """A document of Kubernetes objects as it is put into a namespace; any other as it is."""
    if not home.namespace or not is_object(document.root.value):
        return document
    return replace(document, root=Node(_placed(document.root, home), document.root.mark))


def _placed(node: Node, home: Home) -> dict[str, Any]:
    value: dict[str, Any] = node.value
    if is_list(node):
        inner = (Node(item, node.mark) for item in value["items"])
        return {**value, "items": [_placed(each, home) if is_object(each.value) else each.value for each in inner]}
    if not home.fills and value["kind"] in _BINDINGS and isinstance(value.get("subjects"), list):
        value = {**value, "subjects": [_bound(each, home) for each in value["subjects"]]}
    if value["kind"] in CLUSTER_SCOPED:
        return value
    stated = value["metadata"] if isinstance(value.get("metadata"), dict) else {}
    if home.fills and stated.get("namespace"):
        return value
    return {**value, "metadata": {**stated, "namespace": home.namespace}}


def _bound(subject: Any, home: Home) -> Any:
    """A subject of a binding, in the namespace if it is a service account that is put there."""
    if not isinstance(subject, dict) or subject.get("kind") != "ServiceAccount":
        return subject
    name, stated = str(subject.get("name")), str(subject.get("namespace") or "")
    own = {(name, stated), (name, "" if stated == _DEFAULT else stated)}
    return {**subject, "namespace": home.namespace} if name == _DEFAULT or own & home.accounts else subject
