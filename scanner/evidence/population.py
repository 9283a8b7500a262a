"""`population.jsonl` and `subjects.jsonl`: every file and every subject of a scan, whatever became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from msgspec import Struct, to_builtins

from scanner.evidence.canonical import lines
from scanner.finished_scan import Accounts, Scan
from scanner.frameworks.scope import Scope
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
    """Every file on a line: its digests, its size, what became of it and why, and whose scope it belongs to."""
    accounts = scan.accounts or Accounts()
    subjects = Counter(row.overlay or row.path for row in accounts.subjects)
    scopes = requested_scopes(scan)
    return lines(
        _file(item, accounts.blobs.get(item.path, ""), tracked)
        | {
            "subjects": subjects[item.path],
            "in_scope_of": [name for name, scope in scopes.items() if scope.holds(item.path)],
        }
        for item in scan.inputs
    )


def requested_scopes(scan: Scan) -> dict[str, Scope]:
    """The scope of each requested framework, by `id@edition`."""
    scopes = {f"{each.id}@{each.edition}": Scope(each.scope) for each in scan.frameworks}
    return {name: scopes[name] for name in scan.run.asked if name in scopes}


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
