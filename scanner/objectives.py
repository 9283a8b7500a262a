"""The control objectives of `frameworks/objectives.yaml`.

Rules name their objectives, and controls name the objectives that are mapped to them; neither knows the other.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from msgspec import Struct

from scanner import library

_FILE = "objectives.yaml"
_SCHEMA = "objectives.schema.json"
LISTED = "`assay frameworks objectives` lists them"
"""The hint for a name that is near no objective."""


class Objective(Struct, frozen=True):
    """One control objective."""

    title: str
    meaning: str
    """What a pass and a failure show, and which rules belong to it."""


def files() -> list[Path]:
    """The file of the objectives and its schema: what the answer of `load` depends on."""
    folder = library.data_root() / "frameworks"
    return [folder / _SCHEMA, folder / _FILE]


def load() -> dict[str, Objective]:
    """Every objective by its name. Raises PackError with file and line for what is wrong with the file."""
    schema, path = files()
    return _read(path, schema)


@cache
def _read(path: Path, schema: Path) -> dict[str, Objective]:
    from scanner import datafile

    found = datafile.read(path, schema).value["objectives"]
    return {name: Objective(each["title"], each["meaning"].strip()) for name, each in found.items()}
