"""Writes files for a user: as a whole or not at all, and never through a link that somebody else may have planted.

A repository may hold links under any name, so a path that lies in the working directory must not lead out of it. What
the user names outside of it is the user's own choice. A folder is opened once and everything in it is done by that
handle; the path was followed before, and no link is followed any more when the folder is opened.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from scanner.cleanup import on_failure
from scanner.errors import UsageError
from scanner.late import regex
from scanner.safe_write.folders import write_folder
from scanner.safe_write.places import (
    NEW,
    PASSED,
    entered,
    followed,
    opened_folder,
    status_of,
    temporary_name,
    told,
    unlink,
)

__all__ = ["opened_folder", "replacement", "write_below", "write_file", "write_folder"]

_DESCRIPTOR = regex(r"/dev/(?:std(?P<name>in|out|err)|fd/(?P<number>\d+))|/proc/self/fd/(?P<own>\d+)")
_STANDARD = {"in": 0, "out": 1, "err": 2}
_NAMES = {errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL}
"""Errors of the operating system about names that it does not accept."""
_PATIENCE = 5.0
"""Seconds to wait for a process that opens a pipe for reading."""


def write_file(
    path: Path, pieces: Iterable[str | bytes], *, folders: bool = False, new: bool = False, durable: bool = False
) -> None:
    """Write a file, texts in UTF-8; a device, a pipe or a descriptor, such as /dev/stdout, is written into.

    `folders` makes those that are missing above it, `new` refuses a path where something is, `durable` waits until
    the file is on the disk.
    Raises UsageError where it cannot be written, or leads out of the working directory by a link.
    """
    with told(path):
        handle = _descriptor(path)
        if handle is not None:
            _fill(handle, pieces)
            return
        if new and os.path.lexists(path):
            raise UsageError(f"{path} already exists")
        place = followed(path, target=True)
        with opened_folder(os.path.dirname(place), make=folders) as folder:
            name = os.path.basename(place) or "."
            before = status_of(folder, name)
            if before and stat.S_ISDIR(before.st_mode):
                raise UsageError(f"cannot write {path}: it is a folder", hint=f"name a file, such as {path / 'NAME'}")
            if before and not stat.S_ISREG(before.st_mode):
                _fill(_opened_in_place(folder, name, path), pieces)
                return
            with replacement(folder, name, before) as file:
                file.writelines(map(_bytes, pieces))
                if durable:
                    file.flush()
                    os.fsync(file.fileno())


def _opened_in_place(folder: int, name: str, shown: Path) -> int:
    """A device or a pipe, to be written into; a pipe without a reader would hold the run up for ever."""
    flags = os.O_WRONLY | os.O_NOFOLLOW | os.O_NOCTTY | os.O_CLOEXEC | os.O_NONBLOCK
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            handle = os.open(name, flags, dir_fd=folder)
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
            if time.monotonic() > end:
                message = f"cannot write {shown}: it is a pipe that nobody reads"
                raise UsageError(message, hint="start what reads it first, or name a file") from None
            time.sleep(0.05)
        else:
            os.set_blocking(handle, True)
            return handle


def write_below(folder: str, name: str, content: bytes) -> bool:
    """Write a file that is new into a private folder, under a name with slashes from elsewhere.

    False for a name that leads out of the folder, is that of another file, or that the system does not take.
    Raises OSError where the folder cannot be written.
    """
    *above, last = name.removeprefix("./").split("/")
    if any(part in {"", ".", ".."} or "\0" in part for part in (*above, last)):
        return False
    handle = os.open(folder, PASSED)
    try:
        for part in above:
            handle = entered(handle, part, make=True)
        with os.fdopen(os.open(last, NEW, 0o666, dir_fd=handle), "wb") as file:
            file.write(content)
    except (FileExistsError, IsADirectoryError, NotADirectoryError):
        return False
    except OSError as error:
        if error.errno in _NAMES:
            return False
        raise
    finally:
        os.close(handle)
    return True


@contextmanager
def replacement(folder: int, name: str, before: os.stat_result | None) -> Iterator[BinaryIO]:
    """A file that takes the place of another at the end of the block, with its mode and owner, or of nothing.

    Where the block raises, or the run is ended from outside, everything is as it was.
    """
    temporary = temporary_name()
    with on_failure(lambda: unlink(folder, temporary)):
        with os.fdopen(os.open(temporary, NEW, 0o666, dir_fd=folder), "wb") as file:
            yield file
            if before:
                with suppress(PermissionError):  # only root gives files away
                    os.fchown(file.fileno(), before.st_uid, before.st_gid)
                os.fchmod(file.fileno(), stat.S_IMODE(before.st_mode))
        os.replace(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)


def _descriptor(path: Path) -> int | None:
    """A descriptor of this process of its own, where a path names one; what is written goes where that one goes."""
    named = _DESCRIPTOR.fullmatch(str(path))
    if not named:
        return None
    number = named["number"] or named["own"]
    return os.dup(int(number) if number else _STANDARD[named["name"]])


def _fill(handle: int, pieces: Iterable[str | bytes]) -> None:
    with os.fdopen(handle, "wb") as file:
        file.writelines(map(_bytes, pieces))


def _bytes(piece: str | bytes) -> bytes:
    return piece if isinstance(piece, bytes) else piece.encode("utf-8", "surrogateescape")
