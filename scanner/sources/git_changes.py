"""The files that differ between two states of a Git checkout: the index and a commit, or two commits."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from msgspec import Struct

from scanner.errors import UnreadableError, UsageError
from scanner.safe_read import read
from scanner.sources import git, git_folder
from scanner.sources.git_base import Base
from scanner.sources.source import Selection

_RAW = ("--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff")
_COMMITS_BYTES = 65536
_NO_FILE = b"000000"
_UNMERGED = b"U"


class Blob(NamedTuple):
    """An object that holds the content of a file."""

    mode: bytes
    identity: bytes


class Change(NamedTuple):
    """A file that differs, by its name from the top of the checkout, and what it was and is; None where it is not."""

    name: str
    before: Blob | None
    now: Blob | None


class ChangeSet(Struct, frozen=True):
    """What a commit, or a series of commits that are pushed, changes."""

    top: str
    """The top of the checkout."""
    head: Selection
    """The state that is judged."""
    base: Base | None
    """What it is compared with; None where there is no earlier state, so that everything is new."""
    changes: tuple[Change, ...]

    def further(self) -> Iterator[tuple[Base, tuple[Change, ...]]]:
        """The other parents of a merge that is being committed, with what it changes of each."""
        if self.head.staged:
            for commit in _merged(self.top):
                yield Base(commit, commit), _differences(_staged(self.top, self.head.index, commit))


def find(paths: Sequence[str], environment: Mapping[str, str]) -> ChangeSet | None:
    """What is committed or pushed at present in the checkout of the first path; None outside of Git.

    pre-commit names two commits where it runs before a push or was given them; otherwise it is what is staged. Raises
    UsageError for an unfinished merge and for commits that are not there.
    """
    folder = os.path.abspath(paths[0])
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    if not git.top(folder):
        return None
    top = git.top(git.checkout_of(paths))
    before, after = (environment.get(f"PRE_COMMIT_{name}_REF", "") for name in ("FROM", "TO"))
    if before and after:
        return _pushed(top, before, after)
    index = environment.get("GIT_INDEX_FILE", "")
    head = Selection(staged=True, index=os.path.abspath(index) if index else "")
    try:
        said, base = _staged(top, head.index, "HEAD"), Base("HEAD", "HEAD")
    except UsageError:
        if git.answer(top, "rev-parse", "--verify", "--quiet", "HEAD") is not None:
            raise
        nothing = git.ask(top, "hash-object", "-t", "tree", os.devnull).decode().strip()
        return ChangeSet(top, head, None, _differences(_staged(top, head.index, nothing)))
    return ChangeSet(top, head, base, _differences(said))


def _pushed(top: str, before: str, after: str) -> ChangeSet:
    """What a series of commits changes since it left the history of another commit."""
    head, other = git.commit_of(after, top), git.commit_of(before, top)
    said = (git.answer(top, "merge-base", other, head) or b"").decode().strip()
    base = Base(before, said if said.isalnum() else other)
    changes = _differences(git.ask(top, "diff-tree", "-r", *_RAW, base.commit, head, "--"))
    return ChangeSet(top, Selection(revision=head), base, changes)


def _staged(top: str, index: str, commit: str) -> bytes:
    return git.ask(top, "diff-index", "--cached", *_RAW, commit, "--", index=index)


def _differences(said: bytes) -> tuple[Change, ...]:
    """The changes that Git lists in its raw form."""
    found = []
    parts = iter(said.split(b"\0")[:-1])
    for about in parts:
        name = os.fsdecode(next(parts))
        old_mode, new_mode, old, new, state = about.removeprefix(b":").split(b" ")
        if state == _UNMERGED:
            hint = "resolve the conflict and run `git add` on the file"
            raise UsageError(f"the index holds a conflict: {name}", hint=hint)
        before, now = (
            None if mode == _NO_FILE else Blob(mode, identity) for mode, identity in ((old_mode, old), (new_mode, new))
        )
        found.append(Change(name, before, now))
    return tuple(found)


def _merged(top: str) -> list[str]:
    """The commits that are merged into HEAD by the commit that is being made."""
    with suppress(UnreadableError, UnicodeDecodeError):
        path = os.path.join(git_folder.of(top), "MERGE_HEAD")
        return [line for line in read(path, _COMMITS_BYTES).decode("ascii").split() if line.isalnum()]
    return []
