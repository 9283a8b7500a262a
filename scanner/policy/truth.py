"""The truth of a condition, separate from the outcome of the rule that evaluates it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum


class Truth(Enum):
    """The result of a condition."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"
    """Something that decides is not known, such as a field that is missing."""
    ERROR = "error"
    """The condition cannot be evaluated."""


def truth_of(value: bool) -> Truth:
    """The truth of a value that is known."""
    return Truth.TRUE if value else Truth.FALSE


def negated(truth: Truth) -> Truth:
    """Kleene's not."""
    return {Truth.TRUE: Truth.FALSE, Truth.FALSE: Truth.TRUE}.get(truth, truth)


def all_of(truths: Iterable[Truth]) -> Truth:
    """Kleene's and: one that is false decides."""
    return _first(truths, Truth.FALSE, Truth.ERROR, Truth.UNKNOWN, Truth.TRUE)


def any_of(truths: Iterable[Truth]) -> Truth:
    """Kleene's or: one that is true decides."""
    return _first(truths, Truth.TRUE, Truth.ERROR, Truth.UNKNOWN, Truth.FALSE)


def _first(truths: Iterable[Truth], *order: Truth) -> Truth:
    """The first of an order that is among some; the last where there are none."""
    found = set(truths)
    return next((truth for truth in order if truth in found), order[-1])
