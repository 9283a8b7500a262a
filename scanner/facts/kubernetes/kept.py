"""What stays of an object until all files were read: what facts, and the shipped rules that use facts, ask for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from scanner.model import Mark, Subject

IN_FULL = frozenset(
    {
        "HorizontalPodAutoscaler",
        "NetworkPolicy",
        "PodDisruptionBudget",
        "Service",
    }
)
"""Kinds that select or refer, of which all stays."""

_Wanted = dict[str, Any]
"""The fields of a mapping that are kept, each with those kept of it; `*` is every item of a list; nothing is all."""
_THING: _Wanted = {"apiVersion": {}, "kind": {}, "metadata": {"name": {}, "namespace": {}}, "spec": {"replicas": {}}}
_KEPT: dict[str, _Wanted] = {
    "object": _THING,
    "template": {"metadata": {"labels": {}}},
    "pod": {"hostNetwork": {}},
}


def shortened(subject: Subject) -> Subject:
    """A resource or workload as far as it stays."""
    if subject.bindings["object"]["kind"] in IN_FULL:
        return subject
    bindings, marks = {}, {}
    for name, value in subject.bindings.items():
        bindings[name], marks[name] = _cut(value, subject.marks[name], _KEPT[name])
    return replace(subject, bindings=bindings, marks=marks)


def _cut(value: Any, mark: Mark, wanted: _Wanted) -> tuple[Any, Mark]:
    """The wanted fields of a value and their marks; its first field keeps its mark, for it is where it stands."""
    children = mark[7]
    if not wanted or not children:
        return value, mark
    if isinstance(value, list) and isinstance(children, list) and "*" in wanted:
        items = [_cut(item, inner, wanted["*"]) for item, inner in zip(value, children, strict=True)]
        return [item for item, _ in items], (*mark[:7], [inner for _, inner in items])
    if not isinstance(value, dict) or not isinstance(children, dict) or "*" in wanted:
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
