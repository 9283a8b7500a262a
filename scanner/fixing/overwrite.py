"""Writes a fixed file in place: completely or not at all, and only over the content that was read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from scanner import safe_write
from scanner.errors import UsageError
from scanner.fixing.file_fixes import FixResult


def write(root: Path, result: FixResult) -> str:
    """Put the new content in place of the old; why that was not done, empty where it was.

    The mode stays. A link, a file with other names, one that may not be written, one in a folder that leads out of the
    working directory by a link, and one that is no longer what was read are left alone.
    """
    path = root / result.path
    try:
        with safe_write.opened_folder(path.parent) as folder:
            return _write(folder, path.name, result)
    except UsageError as error:
        return error.message
    except OSError as error:
        return f"the file cannot be written: {(error.strerror or '').lower()}"


def _write(folder: int, name: str, result: FixResult) -> str:
    """The same for a folder that is open."""
    with open(os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder), "rb") as file:
        status = os.fstat(file.fileno())
        if why_not := _why_not(folder, name, status) or ("" if file.read() == result.before else _CHANGED):
            return why_not
    try:
        with safe_write.replacement(folder, name, status) as file:
            file.write(result.after)
            file.flush()
            _expect_the_same(os.stat(name, dir_fd=folder, follow_symlinks=False), status)
    except _ChangedError:
        return _CHANGED
    return ""


class _ChangedError(Exception):
    """The path leads to another file, or the same file was written since it was read."""


_CHANGED = "the file changed since it was read"


def _why_not(folder: int, name: str, status: os.stat_result) -> str:
    if not stat.S_ISREG(status.st_mode):
        return "the file is not a regular file"
    if status.st_nlink > 1:
        return "the file has other hard links, which would keep the old content"
    return "" if os.access(name, os.W_OK, dir_fd=folder) else "the file is not writable"


def _expect_the_same(now: os.stat_result, before: os.stat_result) -> None:
    if (now.st_dev, now.st_ino, now.st_mtime_ns, now.st_size) != (
        before.st_dev,
        before.st_ino,
        before.st_mtime_ns,
        before.st_size,
    ):
        raise _ChangedError
