"""A ledger -> its faults: of the chain, of the commits that made it, and of anchors that a reader has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scanner.errors import UsageError
from scanner.evidence.ledger.pushing import FETCHED, KNOWN, difference
from scanner.evidence.ledger.reading import BRANCH, Chain, bytes_at, entries_of, ledger_bytes, needed_commit
from scanner.evidence.verifying import Verification
from scanner.late import regex
from scanner.sources import git

_ENTRY = regex(r"ledger: entry (?P<sequence>\d{1,12})\b.*")
_DIGEST = regex(r"sha256:[0-9a-f]{64}")
_SHORT = 12


def verify(
    root: Path, file: Path | None, anchors: tuple[str, ...], authority: Path | None
) -> tuple[Chain, Verification]:
    """The entries of a ledger, and what is wrong with it."""
    if file is not None:
        data = ledger_bytes(root, file)
        chain = entries_of(data)
        found = _of_chain(chain)
    else:
        folder = git.checkout_of([str(root)])
        known = _known(folder)  # before the branch, which may grow at any time
        commit = needed_commit(folder)
        data = bytes_at(folder, commit)
        chain = entries_of(data)
        found = _of_chain(chain).with_more(_of_commits(folder, commit, chain)).with_more(_of_known(folder, known, data))
    for anchor in anchors:
        found = found.with_more(_of_anchor(root, data, chain, anchor, authority))
    return chain, found


def _of_chain(chain: Chain) -> Verification:
    return Verification(chain.faults if chain.lines else ("the ledger is empty",))


def _of_anchor(root: Path, data: bytes, chain: Chain, anchor: str, authority: Path | None) -> Verification:
    """Whether the ledger still holds what was recorded elsewhere: a digest, a tag, or a time stamp in a file."""
    if _DIGEST.fullmatch(anchor):
        line = next((line.number for line in chain.lines if line.digest == anchor), 0)
        return Verification((), (f"{anchor} is line {line}",)) if line else Verification((f"no line has {anchor}",))
    if Path(anchor).is_file():
        return _of_stamp(data, Path(anchor), authority)
    folder = git.checkout_of([str(root)])
    before = bytes_at(folder, git.commit_of(anchor, folder))
    if not data.startswith(before):
        return Verification((f"the ledger is not the one of {anchor}: {difference(before, data)}",))
    number = before.count(b"\n")
    lines = f"{number} line{'' if number == 1 else 's'}"
    note = f"the ledger holds the {lines} of {anchor}; `git verify-tag` checks who signed a tag"
    return Verification((), (note,))


def _of_stamp(data: bytes, stamp: Path, authority: Path | None) -> Verification:
    from scanner.evidence.timestamp import check_one_of

    if authority is None:
        raise UsageError(f"{stamp} is a file, and a time stamp needs --tsa", hint="name its certificates: --tsa CA")
    lines = data.split(b"\n")[:-1]
    found = check_one_of(lines, stamp, authority, lambda at: f"line {at + 1}", "none of the lines of the ledger")
    return Verification(tuple(f"{stamp}: {each}" for each in found.faults), found.notes)


def _known(folder: str) -> dict[str, str]:
    """Reference -> commit, of what other repositories had when they were last seen."""
    said = git.ask(folder, "for-each-ref", "--format=%(refname) %(objectname)", KNOWN).decode().splitlines()
    found = dict(line.split(" ", 1) for line in said)
    return {name: commit for name, commit in found.items() if not name.endswith(FETCHED)}


def _of_known(folder: str, known: dict[str, str], data: bytes) -> Verification:
    """Whether the ledger holds what other repositories had."""
    faults = []
    for name, commit in known.items():
        before = bytes_at(folder, commit)
        if not data.startswith(before):
            remote = name.rpartition("/")[2]
            faults.append(f"the ledger is not the one that was sent to {remote}: {difference(before, data)}")
    return Verification(tuple(faults))


def _of_commits(folder: str, commit: str, chain: Chain) -> Verification:
    """Whether each line is the one that its commit recorded."""
    recorded: dict[int, str] = {}
    faults = []
    for made, parents, message in _history(folder, commit):
        subject, _, body = message.partition("\n")
        entry, digest = _ENTRY.fullmatch(subject), _DIGEST.search(body)
        if " " in parents:
            faults.append(f"commit {made} merges two histories")
        elif not entry or not digest:
            faults.append(f"commit {made} does not record an entry")
        elif recorded.setdefault(int(entry["sequence"]), digest[0]) != digest[0]:
            faults.append(f"commit {made} records entry {entry['sequence']}, and so does another one")
    faults += _compared(chain, recorded)
    if (git.answer(folder, "rev-parse", "--is-shallow-repository") or b"").strip() == b"true":
        return Verification(tuple(faults), ("the clone is shallow: commits before it were not compared",))
    unknown = [line.number for line in chain.lines if line.number not in recorded]
    faults += [f"line {number}: no commit of the branch {BRANCH} records it" for number in unknown]
    return Verification(tuple(faults))


def _compared(chain: Chain, recorded: dict[int, str]) -> Iterator[str]:
    for sequence, digest in sorted(recorded.items()):
        found = chain.lines[sequence - 1].digest if 0 < sequence <= len(chain.lines) else "none"
        if found != digest:
            yield f"line {sequence}: its commit recorded {digest}, and it has {found}"


def _history(folder: str, head: str) -> Iterator[tuple[str, str, str]]:
    """(commit, parents, message) of the branch."""
    said = git.ask(folder, "log", "-z", "--first-parent", "--format=%H%n%P%n%B", head, "--")
    for record in said.decode(errors="replace").split("\0"):
        if record:
            commit, parents, message = record.split("\n", 2)
            yield commit[:_SHORT], parents, message
