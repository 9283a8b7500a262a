"""The files of a change that were named, as scopes of scans: those after the change, and those before it."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from scanner.errors import UsageError
from scanner.sources import Scope, git
from scanner.sources.boundary import Boundary
from scanner.sources.git_changes import Blob, Change, ChangeSet
from scanner.sources.source import Selection


class ChangedFiles(Struct, frozen=True):
    """The files of a change that were named."""

    change: ChangeSet
    root: Path
    """The folder that names are relative to."""
    named: frozenset[str]
    """Files and folders, by their names from the top of the checkout."""
    markers: Collection[str]
    """Names of files that make the files around them a whole, such as a chart."""

    def head(self, selection: Selection) -> Scope:
        """The named files as they are after the change."""
        return self._scope(self._after(), selection)

    def base(self, changes: Iterable[Change], selection: Selection) -> Scope:
        """The named files in a state from which these changes lead to the one after the change.

        The files that are deleted are read too: one of them may be there by another name.
        """
        before = {it.name: it.before for it in changes if it.now is None or self._holds(it.name)}
        blobs = {name: before.get(name, blob) for name, blob in self._after()} | before
        return self._scope([(name, blob) for name, blob in blobs.items() if blob], selection)

    def _after(self) -> list[tuple[str, Blob]]:
        return [(each.name, each.now) for each in self.change.changes if each.now and self._holds(each.name)]

    def _scope(self, files: Sequence[tuple[str, Blob]], selection: Selection) -> Scope:
        ordered = sorted(files, key=lambda file: file[0].split("/"))
        entries = tuple((self._shown(name), 0, *blob) for name, blob in ordered)
        around = git.tree(selection, (self.change.top,), str(self.root)).entries if self._in_whole(files) else ()
        tree = git.Tree(self.change.top, "", entries, whole=False, around=around)
        paths = tuple(str(self.root / name) for name, *_ in entries)
        return Scope(self.root, paths, whole=False, selection=selection, boundary=Boundary(()), tree=tree)

    def _shown(self, name: str) -> str:
        return os.path.relpath(os.path.join(self.change.top, name), self.root)

    def _holds(self, name: str) -> bool:
        """Whether a file was named, or a folder around it."""
        return "." in self.named or not self.named.isdisjoint((name, *_folders(name)))

    def _in_whole(self, files: Iterable[tuple[str, Blob]]) -> bool:
        """Whether a file belongs to a chart or an overlay, as far as the files on disk show it."""
        folders: set[str] = set()
        for name, _ in files:
            if name.rpartition("/")[2] in self.markers:
                return True
            folders.update(("", *_folders(name)))
        paths = (os.path.join(self.change.top, folder, marker) for folder in folders for marker in self.markers)
        return any(map(os.path.lexists, paths))


def named(change: ChangeSet, paths: Sequence[str], markers: Collection[str]) -> ChangedFiles:
    """The files of a change at and below paths.

    Raises UsageError for a path that is in another checkout, and for one that Git does not track.
    """
    absolute = [os.path.abspath(path) for path in paths]
    names = [os.path.relpath(path, change.top) for path in absolute]
    for path, name in zip(paths, names, strict=True):
        if name.split("/")[0] == "..":
            raise UsageError(f"{path} is not in the checkout {change.top}", hint="judge it by itself")
    here = Path.cwd()
    root = here if all(Path(path).is_relative_to(here) for path in absolute) else Path(change.top)
    found = ChangedFiles(change, root, frozenset(names), markers)
    if change.head.staged:
        _refuse_untracked(change, dict(zip(names, paths, strict=True)))
    return found


def _folders(name: str) -> Iterator[str]:
    """The folders around a file."""
    while name := name.rpartition("/")[0]:
        yield name


def _refuse_untracked(change: ChangeSet, paths: dict[str, str]) -> None:
    """Raise UsageError for a path that the index does not hold: nobody would say that it was not judged."""
    changed = {part for each in change.changes for part in (each.name, *_folders(each.name))}
    left = [name for name in paths if name not in changed and name != "."]
    if not left:
        return
    listed = git.answer(change.top, "ls-files", "-z", "--cached", "--", *left, index=change.head.index) or b""
    known = {part for name in os.fsdecode(listed).split("\0") for part in (name, *_folders(name))}
    for name in left:
        if name not in known:
            hint = "run `git add` on it, or scan the file on disk: assay scan FILE"
            raise UsageError(f"{paths[name]} is not in the index of Git, which holds other changes", hint=hint)
