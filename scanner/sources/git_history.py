"""The first-parent history of a branch: each commit that came to it by itself or by a merge. No program is started."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from msgspec import Struct

from scanner.errors import UsageError
from scanner.late import regex
from scanner.sources import git

_FIELDS = ("%H", "%T", "%P", "%an <%ae>", "%at", "%cn <%ce>", "%ct", "%s")
_FORMAT = "--format=" + "%x00".join(_FIELDS)
_ID = regex(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_AT_ONCE = 1000
"""Commits that Git is asked about in one command."""
_UTF_8 = ("-c", "i18n.logOutputEncoding=UTF-8")


class LandedCommit(Struct, frozen=True):
    """A commit of the first-parent history."""

    commit: str
    tree: str
    parents: tuple[str, ...]
    author: str
    authored: int
    """Seconds since 1970, as the commit states it."""
    committer: str
    committed: int
    subject: str


class History(Struct, frozen=True):
    """The first-parent history of a branch."""

    name: str
    """The branch or revision as Git names it; HEAD where no branch is checked out."""
    commits: tuple[LandedCommit, ...]
    """The oldest first."""

    @property
    def tip(self) -> str:
        """The commit that the branch points to."""
        return self.commits[-1].commit


def history_of(path: str, revision: str = "") -> History:
    """The whole first-parent history of a revision, or of the branch that is checked out.

    Raises UsageError outside of a checkout, and where a part of the history is not there or is replaced.
    """
    folder = git.checkout_of([path])
    _refuse_partial(folder)
    tip = git.commit_of(revision or "HEAD", folder)
    said = git.ask(folder, *_UTF_8, "rev-list", "--first-parent", "--reverse", _FORMAT, tip, "--")
    return History(revision or _branch(folder), tuple(_commits(said)))


def trees_of(path: str, commits: Iterable[str]) -> dict[str, str]:
    """Commit -> tree, of those of some commits that the repository has."""
    folder = git.checkout_of([path])
    names = sorted(filter(_ID.fullmatch, commits))
    found: dict[str, str] = {}
    for start in range(0, len(names), _AT_ONCE):
        some = names[start : start + _AT_ONCE]
        said = git.answer(folder, "rev-list", "--no-walk", "--ignore-missing", "--format=%T", *some, "--") or b""
        lines = said.decode("ascii", "replace").split("\n")
        found.update(zip((line.removeprefix("commit ") for line in lines[::2]), lines[1::2], strict=False))
    return found


def _refuse_partial(folder: str) -> None:
    if git.answer(folder, "rev-parse", "--is-shallow-repository") != b"false\n":
        hint = "fetch the history first: git fetch --unshallow origin"
        raise UsageError("the checkout is shallow, so commits of the period may be missing", hint=hint)
    grafts = os.fsdecode(git.ask(folder, "rev-parse", "--git-path", "info/grafts").rstrip(b"\n"))
    if os.path.lexists(os.path.join(folder, grafts)):
        raise UsageError(f"{grafts} replaces parents of commits, so the history is not the recorded one")


def _branch(folder: str) -> str:
    said = git.answer(folder, "symbolic-ref", "--quiet", "--short", "HEAD")
    return said.decode(errors="replace").strip() if said else "HEAD"


def _commits(said: bytes) -> Iterator[LandedCommit]:
    for line in said.split(b"\n")[1::2]:
        parts = line.decode("utf-8", "replace").split("\0", len(_FIELDS) - 1)
        try:
            commit, tree, parents, author, authored, committer, committed, subject = parts
            moments = int(authored), int(committed)
        except ValueError:
            raise UsageError(f"Git gives no whole commit: {parts[0]!r}") from None
        yield LandedCommit(commit, tree, tuple(parents.split()), author, moments[0], committer, moments[1], subject)
