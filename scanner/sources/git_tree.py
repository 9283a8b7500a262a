"""The state of a checkout as evidence records it: commit, tree, time, branch, address, what differs, and the blobs."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from msgspec import Struct

from scanner.late import regex
from scanner.sources import git
from scanner.sources.source import NOT_FILES

_USER = regex(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*://)[^/@\s]*@")
_STEPS = ("log", "-1", "--format=%H%n%T%n%ct")


class CheckoutState(Struct, frozen=True):
    """What Git says of a checkout."""

    top: str
    commit: str
    tree: str
    committed: str
    branch: str = ""
    address: str = ""
    """Of the remote repository `origin`, without credentials."""
    dirty: tuple[str, ...] = ()
    """Paths from the top that differ from the commit, or that it does not have."""


def state_of(path: str, revision: str = "") -> CheckoutState | None:
    """The state of the checkout around a path, at a revision; None outside of one or without a commit."""
    folder = os.path.abspath(path)
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    top = git.top(folder)
    if not top:
        return None
    commit = git.commit_of(revision or "HEAD", top) if revision else _line(top, "rev-parse", "--verify", "HEAD")
    if not commit:
        return None
    found = _line(top, *_STEPS, commit, "--").split("\n")
    moment = datetime.fromtimestamp(int(found[2]), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    branch = "" if revision else _line(top, "symbolic-ref", "--quiet", "--short", "HEAD")
    return CheckoutState(
        top,
        found[0],
        found[1],
        moment,
        branch,
        without_user(_line(top, "config", "--get", "remote.origin.url")),
        () if revision else _dirty(top),
    )


def blobs(top: str, commit: str) -> dict[str, str]:
    """Path from the top -> identity, of every file of a commit; raises UsageError where Git does not tell."""
    found = {}
    for record in git.ask(top, "ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0")[:-1]:
        about, _, name = record.partition(b"\t")
        mode, _, identity = about.split(b" ")
        if mode not in NOT_FILES:
            found[os.fsdecode(name)] = identity.decode()
    return found


def without_user(address: str) -> str:
    """An address without the name and the password in it."""
    return _USER.sub(r"\g<scheme>", address)


def _dirty(top: str) -> tuple[str, ...]:
    """Paths that differ, without running a filter that the settings of the checkout, or of one in it, name."""
    filters = _line(top, "config", "--name-only", "--get-regexp", r"^filter\..*\.(clean|smudge|process)$")
    silent = [part for name in filters.split("\n") if name for part in ("-c", f"{name}=")]
    how = ("--porcelain", "-z", "--no-renames", "--untracked-files=all", "--ignore-submodules=dirty")
    said = git.answer(top, *silent, "status", *how)
    return tuple(sorted(os.fsdecode(record[3:]) for record in (said or b"").split(b"\0") if len(record) > 3))  # noqa: PLR2004


def _line(top: str, *arguments: str) -> str:
    said = git.answer(top, *arguments)
    return "" if said is None else said.decode(errors="surrogateescape").strip()
