"""Documents of one system that include each other by their paths."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from scanner.facts.groups import Group
from scanner.model import Subject
from scanner.subjects.architecture import SYSTEM


def joined(groups: Sequence[Group]) -> list[Group]:
    """The groups, those of documents that include each other as one."""
    if not any("includes" in _data(system) for group in groups for system in group[SYSTEM]):
        return list(groups)
    by_path = {system.group: number for number, group in enumerate(groups) for system in group[SYSTEM]}
    ends = list(range(len(groups)))
    for number, group in enumerate(groups):
        for system in group[SYSTEM]:
            for path in _data(system).get("includes", ()):
                if path in by_path:
                    _join(ends, number, by_path[path])
    found: dict[int, Group] = {}
    for number, group in enumerate(groups):
        whole = found.setdefault(_end(ends, number), defaultdict(list))
        for kind, subjects in group.items():
            whole[kind].extend(subjects)
    return list(found.values())


def is_part(systems: Sequence[Subject], *, whole: bool) -> bool:
    """Whether documents are a part of a system of which no file is known that holds it together, or not all files."""
    parts = [_data(system).get("part") for system in systems]
    included = any("includes" in _data(system) for system in systems)
    return (any(parts) and all(parts)) or (included and not whole)


def _data(system: Subject) -> dict[str, list[str]]:
    data: dict[str, list[str]] = system.bindings[system.focus]
    return data


def _join(ends: list[int], one: int, other: int) -> None:
    ends[_end(ends, one)] = _end(ends, other)


def _end(ends: list[int], number: int) -> int:
    while ends[number] != number:
        ends[number] = ends[ends[number]]
        number = ends[number]
    return number
