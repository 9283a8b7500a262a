"""Puts entries at the end of a ledger: on its branch, one commit each, or in a file."""

from __future__ import annotations

import fcntl
import os
import random
import time
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from scanner import safe_read
from scanner.errors import UnreadableError, UsageError
from scanner.evidence.ledger.entry import Entry, line_digest, line_of, read
from scanner.evidence.ledger.reading import BRANCH, MOST_BYTES, NAME, REFERENCE, bytes_at, ledger_commit
from scanner.safe_write import opened_folder, write_file
from scanner.safe_write.places import LISTED, followed, told
from scanner.sources import git, git_folder, git_writing

_TRIES = 100
_PAUSE = 0.02
"""Seconds; somebody else is writing."""


class Appended(Struct, frozen=True):
    """Where an entry is."""

    sequence: int
    digest: str
    """Of its line."""
    already: bool = False
    """It was there before."""


class Extended(Struct, frozen=True):
    """A ledger with a further line, or with the line that it already had."""

    data: bytes
    place: Appended


def extended(data: bytes, entry: Entry) -> Extended:
    """A ledger with an entry at its end, unless a line is about the same pack or the same results.

    Raises UsageError where the last line is not an entry: what follows it would not hold.
    """
    if before := _line_about(data, entry.digest):
        return Extended(data, before)
    last = last_line(data)
    own = read(last) if last else None
    if isinstance(own, str):
        hint = "see `assay ledger verify`"
        raise UsageError(f"the last line of the ledger is damaged, so nothing is appended: {own}", hint=hint)
    placed = replace(entry, sequence=own.sequence + 1 if own else 1, previous=line_digest(last) if last else "")
    line = line_of(placed)
    return Extended(b"".join((data, line, b"\n")), Appended(placed.sequence, line_digest(line)))


def last_line(data: bytes) -> bytes:
    """The last line, without its end; what follows the last end of line, where there is something."""
    return data[data.rstrip(b"\n").rfind(b"\n") + 1 :].removesuffix(b"\n") if data else b""


def _line_about(data: bytes, digest: str) -> Appended | None:
    """The line with the digest of a pack or of results."""
    place = data.find(f'"digest":"{digest}"'.encode())
    if place < 0:
        return None
    start, end = data.rfind(b"\n", 0, place) + 1, data.find(b"\n", place)
    line = data[start : end if end >= 0 else len(data)]
    own = read(line)
    return None if isinstance(own, str) else Appended(own.sequence, line_digest(line), already=True)


def append_to_file(file: Path, entry: Entry) -> Appended:
    """Put an entry at the end of a file, which is replaced as a whole; one process at a time does so."""
    with told(file), opened_folder(os.path.dirname(followed(file, target=True)), flags=LISTED) as folder:
        fcntl.flock(folder, fcntl.LOCK_EX)
        try:
            data = safe_read.read(file, MOST_BYTES, follow=False) if os.path.lexists(file) else b""
        except UnreadableError as error:
            raise UsageError(error.message, str(file)) from None
        made = extended(data, entry)
        if not made.place.already:
            write_file(file, [made.data], durable=True)
        return made.place


def append_to_branch(root: Path, entry: Entry) -> Appended:
    """Put an entry at the end of the ledger of a repository, in a commit; the work tree stays as it is."""
    folder = git.checkout_of([str(root)])
    refuse_checked_out(folder)
    with git_folder.looked_through_once():
        for _ in range(_TRIES):
            old = git_writing.commit_at(folder, REFERENCE)
            start = old or ledger_commit(folder)
            made = extended(bytes_at(folder, start) if start else b"", entry)
            if made.place.already:
                return made.place
            if git_writing.move(folder, REFERENCE, commit(folder, start, made), old):
                return made.place
            pause()
    raise UsageError(
        f"the branch {BRANCH} is being written by others", hint=f"try again, or remove {REFERENCE}.lock if it stays"
    )


def commit(folder: str, parent: str, made: Extended) -> str:
    """A commit with a further line."""
    own = read(last_line(made.data))
    about = f", {own.kind} {own.verdict}" if isinstance(own, Entry) else ""
    message = f"ledger: entry {made.place.sequence}{about}\n\nEntry: {made.place.digest}\n"
    return git_writing.commit_file(folder, NAME, made.data, parent, message)


def commit_all(folder: str, parent: str, data: bytes, entries: Iterable[Entry]) -> tuple[str, bytes, int]:
    """(commit, ledger, number) after entries that the ledger does not have, one commit each."""
    number = 0
    for entry in entries:
        made = extended(data, entry)
        if not made.place.already:
            parent, data, number = commit(folder, parent, made), made.data, number + 1
    return parent, data, number


def refuse_checked_out(folder: str) -> None:
    """Raise UsageError where the branch is checked out: its files would no longer be those of the commit."""
    if (git.answer(folder, "symbolic-ref", "--quiet", "HEAD") or b"").strip() == REFERENCE.encode():
        raise UsageError(f"the branch {BRANCH} is checked out", hint="check out another branch")


def pause() -> None:
    """Wait for somebody else, each time for another while."""
    time.sleep(random.uniform(_PAUSE / 2, _PAUSE * 2))  # noqa: S311 - nothing secret
