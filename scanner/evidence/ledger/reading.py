"""The bytes of a ledger -> its entries, and each fault of the chain by the number of its line."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from scanner import safe_read
from scanner.errors import UnreadableError, UsageError
from scanner.evidence.ledger.entry import Entry, line_digest, read
from scanner.limits import MIB
from scanner.sources import git

BRANCH = "assay-ledger"
NAME = "ledger.jsonl"
REFERENCE = f"refs/heads/{BRANCH}"
REFERENCES = (REFERENCE, f"refs/remotes/origin/{BRANCH}")
"""Where the ledger is read from: the branch, or in a new clone that of the remote repository."""
MOST_BYTES = 2048 * MIB


class Line(Struct, frozen=True):
    """A line of a ledger as it was read."""

    number: int
    """From 1."""
    digest: str
    entry: Entry | None
    fault: str = ""
    """Why it cannot be an entry."""


class Chain(Struct, frozen=True):
    """What a ledger holds."""

    entries: tuple[Entry, ...]
    """Those that can be read, in the order of their lines."""
    faults: tuple[str, ...] = ()
    """Empty for a ledger in which each line is followed by the one that belongs there."""
    lines: tuple[Line, ...] = ()


def entries_of(data: bytes) -> Chain:
    """The entries of a ledger, and what is wrong with its lines."""
    *texts, rest = data.split(b"\n")
    lines = tuple(_line(number, text) for number, text in enumerate(texts, 1))
    entries = tuple(line.entry for line in lines if line.entry is not None)
    if not rest and len(entries) == len(lines) and _follows(lines):
        return Chain(entries, (), lines)
    from scanner.evidence.ledger.diagnosis import faults

    return Chain(entries, tuple(faults(lines, cut_off=bool(rest))), lines)


def _line(number: int, text: bytes) -> Line:
    found = read(text)
    if isinstance(found, str):
        return Line(number, line_digest(text), None, found)
    return Line(number, line_digest(text), found)


def _follows(lines: tuple[Line, ...]) -> bool:
    """Whether each line has its number and the digest of the one before."""
    previous = ""
    for line in lines:
        entry = line.entry
        if entry is None or entry.sequence != line.number or entry.previous != previous:
            return False
        previous = line.digest
    return True


def ledger_bytes(root: Path, file: Path | None = None) -> bytes:
    """The ledger in a file, or on the branch of the repository around a folder; raises UsageError without one."""
    if file is not None:
        try:
            return safe_read.read(file, MOST_BYTES, follow=False)
        except UnreadableError as error:
            raise UsageError(error.message, str(file)) from None
    folder = git.checkout_of([str(root)])
    return bytes_at(folder, needed_commit(folder))


def needed_commit(folder: str) -> str:
    """The commit that holds the ledger of a repository; raises UsageError without one."""
    commit = ledger_commit(folder)
    if not commit:
        hint = "record a run: assay ledger append PACK, or name a file: --file FILE"
        raise UsageError(f"there is no ledger: the repository has no branch {BRANCH}", hint=hint)
    return commit


def ledger_commit(folder: str) -> str:
    """The commit that holds the ledger of a repository; empty without one."""
    for name in REFERENCES:
        if found := git.answer(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"):
            return found.decode().strip()
    return ""


def bytes_at(folder: str, commit: str) -> bytes:
    """The ledger of a commit; raises UsageError where it has none."""
    found = git.answer(folder, "cat-file", "blob", f"{commit}:{NAME}")
    if found is None:
        raise UsageError(f"the commit {commit} holds no {NAME}", hint="name a commit of the branch of the ledger")
    return found
