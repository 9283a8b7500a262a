"""Whether an input was assessed whole: the same answer for the gate, the frameworks and the reports."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.loss import NOT_OURS, OUTSIDE, UNREAD_PART
from scanner.model import Input, InputStatus


def is_incomplete(item: Input, *, strict: bool) -> bool:
    """Whether an input, or a part of it that Assay supports, was not assessed.

    `strict` also counts documentation, source code and CI workflows. Inputs that the configuration accepts as not
    assessed count too; see `Input.accepted`.
    """
    return any(True for _ in missing_kinds(item, strict=strict))


def missing_kinds(item: Input, *, strict: bool = False) -> Iterator[str]:
    """The kinds of what was not assessed in an input."""
    if item.status is InputStatus.UNREADABLE:
        yield UNREAD_PART
    elif item.status is InputStatus.NOT_ASSESSED:
        yield from item.formats
    for loss in item.losses:
        if loss.kind != OUTSIDE and (strict or loss.kind not in NOT_OURS):
            yield loss.kind
