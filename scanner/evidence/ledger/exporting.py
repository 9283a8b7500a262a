"""The entries of a ledger as a table, as lines of JSON, or as an SQLite database that is made anew each time."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from scanner.evidence.ledger.entry import Entry
from scanner.evidence.ledger.reading import Chain
from scanner.masking import mask
from scanner.reports.ci.csv_rows import cell

_PLAIN = (
    *("sequence", "time", "kind", "verdict", "exit_code", "reason", "commit", "tree", "dirty", "branch", "base"),
    *("actor", "version", "digest", "ruleset", "configuration", "previous"),
)
"""Fields of an entry that are one value."""
_COLUMNS = (*_PLAIN, "frameworks", "assessed", "failed", "waived", "failures_omitted", "waivers", "weakened", "line")
_SCHEMA = f"""
CREATE TABLE entries ({", ".join(f'"{name}"' for name in _PLAIN)}, failed, waived, failures_omitted, line,
    PRIMARY KEY (sequence)) WITHOUT ROWID;
CREATE TABLE inputs (sequence, status, number);
CREATE TABLE controls (sequence, framework, status, number);
CREATE TABLE failures (sequence, fingerprint, rule, severity, path, line, waiver);
CREATE TABLE waivers (sequence, id, expires, approver);
CREATE TABLE weakened (sequence, what);
CREATE INDEX entries_by_tree ON entries (tree);
CREATE INDEX failures_by_fingerprint ON failures (fingerprint, sequence);
"""


def as_csv(chain: Chain) -> Iterator[str]:
    """A row for each entry."""
    for row in (_COLUMNS, *(_row(entry, line.digest) for entry, line in zip(chain.entries, chain.lines, strict=True))):
        target = io.StringIO()
        csv.writer(target, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(
            [cell(mask(str(each))) for each in row]
        )
        yield target.getvalue()


def _row(entry: Entry, digest: str) -> tuple[Any, ...]:
    return (
        *(getattr(entry, name) for name in _PLAIN),
        " ".join(entry.frameworks),
        entry.totals.inputs.get("assessed", 0),
        entry.totals.failed,
        entry.totals.waived,
        entry.failures_omitted,
        " ".join(f"{each.id} ({each.expires})" for each in entry.waivers),
        "; ".join(entry.weakened),
        digest,
    )


def as_sqlite(chain: Chain) -> bytes:
    """A database with tables for entries and for what each of them lists."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(_SCHEMA)
        for entry, line in zip(chain.entries, chain.lines, strict=True):
            _insert(database, entry, line.digest)
        database.commit()
        database.execute("VACUUM")
        return database.serialize()


def _insert(database: sqlite3.Connection, entry: Entry, digest: str) -> None:
    own = entry.sequence
    values = (*(getattr(entry, name) for name in _PLAIN), entry.totals.failed, entry.totals.waived)
    _rows(database, "entries", [(*values, entry.failures_omitted, digest)])
    _rows(database, "inputs", [(own, *each) for each in entry.totals.inputs.items()])
    statuses = [(own, name, *each) for name, counts in entry.controls.items() for each in counts.items()]
    _rows(database, "controls", statuses)
    found = [
        (own, each.fingerprint, each.rule, each.severity, each.path, each.line, each.waiver) for each in entry.failures
    ]
    _rows(database, "failures", found)
    _rows(database, "waivers", [(own, each.id, each.expires, each.approver) for each in entry.waivers])
    _rows(database, "weakened", [(own, each) for each in entry.weakened])


def _rows(database: sqlite3.Connection, table: str, rows: list[tuple[Any, ...]]) -> None:
    if rows:
        places = ", ".join("?" * len(rows[0]))
        database.executemany(f"INSERT INTO {table} VALUES ({places})", rows)  # noqa: S608 - the names are our own
