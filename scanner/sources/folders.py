"""Folders on disk -> named bytes, depth first, by name."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct
from msgspec.structs import replace

from scanner.limits import DEFAULTS, Limits
from scanner.sources import git, git_index
from scanner.sources.file_filter import FileFilter, installed
from scanner.sources.git_index import GitIndex, UnreadableIndexError
from scanner.sources.patterns import Patterns
from scanner.sources.peeking import Peeking
from scanner.sources.source import LINK, SUBMODULE, File, Met, SkippedFile, UnreadableFile, content_of, too_large

_IGNORE_FILE = ".gitignore"
_MAX_IGNORE_BYTES = 100_000
"""Size from which an ignore file ignores nothing: no one wrote it by hand."""
_Rules = tuple[tuple[str, Patterns], ...]
"""(folder with a slash at its end, the patterns of its ignore file), the deepest first."""
_IGNORED = f"ignored by {_IGNORE_FILE}"


_Found = tuple[str, str, Met | None]
"""(path, name, why it is passed over or cannot be read, where that is so)."""


def collect(path: str, root: Path, chosen: FileFilter, limits: Limits, *, ignored: bool) -> Iterator[Met]:
    """The files at and below a path; `ignored` reads also what ignore files name."""
    peeking = Peeking()
    for full, name, over in _met(path, root, chosen, ignored=ignored):
        if isinstance(over, SkippedFile) and over.reason == _IGNORED:
            yield replace(over, heads=peeking.heads(full))
        else:
            yield over or read(full, name, limits)


def names(path: str, root: Path, chosen: FileFilter, *, ignored: bool) -> Iterator[str]:
    """The names of the files that `collect` reads."""
    for _, name, over in _met(path, root, chosen, ignored=ignored):
        if over is None:
            yield name


def _met(path: str, root: Path, chosen: FileFilter, *, ignored: bool) -> Iterator[_Found]:
    full = os.path.abspath(path)
    name = os.path.relpath(full, root).replace(os.sep, "/")
    if os.path.isdir(full) and not os.path.islink(full):
        yield from _Walk(full, name, chosen, heeds=not ignored).met()
    else:
        reason = chosen.passes_over(name, folder=False)
        yield full, name, SkippedFile(name, reason) if reason else _special(full, name)


def _special(path: str, name: str) -> UnreadableFile | None:
    """The reason for a named path that is not a file, such as a pipe."""
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        return None
    return None if stat.S_ISREG(mode) or stat.S_ISLNK(mode) else UnreadableFile(name, "not a regular file")


class _Checkout:
    """A Git checkout: files that it tracks are read, whatever an ignore file says."""

    def __init__(self, top: str, outer: _Checkout | None = None) -> None:
        self.top = top
        self._outer = outer
        self._fault = ""

    @property
    def index(self) -> str:
        """The path of the index."""
        return os.path.join(self.top, ".git", "index")

    @cached_property
    def _index(self) -> GitIndex | None:
        """None where it cannot be read; then it is not known which files an ignore file hides."""
        try:
            return git_index.read(self.top)
        except UnreadableIndexError as error:
            self._fault = str(error)
            return None

    def tracks(self, path: str, *, unless_told: bool) -> bool:
        """Whether a file is tracked, or one in a folder; `unless_told` where it is not known."""
        if self._outer and self._outer.tracks(path, unless_told=unless_told):
            return True  # a folder `.git` within a checkout takes nothing away from it
        return unless_told if self._index is None else self._index.tracks(os.path.relpath(path, self.top))

    def holds_checkout(self, path: str) -> bool:
        """Whether a folder is a submodule."""
        return self._index is not None and self._index.is_submodule(os.path.relpath(path, self.top))

    def fault(self) -> str:
        """The error of the index, reported once and only where the index was used."""
        fault, self._fault = self._fault, ""
        return f"{fault}: Assay cannot find out which files Git tracks, so ignore files have no effect" if fault else ""


class _FolderRules(Struct, frozen=True):
    """What holds in a folder."""

    checkout: _Checkout | None
    """None outside of one; then ignore files have no effect, because their author may want to hide a manifest."""
    rules: _Rules = ()
    passed: str = ""
    """Why everything in the folder is passed over but for what Git tracks."""


class _Walk:
    """A walk through one folder, on a stack of its own, so that depth costs nothing."""

    def __init__(self, folder: str, name: str, chosen: FileFilter, *, heeds: bool) -> None:
        self._folder, self._name, self._chosen = folder, name, chosen
        self._heeds = heeds

    def met(self) -> Iterator[_Found]:
        """Everything in the folder, in the order of names."""
        pending: list[tuple[str, str, _FolderRules, bool]] = [(self._folder, self._name, self._above(), True)]
        while pending:
            path, name, below, folder = pending.pop()
            if path != self._folder:
                reason, below = self._passes_over(path, name, below, folder=folder)
                if below.checkout and (fault := below.checkout.fault()):
                    yield path, name, UnreadableFile(self._named(below.checkout.index), fault)
                if reason:
                    yield path, name, SkippedFile(name + "/" * folder, reason)
                    continue
            if not folder:
                yield path, name, None
                continue
            try:
                with os.scandir(path) as entries:
                    found = {each.name: each.is_dir(follow_symlinks=False) for each in entries}
            except OSError as error:
                yield path, name, UnreadableFile(f"{name}/", _why(error))
                continue
            inside = sorted(found, reverse=True)
            if self._is_foreign(path, inside, below):
                yield path, name, SkippedFile(f"{name}/", SUBMODULE)
                continue
            below = self._within(path, inside, below)
            above = "" if name == "." else f"{name}/"
            pending.extend((os.path.join(path, each), above + each, below, found[each]) for each in inside)

    def _is_foreign(self, path: str, inside: Sequence[str], below: _FolderRules) -> bool:
        """Whether a folder is a submodule, where these are not read."""
        if self._chosen.submodules or path == self._folder or ".git" not in inside:
            return False
        return below.checkout is not None and below.checkout.holds_checkout(path)

    def _within(self, path: str, inside: Sequence[str], below: _FolderRules) -> _FolderRules:
        """What holds for the entries of a folder."""
        if path != self._folder and ".git" in inside:
            if below.checkout and below.checkout.holds_checkout(path):
                below = _FolderRules(_Checkout(path))
            elif not below.passed:
                below = replace(below, checkout=_Checkout(path, below.checkout))
        if self._heeds and below.checkout and not below.passed and _IGNORE_FILE in inside:
            return replace(below, rules=(*_rules(path), *below.rules))
        return below

    def _passes_over(self, path: str, name: str, below: _FolderRules, *, folder: bool) -> tuple[str, _FolderRules]:
        """Why a path is passed over, if it is, and what holds below it."""
        if reason := self._chosen.passes_over(name, folder=folder):
            return reason, below
        if folder and (reason := installed(name)):
            return self._unless_tracked(path, below, reason, unless_told=False)
        if below.passed:
            return self._unless_tracked(path, below, below.passed, unless_told=True)
        if self._heeds and below.checkout and _names(below.rules, path, folder=folder):
            return self._unless_tracked(path, below, _IGNORED, unless_told=True)
        return "", below

    def _unless_tracked(
        self, path: str, below: _FolderRules, reason: str, *, unless_told: bool
    ) -> tuple[str, _FolderRules]:
        if below.checkout and below.checkout.tracks(path, unless_told=unless_told):
            return "", replace(below, passed=reason)
        return reason, below

    def _named(self, path: str) -> str:
        """A path as it is shown."""
        return os.path.normpath(os.path.join(self._name, os.path.relpath(path, self._folder)))

    def _above(self) -> _FolderRules:
        """The patterns of the ignore files between the top of the checkout and the folder.

        Empty where they ignore the folder itself: it was named, so it is read.
        """
        top = git.top(self._folder)
        if not top:
            return _FolderRules(None)
        checkout = _Checkout(top)
        rules: _Rules = ()
        if not self._heeds or top == self._folder:
            return _FolderRules(checkout)
        path = top
        for name in os.path.relpath(self._folder, top).split(os.sep):
            rules = (*_rules(path), *rules)
            path = os.path.join(path, name)
            if _names(rules, path, folder=True):
                return _FolderRules(checkout)
        return _FolderRules(checkout, rules)


def _names(rules: _Rules, path: str, *, folder: bool) -> bool:
    """Whether ignore files name a path."""
    for base, patterns in rules:
        named = patterns.decide(path[len(base) :], folder=folder)
        if named is not None:
            return named
    return False


def _rules(folder: str) -> _Rules:
    content = content_of(read(os.path.join(folder, _IGNORE_FILE), ""))
    if not content or len(content) > _MAX_IGNORE_BYTES:
        return ()
    lines = os.fsdecode(content.removeprefix(b"\xef\xbb\xbf")).split("\n")
    return ((folder.rstrip("/") + "/", Patterns(line.removesuffix("\r") for line in lines)),)


def read(path: str, name: str, limits: Limits = DEFAULTS) -> Met:
    """The content of a regular file under the name it goes by."""
    try:
        status = os.lstat(path)
        if stat.S_ISLNK(status.st_mode):
            return SkippedFile(name, LINK, target=os.readlink(path))
        if not stat.S_ISREG(status.st_mode):
            return SkippedFile(name, "not a regular file")
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            return _content(file, name, limits)
    except OSError as error:
        return UnreadableFile(name, _why(error))


def _content(file: BinaryIO, name: str, limits: Limits) -> Met:
    """The content of an open file, which may have been replaced since it was found, and may grow."""
    status = os.fstat(file.fileno())
    if not stat.S_ISREG(status.st_mode):
        return UnreadableFile(name, "the file changed while it was read")
    if large := too_large(status.st_size, limits):
        return UnreadableFile(name, large)
    content = file.read(status.st_size + 1)
    if len(content) > status.st_size:  # it has grown, or the kernel writes it as it is read
        content += file.read(limits.bytes)
    large = too_large(len(content), limits)
    return UnreadableFile(name, large) if large else File(name, content)


def _why(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
