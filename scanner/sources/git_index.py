"""The index of a Git checkout: which files it tracks, read without Git.

Git refuses to answer in a checkout of another owner (usual in container jobs), where it is not installed, and where the
repository's own settings confuse it; what an ignore file hides must not depend on that. The format is Git's, described
in gitformat-index(5): versions 2 to 4, SHA-1 and SHA-256, split and sparse indexes.
"""

from __future__ import annotations

import hashlib
import os
import stat
import struct
from bisect import bisect_left
from collections.abc import Iterator

from msgspec import Struct

_MOST_BYTES = 1 << 30
"""Size of an index that is read at most; a million files take about 100 MB."""
_POINTER_BYTES = 4096
_GITLINK, _FOLDER = 0o160000, 0o040000
_HASHES = {20: hashlib.sha1, 32: hashlib.sha256}
_EXTENDED = 0x4000
"""Flag of an entry that has two more bytes of flags."""
_STATED = 40
"""Bytes of an entry before its hash: times, device, inode, mode, owner and size."""
_MODE_AT = 24
_COMPRESSED = 4
"""Version from which a name is written as its difference to the one before."""


class UnreadableIndexError(ValueError):
    """An index that cannot be read; the message says why."""


class _Entry(Struct, frozen=True):
    name: bytes
    mode: int


class GitIndex(Struct, frozen=True):
    """The tracked files of a checkout, by their names from its top."""

    names: tuple[bytes, ...]
    """In the order of their bytes; the name of a folder whose files are all tracked ends in a slash."""
    submodules: frozenset[bytes]

    def tracks(self, name: str) -> bool:
        """Whether a file is tracked, or a file in a folder of that name."""
        wanted = os.fsencode(name)
        if self._has(wanted, whole=True) or self._has(wanted + b"/", whole=False):
            return True
        parts = wanted.split(b"/")
        return any(self._has(b"/".join(parts[:length]) + b"/", whole=True) for length in range(1, len(parts)))

    def is_submodule(self, name: str) -> bool:
        """Whether a folder is a checkout of its own that this one names."""
        return os.fsencode(name) in self.submodules

    def _has(self, start: bytes, *, whole: bool) -> bool:
        at = bisect_left(self.names, start)
        return at < len(self.names) and (self.names[at] == start if whole else self.names[at].startswith(start))


NO_FILES = GitIndex((), frozenset())


def read(top: str) -> GitIndex:
    """The index of the checkout whose top is a folder with `.git` in it; empty where there is none yet.

    Raises UnreadableIndexError for one that is damaged, too large, or not a regular file.
    """
    folder = _git_folder(top)
    if not os.path.isdir(os.path.join(folder, "objects")) and not os.path.lexists(os.path.join(folder, "commondir")):
        raise UnreadableIndexError(".git does not hold a repository")
    if not os.path.lexists(os.path.join(folder, "index")) and _has_commits(folder):
        raise UnreadableIndexError("it is missing")
    entries = _entries(os.path.join(folder, "index"))
    names = sorted({entry.name for entry in entries if entry.name})
    return GitIndex(tuple(names), frozenset(entry.name for entry in entries if entry.mode == _GITLINK))


def _git_folder(top: str) -> str:
    """The folder of the repository: `.git`, or what a file of that name points to."""
    path = os.path.join(top, ".git")
    if os.path.isdir(path):
        return path
    start, _, target = _content(path, _POINTER_BYTES).partition(b": ")
    if start != b"gitdir":
        raise UnreadableIndexError(".git is neither a folder nor a link to one")
    return os.path.join(top, os.fsdecode(target.strip()))


def _has_commits(folder: str) -> bool:
    """Whether a repository has a branch with a commit; one that was just made has no index and tracks nothing."""
    shared = folder
    if os.path.lexists(pointer := os.path.join(folder, "commondir")):
        shared = os.path.join(folder, os.fsdecode(_content(pointer, _POINTER_BYTES).strip()))
    if os.path.lexists(os.path.join(shared, "packed-refs")) or os.path.lexists(os.path.join(shared, "reftable")):
        return True
    return any(files for _, _, files in os.walk(os.path.join(shared, "refs", "heads")))


def _entries(path: str, *, depth: int = 0) -> list[_Entry]:
    """The entries of an index and of the one it is split from."""
    if not os.path.lexists(path):
        if depth:
            raise UnreadableIndexError("the shared index file is missing")
        return []
    content = _content(path, _MOST_BYTES)
    width = _width(content)
    try:
        version, count = struct.unpack_from(">4xII", content)
        if not 2 <= version <= _COMPRESSED:  # noqa: PLR2004 - the versions there are
            raise UnreadableIndexError(f"version {version} is not supported")
        found, end = _listed(content, version, count, width)
        for name, start, size in _extensions(content, end, width):
            if name == b"link" and not depth:
                shared = content[start : start + min(size, width)].hex()
                if shared.strip("0"):
                    base = os.path.join(os.path.dirname(path), f"sharedindex.{shared}")
                    found += _entries(base, depth=1)
            elif name.islower() and name not in (b"link", b"sdir"):
                raise UnreadableIndexError(f"it needs the extension {name.decode('ascii', 'replace')!r}")
    except (struct.error, IndexError, ValueError) as error:
        if isinstance(error, UnreadableIndexError):
            raise
        raise UnreadableIndexError("it is damaged") from None
    return found


def _listed(content: bytes, version: int, count: int, width: int) -> tuple[list[_Entry], int]:
    """The entries of one file, and where they end."""
    found: list[_Entry] = []
    at, name = 12, b""
    for _ in range(count):
        start = at
        (mode,) = struct.unpack_from(">I", content, at + _MODE_AT)
        at += _STATED + width
        (flags,) = struct.unpack_from(">H", content, at)
        at += 4 if flags & _EXTENDED else 2
        if version == _COMPRESSED:
            strip, at = _number(content, at)
            if strip > len(name):
                raise UnreadableIndexError("it is damaged")
            name = name[: len(name) - strip]
        else:
            name = b""
        end = content.index(b"\0", at)
        name += content[at:end]
        at = end + 1 if version == _COMPRESSED else start + (end - start + 8) // 8 * 8
        found.append(_Entry(name, mode & 0o170000))
    return found, at


def _number(content: bytes, at: int) -> tuple[int, int]:
    """A number of variable length, as offsets in a pack are written, and where it ends."""
    byte = content[at]
    value = byte & 0x7F
    while byte & 0x80:
        at += 1
        byte = content[at]
        value = ((value + 1) << 7) | (byte & 0x7F)
    return value, at + 1


def _extensions(content: bytes, at: int, width: int) -> Iterator[tuple[bytes, int, int]]:
    """(name, start, size) of each extension."""
    while at + 8 <= len(content) - width:
        (size,) = struct.unpack_from(">I", content, at + 4)
        yield content[at : at + 4], at + 8, size
        at += 8 + size
    if at != len(content) - width:
        raise UnreadableIndexError("it is damaged")


def _width(content: bytes) -> int:
    """The bytes of a hash, by the length of the one at the end; Git may leave that one out (`index.skipHash`)."""
    if content[:4] != b"DIRC":
        raise UnreadableIndexError("it is not an index of Git")
    for width, hashed in _HASHES.items():
        if content[-width:] in (hashed(content[:-width], usedforsecurity=False).digest(), bytes(width)):
            return 32 if content.endswith(bytes(32)) else width
    raise UnreadableIndexError("its checksum is wrong")


def _content(path: str, most: int) -> bytes:
    """What a regular file holds; links are not followed."""
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UnreadableIndexError("the file is not a regular file")
            content = file.read(most + 1)
    except OSError as error:
        raise UnreadableIndexError((error.strerror or type(error).__name__).lower()) from None
    if len(content) > most:
        raise UnreadableIndexError("it is too large")
    return content
