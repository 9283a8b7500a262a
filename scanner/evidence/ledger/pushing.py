"""Sends the ledger of a repository to another one, behind what others sent before."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from msgspec import Struct

from scanner.errors import UsageError
from scanner.evidence.ledger.appending import commit_all, pause, refuse_checked_out
from scanner.evidence.ledger.entry import Entry
from scanner.evidence.ledger.reading import BRANCH, REFERENCE, bytes_at, entries_of
from scanner.late import regex
from scanner.sources import git, git_folder, git_writing

_TRIES = 200
KNOWN = "refs/assay/ledger"
"""Where the ledgers of other repositories are remembered."""
FETCHED = "-fetched"
"""The end of the name of what was fetched and not yet compared."""
_PLAIN = regex(r"[A-Za-z0-9_-]{1,100}")


class Pushed(Struct, frozen=True):
    """What was sent."""

    sent: int
    """Entries that the other repository did not have."""
    entries: int
    """Of the ledger, here and there."""
    placed_again: bool
    """Others were faster, so the entries have other numbers now."""


def known_reference(remote: str) -> str:
    """What names the ledger that another repository was last seen with."""
    name = remote if _PLAIN.fullmatch(remote) else sha256(remote.encode()).hexdigest()[:16]
    return f"{KNOWN}/{name}"


def push(root: Path, remote: str) -> Pushed:
    """Send the entries that another repository does not have; entries of others come first, and get here, too.

    Raises UsageError where its ledger has a fault, or lost or changed what it had before.
    """
    folder = git.checkout_of([str(root)])
    refuse_checked_out(folder)
    with git_folder.looked_through_once():
        for _ in range(_TRIES):
            if done := _try(folder, remote):
                return done
            pause()
    raise UsageError(f"others write to the ledger of {remote} all the time", hint="try again")


def _try(folder: str, remote: str) -> Pushed | None:
    """Send once; None where somebody else wrote meanwhile, here or there."""
    own = git_writing.commit_at(folder, REFERENCE)
    there = git_writing.fetch(folder, remote, REFERENCE, f"{known_reference(remote)}{FETCHED}")
    if there is None:
        return None
    known = git_writing.commit_at(folder, known_reference(remote))
    if not own and not there:
        raise UsageError("there is no ledger to be sent", hint="record a run: assay ledger append PACK")
    theirs, ours, before = (bytes_at(folder, commit) if commit else b"" for commit in (there, own, known))
    _refuse_rewritten(before, theirs, remote)
    follows = ours.startswith(theirs) and (not there or _is_above(folder, there, own))
    if follows:
        _refuse_faulty(ours, "the ledger")
        new, number = own, ours.count(b"\n") - theirs.count(b"\n")
    else:
        _refuse_faulty(theirs, f"the ledger of {remote}")
        new, _, number = commit_all(folder, there, theirs, _further(ours, theirs))
    if new != there and not git_writing.push(folder, remote, new, REFERENCE):
        return None
    if new != own and not git_writing.move(folder, REFERENCE, new, own):
        return None
    git_writing.move(folder, known_reference(remote), new, known)
    return Pushed(number, bytes_at(folder, new).count(b"\n"), placed_again=not follows and bool(number))


def _further(ours: bytes, theirs: bytes) -> Iterator[Entry]:
    """The entries of ours that follow what is equal in both; raises UsageError where ours has a fault."""
    _refuse_faulty(ours, "the ledger")
    there = theirs.split(b"\n")
    for line, own in zip(entries_of(ours).lines, ours.split(b"\n"), strict=False):
        same = line.number <= len(there) and there[line.number - 1] == own
        if not same and line.entry:
            yield line.entry


def _refuse_rewritten(before: bytes, theirs: bytes, remote: str) -> None:
    """Raise UsageError where another repository does not have any more what it had."""
    if theirs.startswith(before):
        return
    hint = f"if that is intended: git update-ref -d {known_reference(remote)}, and delete the branch {BRANCH}"
    raise UsageError(f"the ledger of {remote} was rewritten: {difference(before, theirs)}", hint=hint)


def difference(before: bytes, now: bytes) -> str:
    """The first line in which a ledger is not what it was."""
    then, found = before.split(b"\n")[:-1], now.split(b"\n")[:-1]
    for number, line in enumerate(then, 1):
        if number > len(found):
            return f"it has {len(found)} lines, and had {len(then)}"
        if found[number - 1] != line:
            return f"line {number} is another one than before"
    return "its end is another one than before"


def _refuse_faulty(data: bytes, which: str) -> None:
    if faults := entries_of(data).faults:
        hint = "see `assay ledger verify`"
        raise UsageError(f"{which} has a fault, so nothing is sent: {faults[0]}", hint=hint)


def _is_above(folder: str, commit: str, later: str) -> bool:
    """Whether a commit is an ancestor of a later one."""
    return git.answer(folder, "merge-base", "--is-ancestor", commit, later) is not None
