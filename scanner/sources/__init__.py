"""Paths -> named bytes, in a fixed order. Every file that is found is reported."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from scanner.cleanup import temporary_folder
from scanner.errors import UsageError, located
from scanner.limits import DEFAULTS, Limits
from scanner.sources import boundary, folders, git
from scanner.sources.boundary import Boundary
from scanner.sources.file_filter import FileFilter
from scanner.sources.source import (
    LINK,
    NOWHERE,
    File,
    Home,
    Met,
    RenderedFile,
    RenderingInput,
    RenderingResult,
    Selection,
    SkippedFile,
    Source,
    UnreadableFile,
    blob_id,
    content_of,
    contents_of,
    too_large,
)

__all__ = [
    "LINK",
    "NOWHERE",
    "STDIN",
    "STDIN_NAME",
    "Boundary",
    "File",
    "Home",
    "Met",
    "RenderedFile",
    "RenderingInput",
    "RenderingResult",
    "Scope",
    "Selection",
    "SkippedFile",
    "Source",
    "UnreadableFile",
    "blob_id",
    "collect",
    "content_of",
    "contents_of",
    "names",
    "on_disk",
    "scope",
]

STDIN = "-"
STDIN_NAME = "-"


class Scope(Struct, frozen=True):
    """What a scan covers."""

    root: Path
    paths: tuple[str, ...]
    """In an order that does not depend on how they were listed."""
    whole: bool
    """Only folders were named, so an object that is not found does not exist in this bundle."""
    selection: Selection
    boundary: Boundary
    """Nothing outside of it is read, not even where a chart or an overlay names it."""
    tree: git.Tree | None = None
    """The files of the commit that are read in place of those on disk."""
    missing: tuple[str, ...] = ()
    """Paths that are not there, where the selection allows that."""

    @property
    def tops(self) -> tuple[str, ...]:
        """The folders that everything that is read lies in: whoever wrote that may have written anything in them."""
        return (git.top(self.tree.folder) or self.tree.folder,) if self.tree else self.boundary.tops


def scope(paths: Sequence[str], selection: Selection | None = None, where: str = "") -> Scope:
    """The root that names are relative to: the current folder if it holds all paths, else their common parent.

    `where` is the place in a configuration file that the paths come from, if they do.
    Raises UsageError for a path or a Git revision that does not exist, and for a path that leads out of the work tree
    it is named in.
    """
    given, selection = tuple(paths) or (".",), selection or Selection()
    from_git = bool(selection.revision) or selection.staged
    files = [path for path in given if path != STDIN]
    missing = [path for path in files if not path or not (from_git or os.path.lexists(path))]
    if missing and (not selection.may_be_missing or "" in missing):
        message = f"no such file or folder: {missing[0]}"
        raise UsageError(message, where)
    here = Path(selection.named_from) if selection.named_from else Path.cwd()
    absolute = [Path(os.path.abspath(path)) for path in files]
    if all(path.is_relative_to(here) for path in absolute):
        root = here
    else:
        root = Path(os.path.commonpath([path if path.is_dir() else path.parent for path in absolute]))
    whole = len(files) == len(given) and not selection.include
    ordered = tuple(sorted(given, key=_place))
    if not from_git:
        with located(where):
            limit = boundary.of(files, selection.root)
        whole = whole and all(path.is_dir() or not os.path.lexists(path) for path in absolute)
        present = tuple(path for path in ordered if path not in missing)
        return Scope(root, present, whole, selection, limit, missing=tuple(missing))
    if len(files) < len(given):
        message = "standard input has no Git revision"
        raise UsageError(message, hint="name files and folders")
    tree = git.tree(selection, ordered, str(root))
    return Scope(root, ordered, whole and tree.whole, selection, Boundary(()), tree, tree.missing)


def _place(path: str) -> tuple[bool, list[tuple[bool, str]]]:
    """The place of a path among those of a scan: standard input last, others by name.

    What lies in a folder precedes it: a file is read for being named, even where its folder passes over it.
    """
    return path == STDIN, [*((False, part) for part in os.path.abspath(path).split(os.sep)), (True, "")]


def collect(where: Scope, limits: Limits = DEFAULTS) -> Iterator[Met]:
    """Every file under the paths of a scope, each once, folders in name order; too large ones without content."""
    seen: set[str] = set()
    for source in _sources(where, limits):
        if source.path not in seen:
            seen.add(source.path)
            yield source


def names(where: Scope) -> frozenset[str]:
    """The names of the files under the paths of a scope that `collect` reads."""
    chosen = FileFilter(where.selection)
    if where.tree:
        return frozenset(where.tree.names(chosen))
    return frozenset(
        name
        for path in where.paths
        if path != STDIN
        for name in folders.names(path, where.root, chosen, ignored=where.selection.ignored)
    )


@contextmanager
def on_disk(where: Scope, limits: Limits = DEFAULTS) -> Iterator[tuple[str, Boundary]]:
    """The real path of the folder that names are relative to, with the files in it, and what may be read around it."""
    if where.tree is None:
        yield os.path.realpath(where.root), where.boundary
        return
    with temporary_folder() as folder:
        where.tree.unfold(folder, limits)
        real = os.path.realpath(folder)
        yield real, Boundary((real,))


def _sources(where: Scope, limits: Limits) -> Iterator[Met]:
    chosen = FileFilter(where.selection)
    if where.tree:
        yield from _apart(where.tree.sources(chosen, limits))
        return
    for path in where.paths:
        if path == STDIN:
            content = _standard_input(limits)
            large = too_large(len(content), limits)
            yield UnreadableFile(STDIN_NAME, large) if large else File(STDIN_NAME, content)
        else:
            yield from _apart(folders.collect(path, where.root, chosen, limits, ignored=where.selection.ignored))


def _standard_input(limits: Limits) -> bytes:
    try:
        return sys.stdin.buffer.read(limits.bytes + 1)
    except OSError as error:
        why = "it is closed" if error.errno == errno.EBADF else (error.strerror or "").lower()
        raise UsageError(
            f"cannot read standard input: {why}", hint="connect it to a pipe or a file, or remove `-`"
        ) from None


def _apart(files: Iterator[Met]) -> Iterator[Met]:
    """Files, with a file that has the name of standard input renamed."""
    for source in files:
        yield replace(source, path=f"./{STDIN_NAME}") if source.path == STDIN_NAME else source
