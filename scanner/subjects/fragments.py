"""Parts of objects, such as a patch, and objects that a page shows as refused: nothing is judged by them."""

from __future__ import annotations

import posixpath
import re
from typing import Any

from scanner.documents import Document
from scanner.late import regex
from scanner.subjects.object_lists import is_object
from scanner.subjects.pod_templates import CONTAINERS, pod_places

_SELECTING = frozenset({"DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"})
_WORKLOADS = _SELECTING | {"CronJob", "Job", "Pod"}
_GROUPS = frozenset({"", "apps", "batch", "extensions"})
_DEFINITION = "CustomResourceDefinition"
_WEBHOOKS = frozenset({"MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"})
_PATCH = "$patch"
_NAMED = regex(r"(?:^|[-_.])patch(?:es)?[-_.]", re.IGNORECASE)
"""The name of a file that a program may merge into another one, such as a Makefile that calls `kubectl patch`."""
_SELECTOR_NEEDED = "apps/v1"
"""Versions before it filled in a selector that is missing."""
_OF_TESTS = regex(r"(?:^|/)(?:tests?|e2e)/")
"""The path of a file that code of tests may load."""


def fragment(document: Document, *, patch: bool, live: bool = False) -> str:
    """Why a document is not an object to be applied; empty for any other document.

    `patch` is whether a kustomization could use it as one, which the name of its file may say too. Elsewhere only what
    is on a page may be a part. `live` is whether all inputs count as applied, whatever a page says of them.
    """
    value = document.root.value
    if document.format not in ("yaml", "json") or not is_object(value):
        return ""
    kind, spec = value["kind"], value.get("spec")
    patch = patch or bool(_NAMED.search(posixpath.basename(document.origin.path)))
    if document.refused and not live and kind in _WORKLOADS:
        return f"a {kind} that the page shows as refused by the cluster"
    if kind == _DEFINITION and (patch or document.origin.first_line) and not _defines(spec):
        return f"a fragment of a {kind} without `spec.names` and `spec.group`, which cannot be applied"
    if kind in _WEBHOOKS and patch and "webhooks" not in value:
        return f"a fragment of a {kind} without `webhooks`, which changes nothing by itself"
    if not (kind in _WORKLOADS and value["apiVersion"].rpartition("/")[0] in _GROUPS):
        return ""
    return ("" if live else _of_tests(document, value)) or _of_workload(document, value, patch=patch)


def _of_tests(document: Document, value: dict[str, Any]) -> str:
    """Why a workload is one that code of tests loads and fills in; empty for any other."""
    if not _OF_TESTS.search(document.origin.path) or _is_named(value.get("metadata")):
        return ""
    return f"a {value['kind']} without a name in a folder of tests, which cannot be applied before a test fills it in"


def _of_workload(document: Document, value: dict[str, Any], *, patch: bool) -> str:
    kind = value["kind"]
    if not isinstance(value.get("spec"), dict):
        lacks_spec = document.origin.first_line and value.get("spec") is None
        return f"a fragment of a {kind} without `spec`, which cannot be applied" if lacks_spec else ""
    containers = [item for place in pod_places(document.root) for item in _containers(place.template.value)]
    directs = _PATCH in value or any(_PATCH in item for item in containers)
    if directs and not _is_whole(value, containers):
        return f"a fragment: a patch of a {kind}"
    if not (patch or document.origin.first_line):
        return ""
    shown = any("image" in item for item in containers)
    if kind in _SELECTING:
        applies = "selector" in value["spec"] or (shown and not (patch and value["apiVersion"] == _SELECTOR_NEEDED))
        lacks = "selector" if shown else "selector and image"
        return "" if applies else f"a fragment of a {kind} without {lacks}, which cannot be applied"
    return f"a fragment of a {kind} without image, which cannot be applied" if containers and not shown else ""


def _is_whole(value: dict[str, Any], containers: list[dict[str, Any]]) -> bool:
    """Whether a workload can be applied by a client that leaves out what the API does not know (`--validate=false`)."""
    selects = value["kind"] not in _SELECTING or "selector" in value["spec"]
    named = selects and _is_named(value.get("metadata"))
    return named and bool(containers) and all("image" in item for item in containers)


def _is_named(metadata: Any) -> bool:
    return isinstance(metadata, dict) and any(metadata.get(field) for field in ("name", "generateName"))


def _defines(spec: Any) -> bool:
    """Whether a definition of a resource has what the API requires of one."""
    return isinstance(spec, dict) and ("names" in spec or "group" in spec)


def _containers(template: Any) -> list[dict[str, Any]]:
    pod = template.get("spec") if isinstance(template, dict) else None
    lists = [pod.get(name) for name in CONTAINERS] if isinstance(pod, dict) else []
    return [item for each in lists if isinstance(each, list) for item in each if isinstance(item, dict)]
