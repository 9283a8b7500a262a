"""The pods that an object describes -> workloads, containers and programs of the control plane."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from scanner.documents.positions import Node, join_path
from scanner.marks import Mark, entries_of, with_children
from scanner.model import HOLDER, Subject
from scanner.places import Origin
from scanner.subjects import control_plane, kubelet_flags
from scanner.subjects.computed import image_is_computed, why_computed
from scanner.subjects.pod_templates import CONTAINERS, Path, PodPlace, is_usual, pod_places
from scanner.subjects.subject_builder import SubjectBuilder

RESOURCE = "kubernetes.resource"
WORKLOAD = "kubernetes.workload"
CONTAINER = "kubernetes.container"
_CROWD = 100
"""Containers of a pod from which a rule about one does not see the others: its work would grow with their square."""
_OBJECT_ITSELF: tuple[Path, ...] = (("spec",), ("spec", "workflowSpec"))
"""Places of pods that need no name beside that of their object."""
_IMAGE = frozenset({"image"})


class _Pod(Struct, frozen=True):
    """A pod, and what its subjects share."""

    identity: str
    label: str
    origin: Origin
    bindings: dict[str, Any]
    marks: dict[str, Mark]
    partial: bool

    def subject(self, kind: str, binding: str, value: Any, mark: Mark | None, name: str = "", **more: Any) -> Subject:
        """A subject of which a binding is the focus; `name` is added to those of the pod."""
        bindings = {**self.bindings, binding: value, **more}
        marks: dict[str, Mark] = {**self.marks, binding: mark}  # type: ignore[dict-item]
        return Subject(
            kind, self.identity, self.label + name, self.origin, bindings, marks, binding, partial=self.partial
        )


def of_object(node: Node, identity: str, label: str, origin: Origin) -> Iterator[Subject]:
    """The workloads of an object, each with its containers; `identity` and `label` are those of the object."""
    for place in pod_places(node):
        pod = place.template.get("spec")
        whole = _pod(node, place.template, place.partial, _told_apart(identity, label, place.path), origin)
        yield whole.subject(WORKLOAD, "pod", pod.value, pod.mark)
        if place.containers is None:
            if sum(1 for field in CONTAINERS for _ in pod.get(field).elements()) > _CROWD:
                whole = replace(whole, bindings=_without_containers(node.value, place))
            yield from _listed(whole, pod)
        for each in place.containers or ():
            own = _pod(node, each.template, place.partial, _told_apart(identity, label, each.owner), origin)
            yield from _container(own, each.node, each.field, each.name, each.kind)


def _pod(node: Node, template: Node, partial: bool, names: tuple[str, str], origin: Origin) -> _Pod:
    pod = template.get("spec")
    bindings = {"object": node.value, "template": template.value, "pod": pod.value}
    marks: dict[str, Mark] = {"object": node.mark, "template": template.mark, "pod": pod.mark}  # type: ignore[dict-item]
    return _Pod(*names, origin, bindings, marks, partial)


def _told_apart(identity: str, label: str, path: Path) -> tuple[str, str]:
    """Identity and label of one of several pods of an object."""
    if is_usual(path):
        return identity, label
    parts = path[:-1] if path[-1] == "template" else path
    where = join_path(tuple(str(part) for part in parts))
    return f"{identity}/{where}", label if parts in _OBJECT_ITSELF else f"{label}, {_shown(parts) or where}"


def _shown(parts: Path) -> str:
    """A template of a workflow is called by its name."""
    return f"template {parts[-1]}" if parts[-2:-1] == ("templates",) and isinstance(parts[-1], str) else ""


def _without_containers(value: Any, place: PodPlace) -> dict[str, Any]:
    """The bindings of an object with a pod template, with everything of the pod but its containers."""
    whole = place.template.value
    pod = {name: item for name, item in whole["spec"].items() if name not in CONTAINERS}
    template = {**whole, "spec": pod}
    return {
        "object": value if place.partial else _replaced(value, place.path, template),
        "template": template,
        "pod": pod,
    }


def _replaced(value: Any, path: Path, new: Any) -> Any:
    """A value with another one at a path."""
    if not path:
        return new
    step: Any = path[0]
    held = _replaced(value[step], path[1:], new)
    return {**value, step: held} if isinstance(value, dict) else [*value[:step], held, *value[step + 1 :]]


def _listed(pod: _Pod, spec: Node) -> Iterator[Subject]:
    """The containers in the lists of a pod."""
    for field, kind in CONTAINERS.items():
        for index, container in enumerate(spec.get(field).elements()):
            if isinstance(container.value, dict):
                yield from _container(pod, container, field, str(container.value.get("name", index)), kind)


def _container(pod: _Pod, node: Node, field: str, name: str, kind: str) -> Iterator[Subject]:
    anonymous = pod.partial and not node.value.keys() & {"name", "image"}
    own = replace(pod, identity=f"{pod.identity}/{field}" + ("" if anonymous else f"/{name}"))
    shown = "" if anonymous else f", container {name}"
    found = own.subject(CONTAINER, "container", node.value, node.mark, shown, container_kind=kind)
    if image_is_computed(image := node.value.get("image")):
        found = replace(found, unknowns=_IMAGE, reasons={"image": why_computed("image", image)})
    yield found
    for shape, mark in control_plane.programs(node):
        bindings, marks = {**pod.bindings, "container": node.value}, {**pod.marks, "container": node.mark}
        inside = replace(own, bindings=bindings, marks=marks)
        if shape.data["name"] == kubelet_flags.NAME:
            yield from _kubelet(inside, shape, mark)
            continue
        found = inside.subject(control_plane.KIND, "program", shape.data, mark, f", {shape.data['name']}")
        yield replace(found, unknowns=frozenset(shape.unknowns))


def _kubelet(pod: _Pod, shape: SubjectBuilder, mark: Mark) -> Iterator[Subject]:
    """The configuration that the flags of a kubelet amount to, as an object that rules about one judge."""
    if (flags := shape.data.get("flags")) is None:
        return
    stated = entries_of(entries_of(mark)["flags"])
    made = kubelet_flags.Configuration(flags, stated, shape.unknowns, mark)
    held, identity = {HOLDER: pod.bindings["object"]}, f"{pod.identity}/kubelet"
    own = replace(pod, bindings=held, marks={HOLDER: pod.marks["object"]}, identity=identity)
    found = own.subject(RESOURCE, "object", made.data, with_children(mark, made.marks), ", kubelet")
    yield replace(found, unknowns=frozenset(made.unknowns), reasons=made.reasons)
