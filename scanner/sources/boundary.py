"""The folders that nothing is read outside of, and whether a path stays in them once its links are followed.

The boundary of a path is the Git work tree that holds it; outside of Git it is the named folder, and for a named file
the working directory that holds it, else its own folder. `--root` takes its place. A repository may hold a link under
any name, so a path that is named in a work tree may not leave it by a link either.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from msgspec import Struct

from scanner.errors import UsageError
from scanner.sources import git
from scanner.sources.source import UNREAD_FOLDERS

LEADS_OUT = "is a link to a file outside"
_HINT = "name its target: {}"


class Boundary(Struct, frozen=True):
    """The folders, by their real paths, outside of which nothing is read."""

    tops: tuple[str, ...]

    def holds(self, path: str) -> bool:
        """Whether a path, with its links followed, is inside, and not in the data of version control."""
        real = os.path.realpath(path)
        return any(_is_below(real, top) and not _in_version_control(real, top) for top in self.tops)


def of(paths: Iterable[str], root: str = "") -> Boundary:
    """The boundary of paths that are scanned, or the folder that was given as the root.

    Raises UsageError for a path that leads out of its work tree by a link, and for one outside of `root`.
    """
    if root and not os.path.isdir(root):
        raise UsageError(f"--root is not a folder: {root}")
    tops: dict[str, None] = {os.path.realpath(root): None} if root else {}
    met: set[str] = set()
    for path in paths:
        full = os.path.abspath(path)
        folder = full if os.path.isdir(full) and not os.path.islink(full) else os.path.dirname(full)
        if folder in met:
            continue
        met.add(folder)
        stay_inside(folder, path)
        real = os.path.realpath(folder)
        if root and not _is_below(real, os.path.realpath(root)):
            raise UsageError(
                f"{path} is outside of --root {root}", hint="name a folder that contains all scanned paths"
            )
        if not root:
            tops[git.top(real) or _outside_git(real, named=folder == full)] = None
    return Boundary(tuple(tops))


def of_folder(folder: str) -> Boundary:
    """The boundary of a folder that an option names, such as one of rules.

    Raises UsageError where it leads out of its work tree by a link.
    """
    stay_inside(folder)
    real = os.path.realpath(folder)
    return Boundary((git.top(real) or real,))


def stay_inside(path: str, shown: str = "") -> None:
    """Raise UsageError for a named path that leads out of the work tree or working directory it is named in."""
    full, shown = os.path.abspath(path), shown or path
    top = git.top(os.path.dirname(full)) or _working_directory(full)
    real = os.path.realpath(path)
    if top and not _is_below(real, os.path.realpath(top)):
        message = f"{shown} leads out of {top} by a symbolic link, which is not followed"
        raise UsageError(message, hint=_HINT.format(real))
    if top and _in_version_control(real, os.path.realpath(top)) and not _in_version_control(full, top):
        message = f"{shown} leads into the data of version control by a symbolic link, which is not followed"
        raise UsageError(message, hint=_HINT.format(real))


def _outside_git(folder: str, *, named: bool) -> str:
    """The boundary of a folder that no work tree holds; it was named itself, or a file in it was."""
    return folder if named else _working_directory(folder) or folder


def _working_directory(path: str) -> str:
    """The working directory where it holds a path, else nothing."""
    try:
        here = os.getcwd()
    except FileNotFoundError:
        return ""
    return here if _is_below(path, here) else ""


def _is_below(path: str, folder: str) -> bool:
    return f"{path}/".startswith(f"{folder.rstrip('/')}/")


def _in_version_control(path: str, top: str) -> bool:
    return not UNREAD_FOLDERS.keys().isdisjoint(os.path.relpath(path, top).split(os.sep))
