"""Whether Git can be used for a repository: a pipe or a device among its files would make it wait for ever."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar

from scanner.errors import UnreadableError, UsageError
from scanner.late import regex
from scanner.safe_read import read

_MOST_ENTRIES = 200_000
"""Entries that are looked at; beyond them, the time that Git is given is the bound."""
_POINTER_BYTES = 4096
_WORK_TREE = regex(rb"^[ \t]*worktree[ \t]*=[ \t]*(.+)$", re.MULTILINE | re.IGNORECASE)


_looked_through: ContextVar[set[str] | None] = ContextVar("_looked_through", default=None)
"""The checkouts that were looked through, while one look is enough."""


@contextmanager
def looked_through_once() -> Iterator[None]:
    """While this lasts, each repository is looked through once, however often Git is asked about it."""
    token = _looked_through.set(set())
    try:
        yield
    finally:
        _looked_through.reset(token)


def refuse_odd(top: str) -> None:
    """Raise UsageError where a file of the repository at the top of a checkout is not a regular one."""
    done = _looked_through.get()
    if done is not None and top in done:
        return
    _look_through(top)
    if done is not None:
        done.add(top)


def _look_through(top: str) -> None:
    for number, (path, entry) in enumerate(_entries(_folders(os.path.join(top, ".git")))):
        if number >= _MOST_ENTRIES:
            return
        if _is_odd(entry):
            raise UsageError(f"{os.path.relpath(path, top)} is not a regular file, so Git is not used")


def refuse_elsewhere(top: str) -> None:
    """Raise UsageError where `.git` leads to a repository outside of the checkout that does not know of it.

    A further work tree and a submodule have their repository elsewhere, and it says where they are. Anybody can write a
    `.git` that leads to the repository of somebody else.
    """
    path = os.path.join(top, ".git")
    folder, *shared = _folders(path)
    leads_out = not _is_below(folder, top) and not _points_back(folder, path)
    if leads_out or any(not _is_below(each, top) and not _is_below(folder, each) for each in shared):
        message = f"{path} leads to a repository elsewhere that does not lead back, so nothing is read there"
        raise UsageError(message, hint="scan the files on disk, or a checkout of that repository")


def of(top: str) -> str:
    """The folder of the repository of a checkout; of a further work tree, the one that is its own."""
    return _folders(os.path.join(top, ".git"))[0]


def _points_back(folder: str, path: str) -> bool:
    with suppress(UnreadableError):
        return os.path.realpath(_pointed(path, read(os.path.join(folder, "gitdir"), _POINTER_BYTES))) == _real(path)
    with suppress(UnreadableError):
        for found in _WORK_TREE.finditer(read(os.path.join(folder, "config"))):
            if os.path.realpath(os.path.join(folder, os.fsdecode(found[1].strip()))) == _real(os.path.dirname(path)):
                return True
    return False


def _real(path: str) -> str:
    """The real path of a file, with a link at its end left as it is."""
    return os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))


def _is_below(path: str, folder: str) -> bool:
    return f"{os.path.realpath(path)}/".startswith(f"{os.path.realpath(folder).rstrip('/')}/")


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
