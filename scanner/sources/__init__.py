"""Paths -> named bytes, in a fixed order. Nothing that is met is left unsaid."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from scanner.errors import UsageError

STDIN = "-"
STDIN_NAME = "-"
MAX_BYTES = 256 * 1024 * 1024

_SKIPPED_FOLDERS = {
    ".git": "version control data",
    ".hg": "version control data",
    ".svn": "version control data",
    "node_modules": "installed packages",
    ".venv": "installed packages",
    "__pycache__": "compiled Python",
}


@dataclass(frozen=True, slots=True)
class Source:
    """One thing met under the paths of a scan: its content, or why there is none."""

    path: str
    content: bytes = b""
    skipped: str = ""
    """Why it was passed over, such as `a symbolic link`."""
    unreadable: str = ""
    """Why it could not be read."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a scan covers."""

    root: Path
    paths: tuple[str, ...]
    whole: bool
    """Only folders were named, so an object that is not met does not exist in this bundle."""


def scope(paths: Sequence[str]) -> Scope:
    """The root that names are relative to: the current folder if it holds all paths, else their common parent.

    Raises UsageError for a path that does not exist.
    """
    given = tuple(paths) or (".",)
    for path in given:
        if path != STDIN and not os.path.lexists(path):
            message = f"no such file or folder: {path}"
            raise UsageError(message)
    files = [path for path in given if path != STDIN]
    here = Path.cwd()
    absolute = [Path(os.path.abspath(path)) for path in files]
    if all(path.is_relative_to(here) for path in absolute):
        root = here
    else:
        folders = [path if path.is_dir() else path.parent for path in absolute]
        root = Path(os.path.commonpath(folders))
    return Scope(root, given, whole=bool(files) and all(path.is_dir() for path in absolute) and STDIN not in given)


def collect(where: Scope) -> Iterator[Source]:
    """Every file under the paths of a scope, each once, folders in name order."""
    seen: set[str] = set()
    for path in where.paths:
        for source in _sources(path, where.root):
            if source.path not in seen:
                seen.add(source.path)
                yield source


def _sources(path: str, root: Path) -> Iterator[Source]:
    if path == STDIN:
        yield Source(STDIN_NAME, sys.stdin.buffer.read())
        return
    full = os.path.abspath(path)
    if os.path.isdir(full):
        yield from _folder(full, root)
    else:
        yield _file(full, root)


def _folder(folder: str, root: Path) -> Iterator[Source]:
    """The files below a folder, depth first, by name; its own stack, so that depth costs nothing."""
    pending = [folder]
    while pending:
        path = pending.pop()
        if os.path.islink(path) or not os.path.isdir(path):
            yield _file(path, root)
            continue
        name = os.path.basename(path)
        if path != folder and name in _SKIPPED_FOLDERS:
            yield Source(_relative(path, root) + "/", skipped=_SKIPPED_FOLDERS[name])
            continue
        try:
            names = sorted(os.listdir(path), reverse=True)
        except OSError as error:
            yield Source(_relative(path, root) + "/", unreadable=_why(error))
            continue
        pending.extend(os.path.join(path, name) for name in names)


def _file(path: str, root: Path) -> Source:
    name = _relative(path, root)
    try:
        status = os.lstat(path)
        if stat.S_ISLNK(status.st_mode):
            return Source(name, skipped="a symbolic link")
        if not stat.S_ISREG(status.st_mode):
            return Source(name, skipped="not a regular file")
        if status.st_size > MAX_BYTES:
            return Source(name, unreadable=f"larger than {MAX_BYTES // 1024 // 1024} MiB")
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            return Source(name, file.read())
    except OSError as error:
        return Source(name, unreadable=_why(error))


def _why(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()


def _relative(path: str, root: Path) -> str:
    return os.path.relpath(path, root).replace(os.sep, "/")
