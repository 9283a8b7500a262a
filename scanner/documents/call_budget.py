"""The limits on all calls of one text together."""

from __future__ import annotations

from msgspec import Struct

from scanner.documents.parsed import LimitExceededError
from scanner.limits import Limits


class Budget(Struct):
    """What the calls of one text may cost together."""

    limits: Limits
    values: int = 0
    """Keys, scalars and collections so far."""
    borrowed: int = 0
    """Of these, the values that constants stand for."""

    def take(self, values: int, line: int) -> None:
        """Count values of the text itself."""
        self.values += values
        if self.values > self.limits.nodes:
            raise LimitExceededError(self.limits.passed("nodes"), line)

    def borrow(self, values: int, line: int) -> None:
        """Count values that a constant stands for."""
        self.borrowed += values
        if self.borrowed > self.limits.borrowed:
            raise LimitExceededError(self.limits.passed("borrowed"), line)
