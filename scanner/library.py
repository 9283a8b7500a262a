"""The folder of the shipped data (rules, frameworks, templates), and a cache of what was compiled from it."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from scanner import __version__, safe_read, safe_write
from scanner.errors import UnreadableError, UsageError

_FORMAT = "6"
_DIGITS = hashlib.sha256().digest_size * 2
_GENERATIONS = 4
"""Results kept under one name: a few versions of Assay may take turns on one machine."""


_Made = TypeVar("_Made")
_SETTLED = 2 * 10**9
"""Nanoseconds after which a file that changes again has another time: some file systems keep times by the second."""


@cache
def data_root() -> Path:
    """The folder that holds `rules`, `frameworks` and `templates`: the installed package's, else the checkout's."""
    package = Path(__file__).resolve().parent
    shipped = package / "_data"
    return shipped if shipped.is_dir() else package.parent


def digest(paths: Iterable[Path | str], root: Path) -> str:
    """SHA-256 over the relative names and the contents of files, in the order given.

    Raises UsageError for one that cannot be read.
    """
    total = hashlib.sha256()
    for path in map(Path, paths):
        try:
            content = safe_read.read(path)
        except UnreadableError as error:
            raise UsageError(error.message, str(path)) from None
        total.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()


def combine(*digests: str) -> str:
    """One digest of several."""
    return hashlib.sha256("\0".join(digests).encode()).hexdigest()


_IN_MEMORY: dict[str, tuple[str, Any]] = {}
"""What was made last under each name, with the key it was made for, where no folder is given."""


class Cache(Struct, frozen=True):
    """Data kept in a folder under the digest of what it was made from; without a folder, in this process only."""

    folder: Path | None = None

    def keep(self, name: str, key: str, make: Callable[[], _Made], kind: Any) -> _Made:
        """What `make` gives, from the cache where it was made from the same content by the same version before.

        `kind` is its type, which is one that msgspec can encode and decode. Callers share what they get, so that none
        of them may change it.
        """
        if self.folder is None:
            if _IN_MEMORY.get(name, ("",))[0] != key:
                _IN_MEMORY[name] = (key, make())
            kept: _Made = _IN_MEMORY[name][1]
            return kept
        path = self.folder / f"{name}-{combine(_FORMAT, __version__, _runtime(), key)[:32]}.msgpack"
        try:
            kept = msgspec.msgpack.decode(path.read_bytes(), type=kind)
        except (OSError, ValueError, msgspec.MsgspecError):
            kept = make()
            if _write(path, kept):
                _forget(self.folder, name)
        return kept

    def digest(self, name: str, paths: Sequence[Path | str], root: Path) -> str:
        """`digest` of files of Assay's own data, which are not read again while nothing about them has changed.

        As in Git's index, what is compared is the size, the times, the number and the device of each file. Files that
        changed in the last two seconds are read, because a further change may leave their times the same.
        """
        seen = _seen(paths)
        if not seen:
            return digest(paths, root)
        kept = self.keep(f"digest-{name}", seen, lambda: digest(paths, root), str)
        return kept if len(kept) == _DIGITS else digest(paths, root)


def stamp() -> str:
    """A digest of what the file system says of all shipped rules and frameworks; empty as that of `_seen`."""
    folders = (data_root() / name for name in ("rules", "frameworks"))
    walked = (
        os.path.join(parent, name) for folder in folders for parent, _, names in os.walk(folder) for name in names
    )
    return _seen(sorted(walked))


def _seen(paths: Iterable[Path | str]) -> str:
    """A digest of what the file system says of some files; empty where it does not tell whether they will change."""
    told, newest = [], 0
    try:
        for path in map(str, paths):
            found = os.stat(path)
            newest = max(newest, found.st_mtime_ns, found.st_ctime_ns)
            numbers = (found.st_dev, found.st_ino, found.st_mode, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
            told.append(f"{path}\0{numbers}")
    except OSError:
        return ""
    return combine(*told) if newest + _SETTLED < time.time_ns() else ""


@cache
def _runtime() -> str:
    """The identity of the installed CEL runtime: compiled expressions are in its own format."""
    from importlib.util import find_spec

    spec = find_spec("cel_expr_python")
    places = spec.submodule_search_locations if spec else None
    return str(os.stat(places[0]).st_mtime_ns) if places else ""


def _forget(folder: Path, name: str) -> None:
    """Keep the newest few of what was made under one name."""
    try:
        kept = sorted(folder.glob(f"{name}-*"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in kept[_GENERATIONS:]:
            path.unlink(missing_ok=True)
    except OSError:
        return


def _write(path: Path, made: Any) -> bool:
    """Whether it could be written; a cache that cannot costs time, not the run."""
    try:
        with suppress(OSError), safe_write.opened_folder(path.parent.parent, make=True) as above:
            os.mkdir(path.parent.name, mode=0o700, dir_fd=above)
        safe_write.write_file(path, (msgspec.msgpack.encode(made),), folders=True)
    except UsageError:
        return False
    return True
