"""The places of pods in Kubernetes objects.

In a Pod itself, under `spec.template` (Deployment, Job, Argo Rollout, Knative Service, ...), under `spec.jobTemplate`
(CronJob), under `template` (PodTemplate), and under `spec.podTemplate` of an agent's sandbox; `custom_pods` finds those
of other custom resources.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from msgspec import Struct

from scanner.documents.positions import MISSING, Node
from scanner.marks import Mark, with_children

Path: TypeAlias = tuple[str | int, ...]
"""Keys and indices from an object to a template."""

CONTAINERS = {"initContainers": "init", "containers": "app", "ephemeralContainers": "ephemeral"}
"""Field of a pod -> kind of the containers in it."""
_USUAL: tuple[Path, ...] = (("spec", "template"), ("spec", "jobTemplate", "spec", "template"), ("template",))
_SANDBOX_GROUPS = frozenset({"agents.x-k8s.io", "extensions.agents.x-k8s.io"})
_SANDBOX_TEMPLATE: Path = ("spec", "podTemplate")
_AS_WRITTEN = _SANDBOX_GROUPS | {"apps.kruise.io", "apps.openshift.io", "argoproj.io", "serving.knative.dev"}
"""Groups of custom resources whose controllers make pods of a template at the usual place as it is written."""
_NOT_KUBERNETES = frozenset({"sparkoperator.k8s.io"})
"""Groups of custom resources that end like those of Kubernetes itself."""
_HELD_OBJECTS: dict[tuple[str, str], Path] = {
    ("", "Template"): ("objects",),
    ("hive.openshift.io", "SelectorSyncSet"): ("spec", "resources"),
    ("hive.openshift.io", "SyncSet"): ("spec", "resources"),
    ("template.openshift.io", "Template"): ("objects",),
    ("work.open-cluster-management.io", "ManifestWork"): ("spec", "workload", "manifests"),
}
"""Group and kind of objects that hold others which are applied as they are -> where."""


class ContainerPlace(Struct, frozen=True):
    """A container that does not stand in the list of its pod."""

    owner: Path
    """From the object to what its pod is made of."""
    field: str
    """Its field there."""
    name: str
    kind: str
    """As the values of `CONTAINERS`."""
    node: Node
    template: Node
    """A pod template that holds what applies to the container."""


class PodPlace(Struct, frozen=True):
    """A pod that an object describes."""

    path: Path
    template: Node
    """A mapping whose `spec` is that of the pod."""
    partial: bool = False
    """A controller completes it, so that it shows nothing about the fields that it leaves out."""
    containers: Sequence[ContainerPlace] | None = None
    """Its containers, where they do not stand in the lists of its `spec`."""


_last: list[tuple[Node, tuple[PodPlace, ...]]] = []
"""The object that was asked about last, with its pods: what is read of one, and what cannot be, are two questions."""


def pod_places(node: Node) -> tuple[PodPlace, ...]:
    """The pods of an object; in what is not a Pod, there must be containers of some kind."""
    for last, places in _last:
        if last.value is node.value and last.mark is node.mark:
            return places
    found = tuple(_pod_places(node))
    _last[:] = [(node, found)]
    return found


def _pod_places(node: Node) -> Iterator[PodPlace]:
    is_pod = node.value["kind"] == "Pod"
    group = node.value["apiVersion"].rpartition("/")[0]
    custom = _is_custom(group)
    paths = (*_USUAL, _SANDBOX_TEMPLATE) if group in _SANDBOX_GROUPS else _USUAL
    taken = {path for path in [held_path(node.value)] if path}
    for path in [()] if is_pod else paths:
        template = node.get(*path)
        spec = template.get("spec").value
        if not isinstance(spec, dict) or not (is_pod or spec.keys() & CONTAINERS.keys()):
            continue
        if not custom or group in _AS_WRITTEN or is_whole(spec):
            taken.add(path)
            yield PodPlace(path, template)
    if custom:
        from scanner.subjects.custom_pods import places

        yield from places(node, group, taken)


def unread_texts(node: Node) -> Iterator[Node]:
    """The texts in an object that hold containers and cannot be read."""
    group = node.value["apiVersion"].rpartition("/")[0]
    if _is_custom(group):
        from scanner.subjects.custom_pods import unread

        yield from unread(node, group)


def held_path(value: dict[str, Any]) -> Path:
    """Where an object holds others; empty for one that holds none."""
    return _HELD_OBJECTS.get((value["apiVersion"].rpartition("/")[0], value["kind"]), ())


def is_usual(path: Path) -> bool:
    """Whether a template is the only one that its object can have, so that it needs no name of its own."""
    return path in _USUAL or path in ((), _SANDBOX_TEMPLATE)


def _is_custom(group: str) -> bool:
    """Whether an API group is not Kubernetes' own."""
    return "." in group and (not group.endswith(".k8s.io") or group.endswith(".x-k8s.io") or group in _NOT_KUBERNETES)


def is_whole(spec: Any) -> bool:
    """Whether the containers of a pod all name an image: without one it is a patch for the pod of a controller."""
    containers = spec.get("containers") if isinstance(spec, dict) else None
    return (
        isinstance(containers, list)
        and bool(containers)
        and all(isinstance(each, dict) and each.get("image") for each in containers)
    )


def assembled(region: Mark, parts: Mapping[str, Node]) -> Node:
    """A mapping in a region of the text, of nodes that stand at several places; missing ones are left out."""
    found = {name: part for name, part in parts.items() if part}
    marks: dict[str, Mark] = {name: part.mark for name, part in found.items()}  # type: ignore[misc]
    return Node({name: part.value for name, part in found.items()}, with_children(region, marks))


def gathered(region: Mark, nodes: Iterable[Node]) -> Node:
    """A list in a region of the text, of nodes that stand at several places; a missing node where there are none."""
    found = list(nodes)
    marks: list[Mark] = [node.mark for node in found]  # type: ignore[misc]
    return Node([node.value for node in found], with_children(region, marks)) if found else MISSING
