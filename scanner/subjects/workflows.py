"""Workflows of Argo: each of their templates with a container gives a pod, with what the workflow states for all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scanner.documents.positions import MISSING, Node
from scanner.marks import Mark
from scanner.subjects.pod_templates import ContainerPlace, Path, PodPlace, assembled, gathered
from scanner.subjects.workflow_parameters import Parameters

_OF_POD = (
    "automountServiceAccountToken",
    "dnsPolicy",
    "hostAliases",
    "hostNetwork",
    "securityContext",
    "serviceAccountName",
    "tolerations",
    "volumes",
)
"""Fields of a workflow, and of one of its templates, that are those of a pod."""
_SINGLE = ("container", "script")
_LISTED = {"initContainers": "init", "sidecars": "app"}
_NAME = "main"
"""The name of a container that a template does not name."""


def pod(spec: Node, path: Path) -> PodPlace | None:
    """The pods of the spec of a workflow as one, with each container beside what applies to it; None where it is none.

    A volume of one template is one of the workflow, so that a rule about pods sees it once.
    """
    templates = list(_templates(spec, (*path, "templates")))
    common = {name: spec.get(name) for name in _OF_POD}
    parameters = Parameters(spec)
    found = [
        ContainerPlace(at, field, name, kind, parameters.resolved(node, template), _template(spec, template, common))
        for at, template in templates
        for field, name, kind, node in _containers(template)
    ]
    if spec.mark is None or not found:
        return None
    volumes = [
        each for part in (spec, *(template for _, template in templates)) for each in part.get("volumes").elements()
    ]
    whole = {
        **common,
        "volumes": gathered(_region(spec.get("volumes"), spec.mark), volumes),
        "containers": gathered(_region(spec.get("templates"), spec.mark), (each.node for each in found)),
    }
    return PodPlace(path, _as_template(spec, assembled(spec.mark, whole)), containers=found)


def overrides(spec: Node, path: Path) -> Iterator[PodPlace]:
    """What templates of a workflow state about their pods alone."""
    for at, template in _templates(spec, (*path, "templates")):
        context = template.get("securityContext")
        if template.mark and isinstance(context.value, dict):
            part = assembled(template.mark, {"securityContext": context})
            yield PodPlace(at, assembled(template.mark, {"spec": part}), partial=True)


def _templates(spec: Node, path: Path) -> Iterator[tuple[Path, Node]]:
    """The templates of a workflow, and those that stand in their steps and tasks, each with its path.

    A template is named by its name, which an edit of others does not change.
    """
    for number, template in enumerate(spec.get("templates").elements()):
        if not isinstance(template.value, dict):
            continue
        at = (*path, str(template.value.get("name") or number))
        yield at, template
        for task in template.get("dag", "tasks").elements():
            yield from _inline(task, at)
        for group in template.get("steps").elements():
            for step in group.elements():
                yield from _inline(step, at)


def _inline(step: Node, path: Path) -> Iterator[tuple[Path, Node]]:
    inline = step.get("inline")
    if isinstance(inline.value, dict):
        yield (*path, str(step.get("name").value or ""), "inline"), inline


def _region(node: Node, other: Mark) -> Mark:
    return node.mark or other


def _containers(template: Node) -> Iterator[tuple[str, str, str, Node]]:
    """The containers of a template: field, name, kind and node."""
    for field in _SINGLE:
        held = template.get(field)
        if _is_container(held.value):
            yield field, str(held.value.get("name") or _NAME), "app", held
    lists = {"containerSet": ("app", template.get("containerSet", "containers"))}
    lists |= {field: (kind, template.get(field)) for field, kind in _LISTED.items()}
    for field, (kind, some) in lists.items():
        for index, each in enumerate(some.elements()):
            if _is_container(each.value):
                yield field, str(each.value.get("name", index)), kind, each


def _is_container(value: Any) -> bool:
    return isinstance(value, dict) and bool(value.get("image"))


def _template(spec: Node, template: Node, common: dict[str, Node]) -> Node:
    """What applies to the containers of a template: what the template states goes before what the workflow does."""
    if spec.mark is None:
        return MISSING
    own = {name: template.get(name) or held for name, held in common.items()}
    return _as_template(spec, assembled(spec.mark, own))


def _as_template(spec: Node, pod_spec: Node) -> Node:
    parts = {"metadata": spec.get("podMetadata"), "spec": pod_spec}
    return assembled(spec.mark, parts) if spec.mark else MISSING
