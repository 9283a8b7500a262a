"""The database of kept results: one file in a folder that nobody else may write.

It is a convenience that may be lost at any time. Each value has a checksum over itself and its key, so that what is
damaged, or is not under its own key, is not there. An error of the database ends its use in this run; a damaged one is
removed, so that the next run makes another.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import sqlite3

FOLDER, NAME = "results", "results-1.sqlite3"
_BESIDE = ("", "-journal", "-wal", "-shm")
"""Ends of the names of the files of the database."""
_TABLE = "CREATE TABLE entry (key BLOB PRIMARY KEY, value BLOB NOT NULL, used INTEGER NOT NULL)"
_MOST_BYTES = 256 * 1024**2
_MOST_ENTRIES = 200_000
_LARGEST = 16 * 1024**2
"""Bytes of an entry."""
_PATIENCE = 1.0
"""Seconds to wait for another process that writes."""
_CHECKSUM = 16
_NOT_A_DATABASE = 26
_DAMAGED = {11, _NOT_A_DATABASE}
_SHORT = 522
"""Codes of errors of SQLite: malformed, not a database, shorter than its header says."""
_DAY = 86_400
_Result = TypeVar("_Result")


class Store:
    """The open database."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = connection
        self._today = int(time.time()) // _DAY
        self._holds_any = False
        self.used: list[bytes] = []
        """Keys that were read today for the first time, until they are kept as used."""

    def prepare(self) -> bool:
        """Make a new database ready; False where it cannot be used."""
        holds_any = self._safely(_prepare)
        self._holds_any = bool(holds_any)
        return holds_any is not None

    def get(self, key: bytes) -> bytes | None:
        """The value of a key, None where none is kept."""
        if not self._holds_any:
            return None
        row = self._safely(lambda db: db.execute("SELECT value, used FROM entry WHERE key = ?", (key,)).fetchone())
        if row is None:
            return None
        sealed, used = row
        if not isinstance(sealed, bytes) or sealed[:_CHECKSUM] != _checksum(key, sealed[_CHECKSUM:]):
            return None
        if used != self._today:
            self.used.append(key)
        return sealed[_CHECKSUM:]

    def put(self, entries: Iterable[tuple[bytes, bytes]]) -> None:
        """Keep values by their keys, and what was read as used."""
        rows = [(key, _checksum(key, value) + value, self._today) for key, value in entries if len(value) < _LARGEST]
        used, self.used = [(self._today, key) for key in self.used], []
        if rows or used:
            self._safely(lambda db: _write(db, rows, used))

    def close(self) -> None:
        """End the use of the database."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            with suppress(Exception):
                connection.close()

    def _safely(self, work: Callable[[sqlite3.Connection], _Result]) -> _Result | None:
        """What work on the database gives, None where it could not be done."""
        import sqlite3

        if self._connection is None:
            return None
        try:
            return work(self._connection)
        except sqlite3.Error as error:
            self.close()
            if _is_damaged(error):
                _remove(self._path)
            return None


@contextmanager
def opened(folder: Path, outside: Iterable[str]) -> Iterator[Store | None]:
    """The database in a cache folder; None where it cannot be used.

    That is so in the folders `outside` of which it must be.
    """
    store = open_store(folder, outside)
    try:
        yield store
    finally:
        if store:
            store.close()


def open_store(folder: Path, outside: Iterable[str]) -> Store | None:
    """The same for a process that is ended while it waits, as workers are: until then the database stays open."""
    try:
        import sqlite3
    except ImportError:  # some builds of Python have none
        return None
    path = Path(os.path.realpath(folder)) / FOLDER / NAME
    try:
        if any(path.is_relative_to(os.path.realpath(each)) for each in outside) or not _is_private(path):
            return None
        connection = sqlite3.connect(f"file:{_quoted(path)}?mode=rw", timeout=_PATIENCE, isolation_level=None, uri=True)
    except (OSError, ValueError, sqlite3.Error):
        return None
    store = Store(path, connection)
    return store if store.prepare() else None


def _prepare(database: sqlite3.Connection) -> bool:
    """Make a new database ready, and return whether anything is kept in it."""
    import sqlite3

    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 2 * _LARGEST)
    for setting in ("trusted_schema = OFF", "journal_mode = WAL", "synchronous = OFF"):
        database.execute(f"PRAGMA {setting}").fetchall()
    (pages,) = database.execute("PRAGMA page_size").fetchone()
    database.execute(f"PRAGMA max_page_count = {2 * _MOST_BYTES // pages}").fetchall()
    if not _schema(database):
        with _transaction(database):
            if not _schema(database):  # another process may have been quicker
                database.execute(_TABLE)
    if _schema(database) != [(_TABLE,)]:
        raise sqlite3.DatabaseError
    return database.execute("SELECT 1 FROM entry LIMIT 1").fetchone() is not None


def _schema(database: sqlite3.Connection) -> list[tuple[str]]:
    return database.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()


def _write(database: sqlite3.Connection, rows: list[tuple[bytes, bytes, int]], used: list[tuple[int, bytes]]) -> None:
    with _transaction(database):
        database.executemany("UPDATE entry SET used = ? WHERE key = ?", used)
        database.executemany("INSERT OR REPLACE INTO entry VALUES (?, ?, ?)", rows)
        while _is_full(database):
            database.execute(
                "DELETE FROM entry WHERE rowid IN (SELECT rowid FROM entry ORDER BY used, rowid "
                "LIMIT (SELECT count(*) / 4 + 1 FROM entry))"
            )


def _is_full(database: sqlite3.Connection) -> bool:
    """Whether more is kept than may be."""
    pages, free, size = (database.execute(f"PRAGMA {name}").fetchone()[0] for name in _SIZES)
    (entries,) = database.execute("SELECT count(*) FROM entry").fetchone()
    return bool(entries) and ((pages - free) * size > _MOST_BYTES or entries > _MOST_ENTRIES)


_SIZES = ("page_count", "freelist_count", "page_size")


@contextmanager
def _transaction(database: sqlite3.Connection) -> Iterator[None]:
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        with suppress(Exception):
            database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def _is_private(path: Path) -> bool:
    """Whether a database belongs to this user alone, as do the folders above it; what is missing of it is made.

    Raises OSError where it cannot be made.
    """
    folder, user = path.parent, os.geteuid()
    with suppress(FileExistsError):
        os.makedirs(folder.parent, mode=0o700, exist_ok=True)
        os.mkdir(folder, mode=0o700)
    for above in folder.parent.parents:
        told = os.lstat(above)
        shared = told.st_mode & stat.S_IWOTH and not told.st_mode & stat.S_ISVTX
        if told.st_uid not in {0, user} or shared:
            return False
    if not all(stat.S_ISDIR(told.st_mode) and _is_own(told, user) for told in map(os.lstat, (folder.parent, folder))):
        return False
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_RDWR, 0o600))
    files = [os.lstat(f"{path}{end}") for end in _BESIDE if os.path.lexists(f"{path}{end}")]
    return all(stat.S_ISREG(told.st_mode) and told.st_nlink == 1 and _is_own(told, user) for told in files)


def _is_own(told: os.stat_result, user: int) -> bool:
    """Whether something belongs to a user, and nobody else may write it."""
    return told.st_uid == user and not told.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _is_damaged(error: sqlite3.Error) -> bool:
    """Whether an error means that the file is not a database, or is damaged or of another form."""
    code = getattr(error, "sqlite_errorcode", _NOT_A_DATABASE)
    return code & 0xFF in _DAMAGED or code == _SHORT


def _remove(path: Path) -> None:
    for end in _BESIDE:
        with suppress(OSError):
            os.unlink(f"{path}{end}")


def _quoted(path: Path) -> str:
    from urllib.parse import quote

    return quote(os.fsencode(path))


def _checksum(key: bytes, value: bytes) -> bytes:
    return blake2b(value, key=key, digest_size=_CHECKSUM).digest()
