"""Standard streams that are closed or full, and other errors of the operating system, as clear messages."""

from __future__ import annotations

import errno
import io
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

from scanner.errors import UsageError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_OUTPUT = "standard output"
_ERROR = "standard error"
_HINTS = {
    errno.EMFILE: "raise the limit of open files, such as by `ulimit -n 1024`",
    errno.ENFILE: "the whole system has too many files open",
    errno.ENOSPC: "make room on the disk",
    errno.EDQUOT: "make room within the disk quota",
    errno.EFBIG: "raise the limit of file sizes, such as by `ulimit -f unlimited`",
    errno.EAGAIN: "raise the limit of processes, such as by `ulimit -u`",
    errno.ENOMEM: "free some memory, or use fewer processes with --jobs",
}
_EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.ENOMEM)
"""Errors that can occur for any file, so the name of the file is not helpful.

Python also fails to load libraries with them.
"""


class _Named(io.FileIO):
    """A standard stream whose errors name it."""

    def __init__(self, number: int, name: str) -> None:
        super().__init__(number, "w", closefd=False)
        self._called = name

    def write(self, data: ReadableBuffer, /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            error.filename = self._called
            raise


def prepare() -> None:
    """Let the standard streams say what they are, and put something in the place of those that are closed.

    Without it, the first files that are opened would take their numbers, and what is said would go into a report.
    Reading from a closed standard input and writing to a closed standard output fail as ever; what would be said on a
    closed standard error is not said. Streams that a caller of `main` put there are left alone.
    """
    for number, flags in enumerate((os.O_WRONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, flags)  # takes the lowest number that is free, which is this one
    if sys.stdin is None:  # as it is where Python found it closed
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stdout is sys.__stdout__:
        sys.stdout = _named(sys.stdout, 1, _OUTPUT)
    if sys.stderr is sys.__stderr__:
        sys.stderr = _named(sys.stderr, 2, _ERROR)


def _named(given: TextIO | None, number: int, name: str) -> TextIO:
    encoding, errors = (given.encoding, given.errors) if given else ("utf-8", "backslashreplace")
    lines = number == 2 or bool(given and given.isatty())  # noqa: PLR2004 - standard error
    return io.TextIOWrapper(io.BufferedWriter(_Named(number, name)), encoding, errors, line_buffering=lines)


def trouble(error: Exception) -> UsageError | None:
    """What the operating system reported, where an exception is such a report; None for an internal error."""
    if isinstance(error, ImportError):
        number = next((each for each in _EXHAUSTED if os.strerror(each) in str(error)), 0)
        return UsageError(os.strerror(number).lower(), hint=_HINTS[number]) if number else None
    if not isinstance(error, OSError):
        return None
    words, number, place = (error.strerror or str(error)).lower(), error.errno or 0, error.filename
    if place in {_OUTPUT, _ERROR}:
        give_up(sys.stdout if place == _OUTPUT else sys.stderr)
        return UsageError(f"cannot write {place}: {'it is closed' if number == errno.EBADF else words}")
    if number == errno.ENOENT and not _has_working_directory():
        return UsageError("the current folder no longer exists", hint="change into a folder that exists")
    named = isinstance(place, str | bytes) and number not in _EXHAUSTED
    return UsageError(f"{os.fsdecode(place)}: {words}" if named else words, hint=_HINTS.get(number, ""))


def give_up(stream: TextIO) -> None:
    """Let nothing more come out of a stream: Python would try again as it ends, and change the exit code."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _has_working_directory() -> bool:
    try:
        os.getcwd()
    except OSError:
        return False
    return True
