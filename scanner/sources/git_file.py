"""One file of a commit or of the index."""

from __future__ import annotations

import hashlib
import os

from scanner.sources import git
from scanner.sources.source import NOT_FILES, Selection

_SHA_1 = 40
"""Digits of an id; one of SHA-256 has more."""


def content(path: str, selection: Selection) -> bytes | None:
    """The content of a file of the checkout around the current folder, at the revision or in the index of a selection.

    None where it is not a file there. What lies on disk at the path, or above it, does not matter: a change may have
    deleted the folder, or put a link or a submodule in its place.
    """
    top, name = _place(path)
    if not name:
        return None
    if selection.staged:
        listed = git.answer(top, "ls-files", "--stage", "-z", "--", name, index=selection.index)
    else:
        listed = git.answer(top, "ls-tree", "-z", selection.revision, "--", name)
    about, _, found = (listed or b"").rstrip(b"\0").partition(b"\t")
    if os.fsencode(name) != found or about[:6] in NOT_FILES:
        return None
    return git.answer(top, "cat-file", "blob", about.split(b" ")[1 if selection.staged else 2].decode())


def is_in_checkout(path: str) -> bool:
    """Whether a path lies in the checkout around the current folder, so that a change may reach it."""
    return bool(_place(path)[1])


def names(path: str, revision: str) -> list[str]:
    """The files at and below a path at a revision of the checkout, by names from the current folder."""
    top, name = _place(path)
    listed = git.answer(top, "ls-tree", "-r", "-z", "--name-only", revision, "--", name) if name else None
    found = (os.path.join(top, os.fsdecode(each)) for each in (listed or b"").split(b"\0") if each)
    return [os.path.relpath(each) for each in found]


def _place(path: str) -> tuple[str, str]:
    """The top of the checkout around the current folder, and the name of a path from there; empty for one outside."""
    top = git.top(os.getcwd())
    whole = os.path.abspath(path)
    for known in (whole, os.path.realpath(whole)) if top else ():
        if known.startswith(f"{top.rstrip('/')}/"):
            return top, os.path.relpath(known, top)
    return top, ""


def identity_of(content: bytes, commit: str) -> bytes:
    """The id that Git gives to a content in the repository of a commit."""
    algorithm = hashlib.sha1 if len(commit) == _SHA_1 else hashlib.sha256
    return algorithm(b"blob %d\0" % len(content) + content).hexdigest().encode()
