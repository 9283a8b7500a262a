"""The files of a pack -> a folder or a ZIP file, complete or not there."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path

from scanner.safe_write import write_file, write_folder

ZIP = ".zip"
_DATE = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100644 << 16
_UNIX = 3
_DENSE = 50
"""A file that compression makes so many times smaller is stored as it is: a reader refuses what unpacks to too much."""


def is_zip(path: Path) -> bool:
    """Whether a pack is one file."""
    return path.suffix.lower() == ZIP


def write_pack(path: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Write the files of a pack, by name and content, each as it is made.

    They are made a second time if the folder is a mounted volume. Raises UsageError where something is there already,
    or it cannot be written.
    """
    if is_zip(path):
        write_file(path, [_zipped(files)], new=True, durable=True)
    else:
        write_folder(path, files)


def _zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    """A ZIP file of which every byte follows from the files."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in files:
            entry = zipfile.ZipInfo(name, _DATE)
            entry.external_attr, entry.create_system = _MODE, _UNIX
            entry.compress_type = zipfile.ZIP_STORED if _is_dense(data) else zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return target.getvalue()


def _is_dense(data: bytes) -> bool:
    import zlib

    return len(zlib.compress(data)) * _DENSE < len(data)
