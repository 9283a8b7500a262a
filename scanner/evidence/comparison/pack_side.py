"""One of the two packs of a comparison, as its files state it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
from msgspec import Struct, field

from scanner.errors import AssayError, UsageError
from scanner.evidence.manifest import MANIFEST, digest_of, pack_digest
from scanner.evidence.policy_files import FOLDER
from scanner.evidence.population import POPULATION
from scanner.evidence.reading import opened
from scanner.evidence.run_record import RUN, RunRecord
from scanner.evidence.totals import RESULTS, TOTALS
from scanner.evidence.verifying import verify

Json: TypeAlias = dict[str, Any]


class _Place(Struct):
    path: str
    line: int


class _Finding(Struct):
    outcome: str
    fingerprint: str
    rule: str
    severity: str
    message: str
    location: _Place
    counted_severity: str = ""
    waiver: str = ""


class _Control(Struct):
    framework: str
    edition: str
    control: str
    status: str
    reason: str
    waived: bool


class _Waiver(Struct):
    id: str


class _Results(Struct):
    """The keys of the results that a comparison reads."""

    findings: list[_Finding]
    controls: list[_Control]
    waivers: list[_Waiver] = field(default_factory=list)


class _Steps(Struct):
    evaluated: dict[str, int]
    outside_scope: dict[str, int]
    listed: dict[str, int]


class _Framework(Struct):
    statuses: dict[str, int]


class _Totals(Struct):
    """The keys of the numbers that a comparison reads."""

    inputs: dict[str, int]
    subjects: int
    outcomes: _Steps
    findings: dict[str, int]
    severities: dict[str, int]
    frameworks: dict[str, _Framework]
    rules: dict[str, _Steps]


class _Row(Struct):
    path: str
    status: str
    reason: str
    sha256: str
    losses: list[Any] = field(default_factory=list)


class PackSide(Struct, frozen=True):
    """A pack, called A or B."""

    name: str
    shown: str
    """The path that was given."""
    digest: str
    faults: tuple[str, ...]
    """What `assay evidence verify` finds."""
    notes: tuple[str, ...]
    """What it did not check, and what a reader has to compare."""
    record: RunRecord
    results: Json
    totals: Json
    files: Mapping[str, Json]
    """The population by path."""
    policy: Mapping[str, str]
    """Name in `policy/` -> digest."""

    @property
    def settings(self) -> Json:
        """Each setting with its value; paths as they are from the root of the scan."""
        values = self.record.configuration.values
        found = {name: own.get("value") if isinstance(own, dict) else own for name, own in values.items()}
        paths = found.get("paths") or self.record.paths
        found["paths"] = sorted(self._from_root(str(path)) for path in paths)
        return found

    def _from_root(self, path: str) -> str:
        return os.path.relpath(os.path.join(self.record.folder, path), self.record.root)


def side_of(name: str, path: Path) -> PackSide:
    """Read and verify a pack; raises UsageError for what is none."""
    given = opened(path)
    content, verified = given.content, verify(given)
    try:
        return PackSide(
            name,
            str(path),
            f"sha256:{pack_digest(content[MANIFEST])}" if MANIFEST in content else "",
            verified.faults,
            verified.notes,
            RunRecord.from_bytes(content[RUN]),
            _object(content[RESULTS], _Results),
            _object(content[TOTALS], _Totals),
            {row["path"]: row for row in (_object(line, _Row) for line in content[POPULATION].splitlines())},
            {each: digest_of(data) for each, data in content.items() if each.startswith(f"{FOLDER}/")},
        )
    except KeyError as error:
        raise UsageError(f"this is not an evidence pack: {error.args[0]} is missing", str(path)) from None
    except (AssayError, msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise UsageError(f"this is not an evidence pack: {error}", str(path)) from None


def _object(data: bytes, form: type[Struct]) -> Json:
    """A JSON object that has at least the keys of a form."""
    msgspec.json.decode(data, type=form)
    found: Json = msgspec.json.decode(data)
    return found
