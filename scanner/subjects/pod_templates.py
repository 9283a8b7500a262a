"""The places of pod templates in Kubernetes objects.

In a Pod itself, under `spec.template` (Deployment, Job, Argo Rollout, Knative Service, ...), under `spec.jobTemplate`
(CronJob), under `template` (PodTemplate), and under `spec.podTemplate` of an agent's sandbox. Custom resources hold
them deeper and in lists as well (`spec.tasks[].template` of a Volcano Job, `spec.workerGroupSpecs[].template` of a
RayCluster): there a mapping counts whose name contains template and whose containers all name an image. Without images
it is a patch for a template that a controller creates, and shows nothing about the fields that it leaves out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from scanner.documents.positions import Node

Path: TypeAlias = tuple[str | int, ...]
"""Keys and indices from an object to a template."""

CONTAINERS = {"initContainers": "init", "containers": "app", "ephemeralContainers": "ephemeral"}
"""Field of a pod -> kind of the containers in it."""
_USUAL: tuple[Path, ...] = (("spec", "template"), ("spec", "jobTemplate", "spec", "template"), ("template",))
_SANDBOX_GROUPS = frozenset({"agents.x-k8s.io", "extensions.agents.x-k8s.io"})
_SANDBOX_TEMPLATE: Path = ("spec", "podTemplate")
_DEEPEST = 10
"""Steps from an object within which templates of custom resources are looked for."""


def pod_templates(node: Node) -> Iterator[tuple[Path, Node]]:
    """The templates of an object whose `spec` is a pod's, and the path of each.

    A Pod is its own template; in others the containers must be of some kind.
    """
    is_pod = node.value["kind"] == "Pod"
    group = node.value["apiVersion"].rpartition("/")[0]
    paths = (*_USUAL, _SANDBOX_TEMPLATE) if group in _SANDBOX_GROUPS else _USUAL
    for path in [()] if is_pod else paths:
        template = node.get(*path)
        spec = template.get("spec").value
        if isinstance(spec, dict) and (is_pod or spec.keys() & CONTAINERS.keys()):
            yield path, template
    if _is_custom(group):
        for path in _deeper(node.value, ()):
            if path not in paths:
                yield path, node.get(*path)


def is_usual(path: Path) -> bool:
    """Whether a template is the only one that its object can have, so that it needs no name of its own."""
    return path in _USUAL or path in ((), _SANDBOX_TEMPLATE)


def _is_custom(group: str) -> bool:
    """Whether an API group is not Kubernetes' own."""
    return "." in group and (not group.endswith(".k8s.io") or group.endswith(".x-k8s.io"))


def _deeper(value: Any, path: Path, *, named: bool = False) -> Iterator[Path]:
    """The paths of all templates with images in a value; `named` is whether its name contains template."""
    if len(path) > _DEEPEST:
        return
    if isinstance(value, dict):
        if named and _is_whole(value.get("spec")):
            yield path
            return
        for key, held in value.items():
            if isinstance(held, dict | list):
                yield from _deeper(held, (*path, key), named=str(key).lower().endswith(("template", "templates")))
    elif isinstance(value, list):
        for index, held in enumerate(value):
            if isinstance(held, dict):
                yield from _deeper(held, (*path, index), named=named)


def _is_whole(spec: Any) -> bool:
    containers = spec.get("containers") if isinstance(spec, dict) else None
    return (
        isinstance(containers, list)
        and bool(containers)
        and all(isinstance(each, dict) and each.get("image") for each in containers)
    )
