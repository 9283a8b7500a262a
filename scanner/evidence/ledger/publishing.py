"""Copies the entries of a ledger to a register in PostgreSQL, which many repositories share."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from scanner.errors import UsageError
from scanner.evidence.ledger.entry import Entry, line_digest, read
from scanner.evidence.ledger.pushing import KNOWN
from scanner.evidence.ledger.reading import BRANCH, bytes_at, entries_of, ledger_bytes
from scanner.late import regex
from scanner.masking import mask
from scanner.sources import git

if TYPE_CHECKING:
    import psycopg

_URL = regex(r"(?:https?|ssh|git)://(?:[^/@\s]*@)?(?P<host>[^/:@\s]+)(?::\d+)?/+(?P<path>\S*?)(?:\.git)?/?")
_SHORT = regex(r"(?:[^/@:\s]+@)?(?P<host>[^/:@\s]+\.[^/:@\s]+):/*(?P<path>\S*?)(?:\.git)?/?")
"""An address of ssh without a scheme."""
_SCHEMES = ("postgresql://", "postgres://")
_PATIENCE = 15
"""Seconds until a server has to answer."""
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_KNOWN = "SELECT sequence, digest FROM assay_ledger.entries WHERE repository = %s ORDER BY sequence"
_LINE = "SELECT line, publisher, published FROM assay_ledger.entries WHERE repository = %s AND sequence = %s"
_INSERT = "INSERT INTO assay_ledger.entries (repository, line) VALUES (%s, %s)"


class Conflict(Struct, frozen=True):
    """The first entry that a register has otherwise."""

    sequence: int
    here: str
    there: str


class Published(Struct, frozen=True):
    """What became of the entries."""

    sent: int
    there: int
    """Entries of the repository in the register, after that."""
    conflict: Conflict | None = None
    """Nothing was sent."""


def publishable(root: Path, file: Path | None) -> tuple[bytes, int]:
    """(the lines of a ledger that keep their numbers, how many others there are).

    On the branch these are the lines that were sent to a remote repository: a push may place others behind those of
    other clones. Raises UsageError for a ledger with faults.
    """
    folder = "" if file else git.checkout_of([str(root)])
    shared = bool(folder and git.ask(folder, "remote").strip())
    places = ("for-each-ref", "--format=%(objectname)", KNOWN, f"refs/remotes/*/{BRANCH}")
    commits = git.ask(folder, *places).decode().split() if shared else []  # before the branch, which may grow
    data = ledger_bytes(root, file)
    if faults := entries_of(data).faults:
        hint = "see `assay ledger verify`"
        raise UsageError(f"the ledger has faults, so it is not published: {faults[0]}", hint=hint)
    if not shared:
        return data, 0
    sent = [each for each in (bytes_at(folder, commit) for commit in commits) if data.startswith(each)]
    if not sent:
        message = "the ledger was not sent to a remote repository, so its entries may change their numbers"
        raise UsageError(message, hint="send it first: assay ledger push")
    done = max(sent, key=len)
    return done, data.count(b"\n") - done.count(b"\n")


def repository_name(root: Path) -> str:
    """The host and the path in the address of `origin`, the same for https and ssh; empty without them."""
    folder = os.path.abspath(root)
    address = (git.answer(folder, "config", "--get", "remote.origin.url") or b"") if git.top(folder) else b""
    text = address.decode(errors="replace").strip()
    found = _URL.fullmatch(text) or _SHORT.fullmatch(text)
    return mask(f"{found['host']}/{found['path']}") if found else ""


def publish(to: str, repository: str, data: bytes) -> Published:
    """Add the lines that a register does not have, all of them or none."""
    lines = data.split(b"\n")[:-1]
    with _connected(to) as connection:
        try:
            with connection.transaction():
                return _publish(connection, repository, lines)
        except _errors() as error:
            raise _told(error) from None


def _publish(connection: psycopg.Connection, repository: str, lines: Sequence[bytes]) -> Published:
    connection.execute(_LOCK, (repository,))
    known = connection.execute(_KNOWN, (repository,)).fetchall()
    for (sequence, digest), line in zip(known, lines, strict=False):
        if line_digest(line) != digest:
            row = connection.execute(_LINE, (repository, sequence)).fetchone()
            there = f"{_about(bytes(row[0]))}, published by {row[1]} at {row[2]}" if row else "nothing"
            return Published(0, len(known), Conflict(sequence, _about(line), there))
    new = lines[len(known) :]
    with connection.cursor() as cursor:
        cursor.executemany(_INSERT, [(repository, line) for line in new])
    return Published(len(new), len(known) + len(new))


def _about(line: bytes) -> str:
    """A line in a few words."""
    entry = read(line)
    if not isinstance(entry, Entry):
        return f"{line_digest(line)}, which is not an entry"
    commit = f"commit {entry.commit}" if entry.commit else "no commit"
    return f"{line_digest(line)}: {entry.time}, {entry.kind} {entry.verdict}, {commit}, run {entry.digest}"


def _connected(to: str) -> psycopg.Connection:
    from importlib.util import find_spec

    if not to.startswith(_SCHEMES):
        raise UsageError("the address of the register does not begin with postgresql://", hint="see docs/evidence.md")
    if find_spec("psycopg") is None:
        hint = "install it: pip install 'assay-compliance[postgres]'"
        raise UsageError("publishing needs the extra [postgres]", hint=hint)
    import psycopg

    try:
        return psycopg.connect(to, connect_timeout=_PATIENCE, application_name="assay", autocommit=True)
    except psycopg.Error as error:
        raise _told(error) from None


def _errors() -> type[Exception]:
    import psycopg

    return psycopg.Error


def _told(error: Exception) -> UsageError:
    """What the server refused, and what to do about it."""
    from psycopg import errors

    said = (str(error).strip().splitlines() or [type(error).__name__])[0]
    hint = ""
    if isinstance(error, errors.UndefinedTable | errors.InvalidSchemaName):
        hint = "an administrator makes the register: assay ledger publish --schema | psql ADDRESS"
    elif isinstance(error, errors.InsufficientPrivilege):
        hint = "the owner of the register allows it: GRANT assay_ledger_writer TO the user"
    return UsageError(f"the register was not written: {said}", hint=hint)
