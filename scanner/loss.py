"""Parts of inputs that were not assessed."""

from __future__ import annotations

from msgspec import Struct

EMBEDDED, WORKFLOW, UNREAD_PART, OUTSIDE = "embedded", "workflow", "unreadable", "outside"
"""Kinds of losses other than names of formats. The first two are in documentation, source code or CI workflows."""
NOT_OURS = frozenset({EMBEDDED, WORKFLOW, OUTSIDE})


class Loss(Struct, frozen=True):
    """A part of an input that was not assessed."""

    line: int
    """1-based line at which it begins, 0 where it is not known."""
    kind: str
    """The format, of those that are recognised and not read; `unreadable` for what cannot be read and may be ours;
    `embedded` for what cannot be read in documentation or source code; `workflow` for one of a CI service; `outside`
    for what an object names that is not among the scanned files, so that nothing of these was left unread."""
    reason: str
    folder: str = ""
    """For `outside`: the folder of a repository that is named, if it may be among the scanned files."""
    file: str = ""
    """The file that is named and completes the input: nothing is lost if it is among the scanned files."""
    named: str = ""
    """What it is named as, where it must have been read as that: `compose` or `env-file`;
    `mount` where it must not be a link that leads out of the scanned files."""
