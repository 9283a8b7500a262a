"""Quantities that a CALM model states in its controls and metadata in a form that is not understood."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scanner.subjects.calm.stated import is_placeholder
from scanner.subjects.spec_quantities import FORMS, is_understood
from scanner.subjects.spec_schema import Problem

GOALS = {
    "rto": ("recovery-time-objective", "rto"),
    "rpo": ("recovery-point-objective", "rpo"),
    "mttr": ("mean-time-to-recovery", "mttr"),
}
"""Objectives, and what CALM's samples call them."""
AVAILABILITY = ("uptime-guarantee", "availability")
BACKUPS, RETENTION = "backup-frequency", "backup-retention-period"
_QUANTITIES = {
    **dict.fromkeys(AVAILABILITY, ("availability", "availability")),
    **{name: ("duration", goal) for goal, names in GOALS.items() for name in names},
    BACKUPS: ("duration", "backups"),
    RETENTION: ("duration", "retention"),
}
"""Each name, what it states, and the field of a spec that it is."""


def problems(model: Any) -> Iterator[Problem]:
    """Each quantity of a node in a form that is not understood, in the order of the model."""
    nodes = model.get("nodes") if isinstance(model, dict) else None
    for number, node in enumerate(nodes if isinstance(nodes, list) else ()):
        if not isinstance(node, dict):
            continue
        for path, holder in _holders(node):
            for name in _QUANTITIES.keys() & holder.keys():
                kind, field = _QUANTITIES[name]
                if _is_wrong(kind, holder[name], field):
                    told = f"`{name}` of {node.get('unique-id', 'a node')} is not {FORMS[kind]}"
                    yield ("nodes", str(number), *path, name), told, f"{node.get('unique-id')}.{name}"


def _is_wrong(kind: str, value: Any, field: str) -> bool:
    return isinstance(value, str | int | float) and not is_placeholder(value) and not is_understood(kind, value, field)


def _holders(node: dict[Any, Any]) -> Iterator[tuple[tuple[str, ...], dict[Any, Any]]]:
    """The mappings of a node in which quantities stand, each with its path."""
    yield (), node
    metadata = node.get("metadata")
    if isinstance(metadata, dict):
        yield ("metadata",), metadata
    for number, part in enumerate(metadata if isinstance(metadata, list) else ()):
        if isinstance(part, dict):
            yield ("metadata", str(number)), part
    controls = node.get("controls")
    for name, control in controls.items() if isinstance(controls, dict) else ():
        requirements = control.get("requirements") if isinstance(control, dict) else None
        for number, requirement in enumerate(requirements if isinstance(requirements, list) else ()):
            config = requirement.get("config") if isinstance(requirement, dict) else None
            if isinstance(config, dict):
                yield ("controls", str(name), "requirements", str(number), "config"), config
