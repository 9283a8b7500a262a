"""One file of a commit or of the index."""

from __future__ import annotations

import hashlib
import os

from scanner.sources import git
from scanner.sources.source import NOT_FILES, Selection

_SHA_1 = 40
"""Digits of an id; one of SHA-256 has more."""


def content(path: str, selection: Selection) -> bytes | None:
    """The content of a file at the revision, or in the index, that a selection names.

    None where it is not a file there, or is not in a checkout.
    """
    folder, name = os.path.split(os.path.abspath(path))
    if not os.path.isdir(folder) or not git.top(folder):
        return None
    if selection.staged:
        listed = git.answer(folder, "ls-files", "--stage", "-z", "--", name, index=selection.index)
    else:
        listed = git.answer(folder, "ls-tree", "-z", selection.revision, "--", name)
    about, _, found = (listed or b"").rstrip(b"\0").partition(b"\t")
    if os.fsencode(name) != found or about[:6] in NOT_FILES:
        return None
    return git.answer(folder, "cat-file", "blob", about.split(b" ")[1 if selection.staged else 2].decode())


def is_in_checkout(path: str, folder: str) -> bool:
    """Whether a file lies in the same checkout as a folder."""
    top = git.top(os.path.realpath(folder))
    return bool(top) and git.top(os.path.realpath(os.path.dirname(os.path.abspath(path)))) == top


def names(path: str, revision: str) -> list[str]:
    """The files at and below a path at a revision of the checkout that it lies in, by names as the path is given."""
    folder, name = os.path.split(os.path.abspath(path))
    if not os.path.isdir(folder) or not git.top(folder):
        return []
    listed = git.answer(folder, "ls-tree", "-r", "-z", "--name-only", revision, "--", name) or b""
    return [os.path.join(os.path.dirname(path), os.fsdecode(each)) for each in listed.split(b"\0") if each]


def identity_of(content: bytes, commit: str) -> bytes:
    """The id that Git gives to a content in the repository of a commit."""
    algorithm = hashlib.sha1 if len(commit) == _SHA_1 else hashlib.sha256
    return algorithm(b"blob %d\0" % len(content) + content).hexdigest().encode()
