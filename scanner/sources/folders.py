"""Folders on disk -> named bytes, depth first, by name."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from scanner.limits import DEFAULTS, Limits
from scanner.sources import git
from scanner.sources.chosen import Chosen
from scanner.sources.patterns import Patterns
from scanner.sources.source import LINK, File, Met, Skipped, Unreadable, content_of, too_large

_IGNORE_FILE = ".gitignore"
_MAX_IGNORE_BYTES = 100_000
"""Size from which an ignore file ignores nothing: no one wrote it by hand."""
_Rules = tuple[tuple[str, Patterns], ...]
"""(folder with a slash at its end, what its ignore file says), the deepest first."""
_IGNORED = f"ignored by {_IGNORE_FILE}"


_Found = tuple[str, str, Met | None]
"""(path, name, why it is passed over or cannot be read, where that is so)."""


def collect(path: str, root: Path, chosen: Chosen, limits: Limits, *, ignored: bool) -> Iterator[Met]:
    """The files at and below a path; `ignored` reads also what ignore files name."""
    for full, name, over in _met(path, root, chosen, ignored=ignored):
        yield over or read(full, name, limits)


def names(path: str, root: Path, chosen: Chosen, *, ignored: bool) -> Iterator[str]:
    """The names of the files that `collect` reads."""
    for _, name, over in _met(path, root, chosen, ignored=ignored):
        if over is None:
            yield name


def _met(path: str, root: Path, chosen: Chosen, *, ignored: bool) -> Iterator[_Found]:
    full = os.path.abspath(path)
    name = os.path.relpath(full, root).replace(os.sep, "/")
    if os.path.isdir(full) and not os.path.islink(full):
        yield from _Walk(full, name, chosen, ignored=ignored).met()
    else:
        reason = chosen.passes_over(name, folder=False)
        yield full, name, Skipped(name, reason) if reason else None


class _Walk:
    """A walk through one folder, on a stack of its own, so that depth costs nothing."""

    def __init__(self, folder: str, name: str, chosen: Chosen, *, ignored: bool) -> None:
        self._folder, self._name, self._chosen = folder, name, chosen
        self._heeds = not ignored
        self._top = git.top(folder) if self._heeds else ""
        self._kept: frozenset[str] | None = None

    def met(self) -> Iterator[_Found]:
        """Everything in the folder, in the order of names."""
        pending: list[tuple[str, str, _Rules | None]] = [(self._folder, self._name, self._above())]
        while pending:
            path, name, rules = pending.pop()
            folder = not os.path.islink(path) and os.path.isdir(path)
            if path != self._folder:
                reason, rules = self._passes_over(path, name, rules, folder=folder)
                if reason:
                    yield path, name, Skipped(name + "/" * folder, reason)
                    continue
            if not folder:
                yield path, name, None
                continue
            try:
                inside = sorted(os.listdir(path), reverse=True)
            except OSError as error:
                yield path, name, Unreadable(f"{name}/", _why(error))
                continue
            if self._heeds and rules is not None and _IGNORE_FILE in inside:
                rules = (*_rules(path), *rules)
            above = "" if name == "." else f"{name}/"
            pending.extend((os.path.join(path, each), above + each, rules) for each in inside)

    def _passes_over(self, path: str, name: str, rules: _Rules | None, *, folder: bool) -> tuple[str, _Rules | None]:
        """Why a path is passed over, if it is, and the rules that hold below it."""
        if reason := self._chosen.passes_over(name, folder=folder):
            return reason, rules
        if not _names(rules, path, folder=folder):
            return "", rules
        return ("", None) if self._is_kept(path) else (_IGNORED, rules)

    def _above(self) -> _Rules:
        """What the ignore files between the top of the checkout and the folder say.

        Nothing, where they ignore the folder itself: it was named, so it is to be read.
        """
        rules: _Rules = ()
        if not self._top or self._top == self._folder:
            return rules
        path = self._top
        for name in os.path.relpath(self._folder, self._top).split(os.sep):
            rules = (*_rules(path), *rules)
            path = os.path.join(path, name)
            if _names(rules, path, folder=True):
                return ()
        return rules

    def _is_kept(self, path: str) -> bool:
        """Whether Git tracks a file, or one in a folder, all the same: no ignore file can hide it."""
        if not self._top:
            return False
        if self._kept is None:
            self._kept = git.tracked_though_ignored(self._top)
        return os.path.relpath(path, self._top) in self._kept


def _names(rules: _Rules | None, path: str, *, folder: bool) -> bool:
    """Whether ignore files name a path; without rules it stands in a folder that is ignored as a whole."""
    if rules is None:
        return True
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
            return Skipped(name, LINK)
        if not stat.S_ISREG(status.st_mode):
            return Skipped(name, "not a regular file")
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            return _content(file, name, limits)
    except OSError as error:
        return Unreadable(name, _why(error))


def _content(file: BinaryIO, name: str, limits: Limits) -> Met:
    """What an open file holds: another may have taken the place of the one that was met, and either may grow."""
    status = os.fstat(file.fileno())
    if not stat.S_ISREG(status.st_mode):
        return Unreadable(name, "changed while it was read")
    if large := too_large(status.st_size, limits):
        return Unreadable(name, large)
    content = file.read(status.st_size + 1)
    if len(content) > status.st_size:  # it has grown, or the kernel writes it as it is read
        content += file.read(limits.bytes)
    large = too_large(len(content), limits)
    return Unreadable(name, large) if large else File(name, content)


def _why(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
