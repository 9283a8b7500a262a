"""A copy of what is rendered: regular files inside the boundary only, so that no program can read through a link."""

from __future__ import annotations

import os
import posixpath
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from msgspec import Struct, field

from scanner.errors import UnreadableError
from scanner.limits import Limits, size
from scanner.sources import Boundary, File, UnreadableFile, content_of
from scanner.sources.boundary import LEADS_OUT
from scanner.sources.folders import read
from scanner.sources.source import GIT_FOLDER, INSTALLED_FOLDERS

_Result = TypeVar("_Result")

_MOST_FILES = 50_000
"""Files that are taken for one chart or overlay."""
_MOST_LINKS = 1000
"""Links that are followed in one chart: linked folders may expand to any number of files."""


class SourceTree(Struct, frozen=True):
    """The folder with charts and overlays, what may be read in it, and the folder for copies."""

    root: str
    """The real path of the folder that names are relative to."""
    boundary: Boundary
    limits: Limits
    copies: str = ""
    place: str = ""
    """Where the folder is, as far as what is rendered may depend on it; empty for the files of a commit."""
    names: Sequence[str] = ()
    """The files that the scan reads, in order."""
    changed: Mapping[str, bytes] = field(default_factory=dict)
    """What files are taken to hold in place of what is on disk."""
    known: dict[tuple[Any, str], Any] = field(default_factory=dict)
    """What was found out about files, of which many overlays build on the same."""

    def once(self, work: Callable[[str, bytes], _Result], name: str) -> _Result:
        """The result of work on a file by its name and content, done for the first that asks."""
        if (work, name) not in self.known:
            self.known[work, name] = work(name, self.content(name))
        result: _Result = self.known[work, name]
        return result

    def path(self, name: str) -> str:
        """The path of a file or folder."""
        return os.path.normpath(os.path.join(self.root, name))

    def why_not(self, name: str) -> str:
        """Why a folder must not be read, empty where it may be; it must not be reached by a link."""
        path = self.path(name)
        if not self.boundary.holds(path):
            return "is outside of the folder that may be read" + (
                ", by a symbolic link" if self._is_linked(path) else ""
            )
        return "is reached by a symbolic link, which is not followed" if self._is_linked(path) else ""

    def is_file(self, name: str) -> bool:
        """Whether a name is that of a regular file inside the boundary."""
        path = self.path(name)
        return os.path.isfile(path) and self.boundary.holds(path)

    def content(self, name: str) -> bytes:
        """The content of a regular file inside the boundary; nothing where it is not one or cannot be read."""
        path = self.path(name)
        if name in self.changed:
            return self.changed[name]
        return content_of(read(path, name, self.limits)) if self.boundary.holds(path) else b""

    def is_passed_over(self, folder: str) -> bool:
        """Whether the scan reads nothing in a folder for its name; what Git tracks in one is read."""
        name, start = posixpath.basename(folder), f"{folder}/"
        if name == GIT_FOLDER:
            return True
        at = bisect_left(self.names, start)
        return name in INSTALLED_FOLDERS and not (at < len(self.names) and self.names[at].startswith(start))

    @staticmethod
    def _is_linked(path: str) -> bool:
        return os.path.realpath(path) != path


class PrivateCopy:
    """One copy, in which every file is at its absolute path below a temporary folder, once it is written."""

    def __init__(self, ground: SourceTree) -> None:
        from tempfile import mkdtemp

        self.folder = mkdtemp(dir=ground.copies)
        self.ground = ground
        self.contents: dict[str, bytes] = {}
        """The files that were taken."""
        self._folders: list[str] = []
        self._left = ground.limits.bytes
        self._files = 0
        self._links = 0

    def place(self, name: str) -> str:
        """The path of a file or folder in the copy."""
        return self.folder + self.ground.path(name)

    def take(self, name: str) -> bytes | None:
        """Take a file into the copy and return its content; None for what is not a regular file.

        Raises UnreadableError where it is outside of the boundary or cannot be read.
        """
        path = os.path.realpath(self.ground.path(name))
        if not self.ground.boundary.holds(path):
            raise UnreadableError(f"{name} {LEADS_OUT}")
        met = read(path, name, self.ground.limits)
        if isinstance(met, UnreadableFile):
            raise UnreadableError(f"{name}: {met.reason}")
        if not isinstance(met, File):
            return None
        content = self.ground.changed.get(name, met.content)
        self._left -= len(content)
        self._files += 1
        if self._left < 0:
            raise UnreadableError(f"its files are together larger than {size(self.ground.limits.bytes)}")
        if self._files > _MOST_FILES:
            raise UnreadableError(f"it has more than {_MOST_FILES:,} files")
        self.contents[name] = content
        return content

    def take_folder(self, folder: str) -> Iterator[tuple[str, bytes]]:
        """Take a folder into the copy; the name and the content of each file.

        A link that stays inside is taken as its target. Raises UnreadableError for one that leads out, to nothing, or
        to a folder that contains it.
        """
        self._folders.append(folder)
        pending: list[tuple[str, tuple[str, ...]]] = [(folder, (os.path.realpath(self.ground.path(folder)),))]
        while pending:
            here, above = pending.pop()
            for name in sorted(_listed(above[-1], here)):
                inner = os.path.normpath(os.path.join(here, name)).replace(os.sep, "/")
                real = self._followed(os.path.join(above[-1], name), inner)
                if os.path.isdir(real):
                    if real in above:
                        raise UnreadableError(f"{inner} is a link to a folder that contains it")
                    if not self.ground.is_passed_over(inner):
                        pending.append((inner, (*above, real)))
                elif (content := self.take(inner)) is not None:
                    yield inner, content

    def write(self) -> None:
        """Write what was taken, for a program to read."""
        for folder in self._folders:
            os.makedirs(self.place(folder), exist_ok=True)
        for name, content in self.contents.items():
            place = self.place(name)
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with open(place, "wb") as file:
                file.write(content)

    def _followed(self, path: str, shown: str) -> str:
        if not os.path.islink(path):
            return path
        if not self.ground.boundary.holds(path):
            raise UnreadableError(f"{shown} {LEADS_OUT}")
        if not os.path.exists(path):
            raise UnreadableError(f"{shown} is a link to a file that does not exist")
        self._links += 1
        if self._links > _MOST_LINKS:
            raise UnreadableError(f"its links lead to more than {_MOST_LINKS:,} files and folders")
        return os.path.realpath(path)


def _listed(path: str, shown: str) -> list[str]:
    try:
        return os.listdir(path)
    except OSError as error:
        raise UnreadableError(f"{shown}: {(error.strerror or '').lower()}") from None
