"""`population.jsonl` and `subjects.jsonl`: every file and every subject of a scan, whatever became of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from msgspec import Struct, to_builtins

from scanner.evidence.canonical import lines
from scanner.finished_scan import Accounts, Scan
from scanner.model import Input, SubjectOutcomes

POPULATION = "population.jsonl"
SUBJECTS = "subjects.jsonl"

Json: TypeAlias = dict[str, Any]


class Tracked(Struct, frozen=True):
    """The files of the commit that is scanned."""

    blobs: Mapping[str, str] = {}
    """Name from the top of the repository -> identity."""
    prefix: str = ""
    """What the names of the scan have before those."""

    def holds(self, path: str, blob: str) -> bool:
        """Whether the commit has a file with this content."""
        inside = path.startswith(self.prefix)
        return inside and bool(blob) and self.blobs.get(path.removeprefix(self.prefix)) == blob


def population(scan: Scan, tracked: Tracked) -> bytes:
    """Every file on a line: its digests, its size, what became of it and why."""
    blobs = scan.accounts.blobs if scan.accounts else {}
    return lines(_file(item, blobs.get(item.path, ""), tracked) for item in scan.inputs)


def subjects(accounts: Accounts) -> bytes:
    """Every subject on a line, with the outcome of each rule, passes included."""
    return lines(map(_subject, accounts.subjects))


def _file(item: Input, blob: str, tracked: Tracked) -> Json:
    return {
        "path": item.path,
        "status": item.status,
        "reason": item.reason,
        "bytes": item.bytes,
        "sha256": item.sha256,
        "blob": blob,
        "committed": tracked.holds(item.path, blob),
        "context": item.context,
        "formats": item.formats,
        "subjects": item.subjects,
        "kinds": item.kinds,
        **({"losses": to_builtins(item.losses)} if item.losses else {}),
        **({"accepted": item.accepted} if item.accepted else {}),
    }


def _subject(row: SubjectOutcomes) -> Json:
    return {
        "path": row.path,
        "line": row.line,
        "column": row.column,
        "kind": row.kind,
        "id": row.id,
        "name": row.name,
        **({"built_by": row.overlay} if row.overlay else {}),
        "outcomes": {rule: dict(_numbers(counts)) for rule, counts in row.outcomes.items()},
    }


def _numbers(counts: Mapping[Any, int]) -> Iterator[tuple[str, int]]:
    return ((outcome.value, number) for outcome, number in counts.items())
