"""Compares the inputs of a scan with those that the configuration accepts as not assessed.

The inputs keep their status, and get the reason that is written in the configuration.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from scanner.completeness import missing_kinds
from scanner.configured import Configuration, NotAssessed, NotUsed
from scanner.model import Input
from scanner.sources.patterns import Patterns


def accept(
    inputs: Sequence[Input], configuration: Configuration, *, strict: bool, whole: bool
) -> tuple[list[Input], Configuration]:
    """The inputs with why they are knowingly not assessed, and the configuration with how many each entry is about.

    An entry that is about none counts as not used, where the `whole` of the folders was scanned.
    """
    entries = [_Entry(entry, Patterns((entry.path,))) for entry in configuration.not_assessed]
    told = [_accepted(item, entries, strict=strict) for item in inputs] if entries else list(inputs)
    used = tuple(replace(entry.said, inputs=entry.inputs) for entry in entries)
    idle = (_not_used(entry) for entry in used if not entry.inputs and whole)
    return told, replace(configuration, not_assessed=used, not_used=(*configuration.not_used, *idle))


class _Entry(Struct, eq=False):
    """An entry of `not_assessed`, and how many inputs it is about."""

    said: NotAssessed
    paths: Patterns
    inputs: int = 0

    def covers(self, path: str, kind: str) -> bool:
        """Whether it is about parts of a kind in a file; a path alone is about everything in it."""
        return (not self.said.format or self.said.format == kind) and (not self.said.path or self.paths.hold(path))


def _accepted(item: Input, entries: Sequence[_Entry], *, strict: bool) -> Input:
    """An input with the reasons of the entries about it, if they leave nothing of it open."""
    kinds = set(missing_kinds(item, strict=strict))
    found = [entry for entry in entries if any(entry.covers(item.path, kind) for kind in kinds)]
    for entry in found:
        entry.inputs += 1
    if not kinds or not all(any(entry.covers(item.path, kind) for entry in found) for kind in kinds):
        return item
    return replace(item, accepted="; ".join(dict.fromkeys(entry.said.reason for entry in found)))


def _not_used(entry: NotAssessed) -> NotUsed:
    what = " in ".join(text for text in (entry.format, entry.path) if text)
    return NotUsed(f"not_assessed {what}", entry.where, "no scanned input matches it")
