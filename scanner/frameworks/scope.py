"""Scope files: which part of a scan belongs to a framework, and which of its controls do not apply.

A scope file maps frameworks to `paths`, in the language of `.gitignore`, to the `entity` that is assessed, and to
`not-applicable` controls with a reason each; a `*` in a control stands for any text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

from scanner import library
from scanner.errors import PackError, UsageError, did_you_mean
from scanner.frameworks.catalogue import Framework, choose
from scanner.schema_errors import shortened, shown
from scanner.sources import boundary
from scanner.sources.patterns import Patterns

if TYPE_CHECKING:
    from scanner.datafile import DataFile

_SCHEMA = "scope.schema.json"
_SHORTEST_REASON = 20
"""The length below which a text is not accepted as a reason."""


class Scope(Struct, frozen=True):
    """The scope of one framework; without paths, everything that is scanned."""

    paths: tuple[str, ...] = ()
    not_applicable: dict[str, str] = field(default_factory=dict)
    """Control -> why it does not apply."""

    def holds_any(self, paths: Iterable[str]) -> bool:
        """Whether any of some files belongs to the scope."""
        return not self.paths or any(map(self.holds, paths))

    def holds(self, path: str) -> bool:
        """Whether a file belongs to the scope."""
        return not self.paths or _patterns(self.paths).hold(path)


@cache
def _patterns(paths: tuple[str, ...]) -> Patterns:
    """The patterns of a scope, which every finding and every input is compared with."""
    return Patterns(paths)


def load(path: Path, frameworks: Sequence[Framework]) -> dict[tuple[str, str], Scope]:
    """The scopes of a file, by id and edition of their frameworks.

    Raises PackError with the line for a framework, a key or a control that is not there, and for a missing reason.
    """
    from scanner import datafile

    boundary.stay_inside(str(path))
    file = datafile.read(path, library.data_root() / "frameworks" / _SCHEMA)
    file.refuse(_faults(file, frameworks))
    scopes: dict[tuple[str, str], Scope] = {}
    for name, each in sorted(file.value.items(), key=lambda entry: "@" in entry[0]):  # one edition by itself goes last
        paths = tuple(pattern.removeprefix("./") for pattern in each.get("paths", ()))
        for framework in _meant(frameworks, name):
            reasons = _of_others(framework, each.get("entity", ()))
            reasons |= {
                control: reason.strip()
                for pattern, reason in each.get("not-applicable", {}).items()
                for control in _matching(framework, pattern)
            }
            scopes[framework.id, framework.edition] = Scope(paths, reasons)
    return scopes


def _meant(frameworks: Sequence[Framework], name: str) -> list[Framework]:
    """The frameworks that an entry is about: every edition, unless it names one."""
    chosen = choose(frameworks, [name])
    if "@" in name:
        return list(chosen)
    ids = {framework.id for framework in chosen}
    return [framework for framework in frameworks if framework.id in ids]


def _of_others(framework: Framework, entity: Sequence[str]) -> dict[str, str]:
    """Controls that do not bind an entity, each with the reason."""
    if not entity:
        return {}
    return {
        control.id: f"applies to {' and '.join(control.entities)} only; the scope file states {' and '.join(entity)}"
        for control in framework.controls
        if control.entities and not set(control.entities) & set(entity)
    }


def _matching(framework: Framework, pattern: str) -> list[str]:
    return [control.id for control in framework.controls if fnmatchcase(control.id, pattern)]


def _faults(file: DataFile, frameworks: Sequence[Framework]) -> Iterator[PackError]:
    for name, each in file.value.items():
        try:
            chosen = choose(frameworks, [name])
            meant = _meant(frameworks, name)
        except UsageError as error:
            yield file.error((name,), error.message, error.hint)
            continue
        if each.get("entity") and not any(control.entities for item in chosen for control in item.controls):
            yield file.error((name, "entity"), f"no control of {name} depends on the type of entity", "remove `entity`")
        for pattern, reason in each.get("not-applicable", {}).items():
            path = (name, "not-applicable", pattern)
            for framework in chosen:
                if not any(_matching(item, pattern) for item in meant if item.id == framework.id):
                    message = f"{framework.id}@{framework.edition} has no control {shown(pattern)}"
                    yield file.error(path, message, did_you_mean(pattern, (item.id for item in framework.controls)))
            if len(reason.strip()) < _SHORTEST_REASON:
                message = f"the reason why {shortened(pattern)} does not apply is too short"
                yield file.error(path, message, "give the reason in a sentence")
