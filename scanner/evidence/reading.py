"""A folder or a ZIP file -> the files of a pack.

No link is followed, nothing is unpacked on disk, and nothing is read that a pack cannot hold.
"""

from __future__ import annotations

import io
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from scanner import safe_read
from scanner.errors import UnreadableError, UsageError
from scanner.evidence.packing import is_zip
from scanner.limits import MIB

_MOST = 2048 * MIB
"""Bytes of all files of a pack together."""
_MOST_FILES = 200_000
_RATIO = 100
"""A file may unpack to this many times its size in the archive, and to one MiB in any case."""
_ENCRYPTED = 1
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


class OpenedPack(Struct, frozen=True):
    """The files of a pack by name, and what cannot be a part of one."""

    content: dict[str, bytes]
    faults: list[str]


def opened(path: Path) -> OpenedPack:
    """The files of a pack; raises UsageError where there is no pack that could be read."""
    if not os.path.lexists(path):
        raise UsageError(f"no such file or folder: {path}")
    if path.is_symlink():
        raise UsageError(f"{path} is a symbolic link, and Assay does not follow it", hint="name its target")
    if path.is_dir():
        return _of_folder(path)
    if not path.is_file() or not (is_zip(path) or zipfile.is_zipfile(path)):
        raise UsageError(f"{path} is neither a folder nor a ZIP file", hint="name a pack of `assay evidence build`")
    return _of_zip(path)


def _of_folder(folder: Path) -> OpenedPack:
    content: dict[str, bytes] = {}
    faults: list[str] = []
    left = _MOST
    for name, path, status in _files(folder, ""):
        if not stat.S_ISREG(status.st_mode):
            faults.append(f"{name}: {_kind(status.st_mode)}, and a pack holds regular files only")
            continue
        try:
            content[name] = safe_read.read(path, left, follow=False)
        except UnreadableError as error:
            faults.append(f"{name}: cannot be read: {error.message}")
            continue
        left -= len(content[name])
        if len(content) > _MOST_FILES:
            raise UsageError(f"{folder} holds more than {_MOST_FILES:,} files")
    return OpenedPack(content, faults)


def _files(folder: Path, above: str) -> Iterator[tuple[str, str, os.stat_result]]:
    """(name, path, status) of everything below a folder that is not a folder, or an empty one."""
    with os.scandir(folder) as entries:
        inside = sorted(entries, key=lambda each: each.name)
    if above and not inside:
        yield above.removesuffix("/"), os.fspath(folder), folder.lstat()
    for entry in inside:
        name = f"{above}{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            yield from _files(Path(entry.path), f"{name}/")
        else:
            yield name, entry.path, entry.stat(follow_symlinks=False)


def _kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "an empty folder"
    return "a symbolic link" if stat.S_ISLNK(mode) else "not a regular file"


def _of_zip(path: Path) -> OpenedPack:
    """The members of an archive; if one of them cannot be in a pack, none is read."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(safe_read.read(path, _MOST, follow=False)))
    except UnreadableError as error:
        raise UsageError(error.message, str(path)) from None
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
        return OpenedPack({}, [f"it is not a whole ZIP file: {error}"])
    with archive:
        members = [each for each in archive.infolist() if not each.is_dir()]
        if faults := list(_refused(archive.infolist())):
            return OpenedPack({}, faults)
        faults = [
            f"{name}: an empty folder, and a pack holds regular files only" for name in _empty(archive.namelist())
        ]
        content: dict[str, bytes] = {}
        for member in members:
            try:
                content[member.filename] = archive.read(member)
            except (zipfile.BadZipFile, zlib.error, ValueError, EOFError, OSError, RuntimeError) as error:
                faults.append(f"{member.filename}: cannot be unpacked: {error}")
        return OpenedPack(content, faults)


def _empty(names: list[str]) -> list[str]:
    """The folders in an archive that hold nothing."""
    held = {name[: place + 1] for name in names for place, sign in enumerate(name[:-1]) if sign == "/"}
    return [name.removesuffix("/") for name in names if name.endswith("/") and name not in held]


def _refused(members: list[zipfile.ZipInfo]) -> Iterator[str]:
    """What no pack holds, by what the directory of the archive says."""
    if len(members) > _MOST_FILES:
        yield f"the archive holds more than {_MOST_FILES:,} files, so nothing of it is read"
        return
    if sum(each.file_size for each in members) > _MOST:
        yield f"the archive unpacks to more than {_MOST // MIB} MiB, so nothing of it is read"
    seen: set[str] = set()
    for member in members:
        if why := _fault(member, seen):
            yield f"{member.filename!r}: {why}, so nothing of the archive is read"
        seen.add(member.filename)


def _fault(member: zipfile.ZipInfo, seen: set[str]) -> str:
    mode = member.external_attr >> 16
    parts = member.filename.removesuffix("/").split("/")
    if any(part in {"", ".", ".."} for part in parts) or "\\" in member.orig_filename or "\0" in member.orig_filename:
        return "a name that leads elsewhere"
    if member.filename in seen:
        return "a name that is there twice"
    if mode and not stat.S_ISREG(mode) and not stat.S_ISDIR(mode) and stat.S_IFMT(mode):
        return "a link or a device"
    if member.flag_bits & _ENCRYPTED or member.compress_type not in _METHODS:
        return "encrypted, or compressed by a method that is not read"
    if member.file_size > max(MIB, _RATIO * member.compress_size):
        return f"it unpacks to more than {_RATIO} times its size"
    return ""
