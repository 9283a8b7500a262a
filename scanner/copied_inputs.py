"""Files that are there twice: a service or an API of a copy is reported in both, and the list of inputs says why."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from scanner.model import Input, InputStatus

_FORMATS = frozenset({"asyncapi", "compose", "openapi"})
"""Formats whose files stand for themselves, so that equal bytes give equal findings."""


def with_copies(inputs: Iterable[Input]) -> list[Input]:
    """The inputs; one with the bytes of an earlier one says of which."""
    first: dict[str, str] = {}
    told = []
    for item in inputs:
        if item.status is InputStatus.ASSESSED and not _FORMATS.isdisjoint(item.formats):
            original = first.setdefault(item.sha256, item.path)
            note = f"a copy of {original}, byte for byte"
            if original != item.path and note not in item.reason:
                told.append(replace(item, reason="; ".join(filter(None, (item.reason, note)))))
                continue
        told.append(item)
    return told
