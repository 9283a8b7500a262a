"""Writes a folder of files, which is complete and on the disk, or is not there."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from scanner.cleanup import on_failure
from scanner.errors import UsageError
from scanner.safe_write.places import (
    LISTED,
    NEW,
    entered,
    followed,
    opened_folder,
    temporary_name,
    told,
    unlink,
)

_OCCUPIED = {errno.EEXIST, errno.ENOTEMPTY}
_NOT_REPLACED = {errno.EBUSY, errno.EXDEV, errno.EACCES, errno.EPERM, errno.EROFS}
"""Errors of the operating system about a folder that nothing may take the place of, such as a mounted volume."""

Files = Iterable[tuple[str, bytes]]
"""Name, with `/` for files in folders, and content. They may be asked for twice, so an iterator is not enough."""


def write_folder(path: Path, files: Files) -> None:
    """Write a folder of files, by name and content, which is complete or not there.

    A folder that is there must be empty. If it cannot be replaced, because it is a mounted volume, it gets what is at
    its top when all is written, the last file last. Raises UsageError where the folder holds something, cannot be
    written, or leads out of the working directory by a link.
    """
    with told(path):
        place = followed(path, target=True)
        there = os.path.lexists(place)
        if there:
            with opened_folder(place, flags=LISTED) as folder:
                mode = stat.S_IMODE(os.fstat(folder).st_mode)
                if os.listdir(folder):
                    raise _not_empty(path)
        try:
            _replace(path, place, files, mode if there else None)
        except OSError as error:
            if not there or error.errno not in _NOT_REPLACED:
                raise
            with opened_folder(place, flags=LISTED) as folder:
                _fill_empty(path, folder, files)


def _replace(path: Path, place: str, files: Files, mode: int | None) -> None:
    """Write the files into a folder beside the place, which then takes the place."""
    with opened_folder(os.path.dirname(place), make=True) as above:
        building = temporary_name()
        with on_failure(lambda: remove(above, building)):
            os.mkdir(building, dir_fd=above)
            _build(above, building, files)
            if mode is not None:
                os.chmod(building, mode, dir_fd=above)
            try:
                os.rename(building, os.path.basename(place), src_dir_fd=above, dst_dir_fd=above)
            except OSError as error:
                raise _not_empty(path) if error.errno in _OCCUPIED else error from None
        _settle(above)


def _build(above: int, name: str, files: Files) -> list[str]:
    """Write files into a folder that is new, and return the names at its top, in the order of the files."""
    names: dict[str, None] = {}
    folder = os.open(name, LISTED, dir_fd=above)
    try:
        for file_name, data in files:
            first, *_ = file_name.split("/")
            names.pop(first, None)
            names[first] = None
            _write(folder, file_name, data)
        _settle_all(folder)
    finally:
        os.close(folder)
    return [*names]


def _write(folder: int, name: str, data: bytes) -> None:
    *above, last = name.split("/")
    handle = os.dup(folder)
    try:
        for part in above:
            handle = entered(handle, part, make=True)
        with os.fdopen(os.open(last, NEW, 0o666, dir_fd=handle), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    finally:
        os.close(handle)


def _settle(folder: int) -> None:
    """Wait until the names in a folder are on the disk, where the system lets this folder be read."""
    with suppress(OSError):
        handle = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=folder)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _settle_all(folder: int) -> None:
    """The same for a folder of our own and those in it."""
    for name in os.listdir(folder):
        if stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            inner = os.open(name, LISTED, dir_fd=folder)
            try:
                _settle_all(inner)
            finally:
                os.close(inner)
    os.fsync(folder)


def _fill_empty(path: Path, folder: int, files: Files) -> None:
    """Write files beside nothing else.

    Each run makes its own folder first and looks for other things then, so of two runs at once one at most goes on.
    """
    building = temporary_name()
    moved: list[str] = []

    def undo() -> None:
        for name in moved:
            unlink(folder, name)
            remove(folder, name)
        remove(folder, building)

    with on_failure(undo):
        os.mkdir(building, dir_fd=folder)
        if os.listdir(folder) != [building]:
            raise _not_empty(path)
        for name in _build(folder, building, files):
            moved.append(name)
            os.rename(f"{building}/{name}", name, src_dir_fd=folder, dst_dir_fd=folder)
        os.rmdir(building, dir_fd=folder)
        _settle(folder)


def _not_empty(path: Path) -> UsageError:
    return UsageError(f"the folder {path} is not empty", hint="name an empty folder")


def remove(above: int, name: str) -> None:
    """Remove a folder with everything in it, as far as that is possible; nothing that is a link is followed."""
    with suppress(OSError):
        folder = os.open(name, LISTED, dir_fd=above)
        try:
            for each in os.listdir(folder):
                if stat.S_ISDIR(os.stat(each, dir_fd=folder, follow_symlinks=False).st_mode):
                    remove(folder, each)
                else:
                    unlink(folder, each)
        finally:
            os.close(folder)
        os.rmdir(name, dir_fd=above)
