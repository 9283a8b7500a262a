"""A path -> the bytes of a regular file of bounded size; a pipe, a device or an endless file ends in an error."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from scanner.errors import UnreadableError
from scanner.limits import MIB

NAMED_BYTES = 16 * MIB
"""Size of the largest file that an option may name, such as a rule, a framework or values of a chart."""


def read(path: str | Path, most: int = NAMED_BYTES, *, follow: bool = True) -> bytes:
    """What a regular file holds; without `follow`, a link is not read.

    Raises UnreadableError with the reason where it is not a regular file, larger, or cannot be read.
    """
    content = beginning(path, most + 1, follow=follow)
    if len(content) > most:
        raise UnreadableError(f"larger than {most // MIB} MiB")
    return content


def beginning(path: str | Path, most: int, *, follow: bool = False) -> bytes:
    """The first bytes of a regular file; raises UnreadableError as `read` does, but for its size."""
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
    try:
        if not stat.S_ISREG(os.stat(path, follow_symlinks=follow).st_mode):  # opening a device may do something
            raise UnreadableError("not a regular file")
        with open(os.open(path, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UnreadableError("not a regular file")
            return file.read(most)
    except OSError as error:
        raise UnreadableError(f"cannot be read: {(error.strerror or type(error).__name__).lower()}") from None
