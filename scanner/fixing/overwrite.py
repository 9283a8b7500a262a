"""Writes a mended file in place: as a whole or not at all, and only over what was read."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from scanner.fixing.file_fixes import FixResult


def write(root: Path, result: FixResult) -> str:
    """Put the new content in place of the old; why that was not done, empty where it was.

    The mode stays. A link, a file with other names, one that may not be written and one that is no longer what was
    read are left alone.
    """
    path = root / result.path
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            status = os.fstat(file.fileno())
            if why_not := _why_not(path, status) or ("" if file.read() == result.before else _CHANGED):
                return why_not
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(result.after)
                with suppress(PermissionError):  # only root gives files away
                    os.fchown(file.fileno(), status.st_uid, status.st_gid)
                os.fchmod(file.fileno(), stat.S_IMODE(status.st_mode))
            if _differs(os.lstat(path), status):
                return _CHANGED
            os.replace(temporary, path)
            temporary = ""
        finally:
            if temporary:
                os.unlink(temporary)
    except OSError as error:
        return f"it cannot be written: {(error.strerror or '').lower()}"
    return ""


_CHANGED = "the file changed since it was read"


def _why_not(path: Path, status: os.stat_result) -> str:
    if not stat.S_ISREG(status.st_mode):
        return "it is not a regular file"
    if status.st_nlink > 1:
        return "the file has other names (hard links), which would keep the old content"
    return "" if os.access(path, os.W_OK) else "the file may not be written"


def _differs(now: os.stat_result, before: os.stat_result) -> bool:
    """Whether another file stands there, or the same one was written since."""
    return (now.st_dev, now.st_ino, now.st_mtime_ns, now.st_size) != (
        before.st_dev,
        before.st_ino,
        before.st_mtime_ns,
        before.st_size,
    )
