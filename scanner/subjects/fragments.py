"""Parts of workloads, such as a patch: they cannot be applied, so nothing is judged by them."""

from __future__ import annotations

from typing import Any

from scanner.documents import Document
from scanner.subjects.object_lists import is_object
from scanner.subjects.pod_templates import CONTAINERS, pod_places

_SELECTING = frozenset({"DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"})
_WORKLOADS = _SELECTING | {"CronJob", "Job", "Pod"}
_GROUPS = frozenset({"", "apps", "batch", "extensions"})
_PATCH = "$patch"


def fragment(document: Document, *, patch: bool) -> str:
    """Why a document is only a part of a workload; empty for any other document.

    `patch` is whether a kustomization could use it as one. Elsewhere only what is on a page may be a part.
    """
    value = document.root.value
    if document.format not in ("yaml", "json") or not is_object(value) or value["kind"] not in _WORKLOADS:
        return ""
    kind, spec = value["kind"], value.get("spec")
    if not isinstance(spec, dict) or value["apiVersion"].rpartition("/")[0] not in _GROUPS:
        return ""
    containers = [item for place in pod_places(document.root) for item in _containers(place.template.value)]
    if _PATCH in value or any(_PATCH in item for item in containers):
        return f"a fragment: a patch of a {kind}"
    if not (patch or document.origin.first_line) or any("image" in item for item in containers):
        return ""
    if kind in _SELECTING:
        return (
            "" if "selector" in spec else f"a fragment of a {kind} without selector and image, which cannot be applied"
        )
    return f"a fragment of a {kind} without image, which cannot be applied" if containers else ""


def _containers(template: Any) -> list[dict[str, Any]]:
    pod = template.get("spec") if isinstance(template, dict) else None
    lists = [pod.get(name) for name in CONTAINERS] if isinstance(pod, dict) else []
    return [item for each in lists if isinstance(each, list) for item in each if isinstance(item, dict)]
