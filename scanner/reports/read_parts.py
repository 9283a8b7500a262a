"""What was read of a model of an architecture: how many services, stores, boundaries and flows, as reports say it."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.model import Input

_SYSTEM = "architecture.system"
_ALWAYS = ("architecture.service", "architecture.flow")
"""What is told of each model, also where there is none of it: a model without flows is rarely meant."""
_NAMES = {
    "architecture.service": ("service", "services"),
    "architecture.datastore": ("data store", "data stores"),
    "architecture.boundary": ("boundary", "boundaries"),
    "architecture.data-asset": ("data asset", "data assets"),
    "architecture.flow": ("flow", "flows"),
    "architecture.relation": ("relation", "relations"),
    "catalogue.entity": ("entity", "entities"),
    "stack.service": ("service", "services"),
    "stack.network": ("network", "networks"),
    "stack.volume": ("volume", "volumes"),
    "api.server": ("server", "servers"),
    "api.operation": ("operation", "operations"),
}
"""Kinds of subjects of models that are nodes or flows; nodes first."""


def read_parts(item: Input) -> str:
    """In words; empty for an input that holds no model."""
    parts = list(_parts(item))
    return f"read: {', '.join(parts)}" if parts else ""


def _parts(item: Input) -> Iterator[str]:
    is_architecture = any(kind in item.kinds for kind in (_SYSTEM, *_ALWAYS))
    for kind, (one, many) in _NAMES.items():
        number = item.kinds.get(kind, 0)
        if number or (is_architecture and kind in _ALWAYS):
            yield f"{number:,} {one if number == 1 else many}"
