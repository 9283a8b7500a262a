"""Links between Kubernetes objects: containers to workloads, selectors to pods, autoscalers to their targets."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from scanner.facts.groups import place
from scanner.model import Mark, Subject
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
    for group, kind, selector, name in _SELECTING:
        selecting = [subject for subject in resources[kind] if subject.identity.startswith(f"{group}/")]
        uncertain = _selections(selecting, workloads, selector, name, whole=whole)
        for index, workload in enumerate(workloads):
            if whole and index not in uncertain:
                workload.facts.setdefault(name, [])


_AUTOSCALER = "HorizontalPodAutoscaler"
_SELECTING = (
    ("networking.k8s.io", "NetworkPolicy", "podSelector", "network_policies"),
    ("core", "Service", "selector", "services"),
    ("policy", "PodDisruptionBudget", "selector", "disruption_budgets"),
)
"""Group and kind of what selects pods, the field of its selector, and the fact that a selected workload gets."""
_GIVEN_LATER = frozenset(
    {
        "apps.kubernetes.io/pod-index",
        "batch.kubernetes.io/controller-uid",
        "batch.kubernetes.io/job-completion-index",
        "batch.kubernetes.io/job-name",
        "controller-revision-hash",
        "controller-uid",
        "job-name",
        "pod-template-hash",
        "statefulset.kubernetes.io/pod-name",
    }
)
"""Labels that controllers put on pods when they make them, so that no manifest shows them."""
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
            subject.facts["workload"] = {"kind": thing["kind"], "name": _name(owner)}
            subject.related["workload"] = place(owner)


def _position(subject: Subject) -> tuple[str, int, int, int]:
    """Where the object of a subject stands."""
    mark = subject.marks["object"]
    return subject.origin.path, subject.origin.first_line, mark[3], mark[4]


def _autoscalers(
    scalers: list[Subject], workloads: list[Subject], resources: dict[str, list[Subject]], *, whole: bool
) -> None:
    """`target_found` of an autoscaler: whether what it scales is among the objects."""
    everything = [*(subject for group in resources.values() for subject in group), *workloads]  # a workload wins
    known: dict[tuple[str, str, str], list[Subject]] = defaultdict(list)
    for subject in everything:
        known[_group(subject), subject.bindings["object"]["kind"], _name(subject)].append(subject)
    for scaler in scalers:
        target = _path(scaler.bindings["object"], "spec", "scaleTargetRef")
        if not isinstance(target, dict):
            continue
        version = str(target.get("apiVersion") or "apps/v1")
        group = version.rpartition("/")[0] or "core"
        named = known[group, str(target.get("kind")), str(target.get("name"))]
        near = [_nearness(scaler, subject) for subject in named]
        if True in near:
            found = named[len(near) - 1 - near[::-1].index(True)]
            scaler.facts["target_found"] = True
            scaler.related["target"] = place(found)
            found.facts["autoscaled"] = True
        elif whole and None not in near:
            scaler.facts["target_found"] = False


def _selections(selecting: list[Subject], workloads: list[Subject], field: str, fact: str, *, whole: bool) -> set[int]:
    """Which workloads an object selects (`selected`), and the object's name on each of them.

    Gives the indices of workloads of which it cannot be told, because a namespace is not stated.
    """
    uncertain: set[int] = set()
    for subject in selecting:
        selector = _path(subject.bindings["object"], "spec", field)
        labels_only = fact == "services"
        if labels_only and not selector:
            continue  # a Service without a selector has its endpoints written by hand
        if selector is None and fact == "network_policies":
            selector = {}  # no selector is the empty one here; a disruption budget without one selects nothing
        chosen, maybe = [], False
        for index, workload in enumerate(workloads):
            near = _nearness(subject, workload)
            if near is False or not isinstance(selector, dict):
                continue
            if _selects(selector, _labels(workload), labels_only=labels_only):
                if near:
                    chosen.append(workload)
                else:
                    maybe = True
                    uncertain.add(index)
        for workload in chosen:
            workload.facts.setdefault(fact, []).append(_name(subject))
            workload.related.setdefault(fact, place(subject))
        if chosen or (whole and not maybe):
            subject.facts["selected"] = [workload.name for workload in chosen]
    return uncertain


def _nearness(one: Subject, other: Subject) -> bool | None:
    """Whether two objects are in one namespace; None where that cannot be told.

    Where neither states one, they go where their folder, chart or overlay is applied; stated and not stated may meet or
    not. Objects of two charts or overlays are two systems.
    """
    if one.group and other.group and one.group != other.group:
        return False
    left, right = _namespace(one), _namespace(other)
    if left and right:
        return left == right
    if left or right:
        return None
    together = one.group == other.group if one.group or other.group else _folder(one) == _folder(other)
    return True if together else None


def _folder(subject: Subject) -> str:
    return posixpath.dirname(subject.origin.path)


def _group(subject: Subject) -> str:
    return str(subject.bindings["object"]["apiVersion"]).rpartition("/")[0] or "core"


def _selects(selector: dict[str, Any], labels: dict[str, Any], *, labels_only: bool) -> bool:
    """Kubernetes' own label matching; an empty selector matches every pod."""
    wanted = selector if labels_only else selector.get("matchLabels")
    stated = wanted.items() if isinstance(wanted, dict) else ()
    if any(labels.get(key) != value for key, value in stated if key not in _GIVEN_LATER):
        return False
    expressions = None if labels_only else selector.get("matchExpressions")
    if not isinstance(expressions, list):
        return True
    return all(_matches(item, labels) for item in expressions if isinstance(item, dict))


def _matches(expression: dict[str, Any], labels: dict[str, Any]) -> bool:
    key, values = str(expression.get("key")), expression.get("values")
    listed = key in labels and isinstance(values, list) and labels[key] in values
    match expression.get("operator"):
        case "In":
            return listed
        case "NotIn":
            return not listed
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
    return False


def _labels(workload: Subject) -> dict[str, Any]:
    labels = _path(workload.bindings["template"], "metadata", "labels")
    return labels if isinstance(labels, dict) else {}


def _namespace(subject: Subject) -> str:
    """The namespace that an object states, empty where it states none."""
    return str(_path(subject.bindings["object"], "metadata", "namespace") or "")


def _name(subject: Subject) -> str:
    return str(_path(subject.bindings["object"], "metadata", "name") or "")


def _path(value: Any, *path: str) -> Any:
    for part in path:
        if not isinstance(value, dict):
            return None
        value = value.get(part)
    return value
