"""Checks of other engines -> what they mean here: severity, objectives, and a title in our own words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scanner import library, objectives
from scanner.controls import Platform
from scanner.model import Check, Severity

_SCHEMA = "schema.json"


def load(engine: str, cache: library.Cache) -> dict[str, Check]:
    """The checks of an engine that were judged, by id. Raises PackError with file and line for what is wrong."""
    path = _folder() / f"{engine}.yaml"
    return cache.keep(f"checks-{engine}", digest(engine), lambda: _read(path), dict[str, Check])


def digest(engine: str) -> str:
    """The digest of the table of an engine's checks."""
    return library.digest([_folder() / _SCHEMA, _folder() / f"{engine}.yaml"], _folder())


def _folder() -> Path:
    return library.data_root() / "frameworks" / "engines"


def _read(path: Path) -> dict[str, Check]:
    from scanner import datafile

    file, known = datafile.read(path, _folder() / _SCHEMA), objectives.load()
    plain: dict[str, Any] = file.value["checks"]
    file.refuse(
        file.unknown(("checks", name, "objectives", index), "objective", each, known, objectives.LISTED)
        for name, check in plain.items()
        for index, each in enumerate(check["objectives"])
        if each not in known
    )
    return {name: _check(**each) for name, each in plain.items()}


def _check(severity: str, objectives: list[str], platform: str = Platform.OTHER, **more: Any) -> Check:
    return Check(Severity(severity), tuple(objectives), platform=Platform(platform), **more)
