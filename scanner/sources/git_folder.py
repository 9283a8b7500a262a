"""Whether Git can be asked about a repository: a pipe or an endless device among its files would hold it for ever."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress

from scanner.errors import UnreadableError, UsageError
from scanner.safe_read import read

_MOST_ENTRIES = 200_000
"""Entries that are looked at; beyond them, the time that Git is given is the bound."""
_POINTER_BYTES = 4096


def refuse_odd(top: str) -> None:
    """Raise UsageError where a file of the repository at the top of a checkout is not a regular one."""
    for number, (path, entry) in enumerate(_entries(_folders(os.path.join(top, ".git")))):
        if number >= _MOST_ENTRIES:
            return
        if _is_odd(entry):
            raise UsageError(f"{os.path.relpath(path, top)} is not a regular file, so Git is not used")


def _folders(path: str) -> list[str]:
    """The folder of a repository, and that which it shares with others."""
    with suppress(UnreadableError):
        if not os.path.isdir(path):
            path = _pointed(path, read(path, _POINTER_BYTES).partition(b": ")[2])
        return [path, _pointed(os.path.join(path, "HEAD"), read(os.path.join(path, "commondir"), _POINTER_BYTES))]
    return [path]


def _pointed(path: str, target: bytes) -> str:
    return os.path.join(os.path.dirname(path), os.fsdecode(target.strip()))


def _entries(pending: list[str]) -> Iterator[tuple[str, os.DirEntry[str]]]:
    while pending:
        with suppress(OSError), os.scandir(pending.pop()) as listed:
            for entry in listed:
                if entry.is_dir(follow_symlinks=False):
                    pending.append(entry.path)
                else:
                    yield entry.path, entry


def _is_odd(entry: os.DirEntry[str]) -> bool:
    """Whether something is neither a regular file nor a folder, nor a link to one; nobody reads a socket."""
    try:
        if entry.is_file(follow_symlinks=False):
            return False
        mode = entry.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISSOCK(mode))
