"""Where a path leads, and folders that are opened once and then written in by their handle."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from scanner.errors import UsageError

_FOLDER = os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
LISTED = _FOLDER | os.O_RDONLY
PASSED = _FOLDER | getattr(os, "O_PATH", os.O_RDONLY)
"""For a folder on the way, which the user may pass through and perhaps not list."""
NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
"""For a file that is not there yet, not even as a link."""


def followed(path: str | Path, *, target: bool = False) -> str:
    """Where a path leads, without links; what is not there is taken as it is spelled.

    Raises UsageError for a link in the working directory that leads out of it. The link that a `target` itself is must
    lead into the working directory or stay in its own folder, wherever it lies.
    """
    here = _working_directory(path)
    parts = [part for part in str(path).split("/") if part not in {"", "."}]
    place = "/" if str(path).startswith("/") else here
    for number, part in enumerate(parts, 1):
        if part == "..":
            place = os.path.dirname(place)
            continue
        following = os.path.join(place, part)
        if not os.path.islink(following):
            place = following
            continue
        real = os.path.realpath(following)
        free = _is_below(real, place) if target and number == len(parts) else not _is_below(place, here)
        if not free and not _is_below(real, here):
            message = f"cannot write {path}: {following} is a symbolic link that leads out of the working directory"
            raise UsageError(message, hint=f"remove the link, or name its target: {real}")
        place = real
    return place


@contextmanager
def opened_folder(path: str | Path, *, make: bool = False, flags: int = PASSED) -> Iterator[int]:
    """A handle of a folder, for `dir_fd`; with `make`, folders that are missing are made.

    Raises UsageError where it leads out of the working directory by a link, and OSError where it cannot be opened.
    """
    parts = [part for part in followed(path).split("/") if part]
    handle = os.open("/", PASSED if parts else flags)
    try:
        for number, part in enumerate(parts, 1):
            handle = entered(handle, part, make=make, flags=flags if number == len(parts) else PASSED)
        yield handle
    finally:
        os.close(handle)


def entered(handle: int, name: str, *, make: bool, flags: int = PASSED) -> int:
    """The handle of a folder in another one, whose own handle is closed; OSError leaves that one open."""
    try:
        inner = os.open(name, flags, dir_fd=handle)
    except FileNotFoundError:
        if not make:
            raise
        with suppress(FileExistsError):
            os.mkdir(name, dir_fd=handle)
        inner = os.open(name, flags, dir_fd=handle)
    os.close(handle)
    return inner


def status_of(folder: int, name: str) -> os.stat_result | None:
    """The status of what has a name in a folder, None where nothing has; a link is not followed."""
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None


def unlink(folder: int, name: str) -> None:
    """Remove a file, as far as that is possible."""
    with suppress(OSError):
        os.unlink(name, dir_fd=folder)


def _working_directory(path: str | Path) -> str:
    """The working directory; empty where it does not exist any more and the path does not need it."""
    try:
        return os.getcwd()
    except FileNotFoundError:
        if str(path).startswith("/"):
            return ""
        raise UsageError(f"cannot write {path}: the current folder no longer exists") from None


def _is_below(place: str, folder: str) -> bool:
    return bool(folder) and f"{place}/".startswith(f"{folder.rstrip('/')}/")


def temporary_name() -> str:
    """A name that cannot be guessed, equally short for a long name and a short one."""
    return f".assay-{os.urandom(16).hex()}.tmp"


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Say of what the system refuses that the path cannot be written."""
    try:
        yield
    except OSError as error:
        raise UsageError(f"cannot write {path}: {(error.strerror or str(error)).lower()}") from None
