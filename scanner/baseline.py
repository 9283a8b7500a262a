"""What a comparison with the base of a change says of a finding."""

from __future__ import annotations

from enum import StrEnum


class BaselineState(StrEnum):
    """What became of a finding since the base of a comparison."""

    NEW = "new"
    """The base does not have it."""
    WORSE = "worse"
    """The base has it with a better value."""
    UNCHANGED = "unchanged"
    FIXED = "fixed"
    """Only the base has it."""
    MOVED = "moved"
    """The base has it in another file, container, namespace or kind of owner."""
    INCOMPARABLE = "incomparable"
    """Its file cannot be read on one of the two sides."""
    OUT_OF_SIGHT = "out-of-sight"
    """It is unknown now; it failed on the base, or passed because of an object that the change deletes or alters."""


COUNTED = {None, BaselineState.NEW, BaselineState.WORSE, BaselineState.OUT_OF_SIGHT}
"""States of what a change made worse; None where nothing was compared."""


class Worse(StrEnum):
    """Which of two values of a failing field is worse."""

    HIGHER = "higher"
    """The higher number."""
    LOWER = "lower"
    """The lower number."""
    MORE = "more"
    """A list with an item that the other does not hold."""
    NEVER = "never"
    """Neither: the finding is about what the value lacks, or any failing value is as bad as any other."""
