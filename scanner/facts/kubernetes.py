"""Links between Kubernetes objects: containers to workloads, selectors to pods, autoscalers to their targets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from scanner.facts import selectors
from scanner.facts.groups import place
from scanner.facts.selectors import name_of, path
from scanner.model import Location, Mark, Subject
from scanner.subjects.kubernetes import CONTAINER, RESOURCE, WORKLOAD


def derive(subjects: Sequence[Subject], *, whole: bool) -> None:
    """Attach to workloads what selects them, to selecting objects what they select, to autoscalers their target."""
    workloads = [subject for subject in subjects if subject.kind == WORKLOAD]
    resources: dict[str, list[Subject]] = defaultdict(list)
    for subject in subjects:
        if subject.kind == RESOURCE:
            resources[subject.bindings["object"]["kind"]].append(subject)
    _containers(subjects, workloads)
    _autoscalers(resources[_AUTOSCALER], workloads, resources, whole=whole)
    pods = selectors.Pods(workloads)
    for group, kind, selector, name in _SELECTING:
        selecting = [subject for subject in resources[kind] if subject.identity.startswith(f"{group}/")]
        _selections(selecting, pods, selector, name, whole=whole)


_AUTOSCALER = "HorizontalPodAutoscaler"
_SELECTING = (
    ("networking.k8s.io", "NetworkPolicy", "podSelector", "network_policies"),
    ("core", "Service", "selector", "services"),
    ("policy", "PodDisruptionBudget", "selector", "disruption_budgets"),
)
"""Group and kind of what selects pods, the field of its selector, and the fact that a selected workload gets."""
_IN_FULL = frozenset((_AUTOSCALER, *(kind for _, kind, _, _ in _SELECTING)))


_Wanted = dict[str, Any]
"""The fields of a mapping that are kept, each with those kept of it; nothing stands for all."""
_THING: _Wanted = {"apiVersion": {}, "kind": {}, "metadata": {"name": {}, "namespace": {}}, "spec": {"replicas": {}}}
_KEPT: dict[str, _Wanted] = {
    "object": _THING,
    "template": {"metadata": {"labels": {}}},
    "pod": {"hostNetwork": {}},
}


def shortened(subject: Subject) -> Subject:
    """A resource or workload as far as facts and shipped rules can use it: what selects or scales in full."""
    if subject.bindings["object"]["kind"] in _IN_FULL:
        return subject
    bindings, marks = {}, {}
    for name, value in subject.bindings.items():
        bindings[name], marks[name] = _cut(value, subject.marks[name], _KEPT[name])
    return replace(subject, bindings=bindings, marks=marks)


def _cut(value: Any, mark: Mark, wanted: _Wanted) -> tuple[Any, Mark]:
    """The wanted fields of a mapping and their marks; its first field keeps its mark, for it is where it stands."""
    children = mark[7]
    if not wanted or not isinstance(value, dict) or not isinstance(children, dict) or not children:
        return value, mark
    first = next(iter(children))
    inside = children[first][7]
    values, marks = {}, {first: (*children[first][:7], inside and type(inside)())}
    for name, inner in wanted.items():
        if name in value:
            values[name] = value[name]
            if name in children:
                values[name], marks[name] = _cut(value[name], children[name], inner)
    return values, (*mark[:7], marks)


def _containers(subjects: Sequence[Subject], workloads: list[Subject]) -> None:
    """A container knows its workload: kind, name and number of replicas."""
    owners = {_position(workload): workload for workload in workloads}
    for subject in subjects:
        if subject.kind == CONTAINER and (owner := owners.get(_position(subject))):
            thing = owner.bindings["object"]
            subject.facts["workload"] = {"kind": thing["kind"], "name": name_of(owner)}
            subject.related["workload"] = place(owner)


def _position(subject: Subject) -> tuple[str, str, int, int, int]:
    """Where the object of a subject stands."""
    mark = subject.marks["object"]
    return subject.group, subject.origin.path, subject.origin.first_line, mark[3], mark[4]


def _autoscalers(
    scalers: list[Subject], workloads: list[Subject], resources: dict[str, list[Subject]], *, whole: bool
) -> None:
    """`target_found` of an autoscaler: whether what it scales is among the objects."""
    everything = [*(subject for group in resources.values() for subject in group), *workloads]  # a workload wins
    known: dict[tuple[str, str, str], list[Subject]] = defaultdict(list)
    for subject in everything:
        known[_group(subject), subject.bindings["object"]["kind"], name_of(subject)].append(subject)
    for scaler in scalers:
        target = path(scaler.bindings["object"], "spec", "scaleTargetRef")
        if not isinstance(target, dict):
            continue
        version = str(target.get("apiVersion") or "apps/v1")
        group = version.rpartition("/")[0] or "core"
        named = known[group, str(target.get("kind")), str(target.get("name"))]
        near = [selectors.nearness(scaler, subject) for subject in named]
        if True in near:
            found = named[len(near) - 1 - near[::-1].index(True)]
            scaler.facts["target_found"] = True
            scaler.related["target"] = place(found)
            found.facts["autoscaled"] = True
        elif whole and None not in near:
            scaler.facts["target_found"] = False


def _selections(selecting: list[Subject], pods: selectors.Pods, field: str, fact: str, *, whole: bool) -> None:
    """Which workloads an object selects (`selected`), and the names of such objects on each of the workloads.

    A fact is left out where it cannot be told, because a namespace is not stated.
    """
    selected_by: dict[int, tuple[Location, list[str]]] = {}
    uncertain: set[int] = set()
    for subject in selecting:
        selector = path(subject.bindings["object"], "spec", field)
        labels_only = fact == "services"
        if labels_only and not selector:
            continue  # a Service without a selector has its endpoints written by hand
        if selector is None and fact == "network_policies":
            selector = {}  # no selector is the empty one here; a disruption budget without one selects nothing
        sure, maybe = pods.selected(subject, selector, labels_only=labels_only)
        uncertain.update(maybe)
        for kin in sure:
            selected_by.setdefault(kin, (place(subject), []))[1].append(name_of(subject))
        if sure or (whole and not maybe):
            subject.facts["selected"] = pods.names(sure)
    for kin, members in enumerate(pods.kins):
        for workload in members:
            if kin in selected_by:
                workload.related[fact], workload.facts[fact] = selected_by[kin]
            elif whole and kin not in uncertain:
                workload.facts[fact] = []


def _group(subject: Subject) -> str:
    return str(subject.bindings["object"]["apiVersion"]).rpartition("/")[0] or "core"
