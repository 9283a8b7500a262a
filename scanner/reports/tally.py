"""Counting by the words of an enumeration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from typing import TypeVar

_Word = TypeVar("_Word", bound=StrEnum)


def tally(found: Iterable[_Word], order: Iterable[_Word]) -> dict[_Word, int]:
    """How often each word of an order was found, in that order; 0 for a word that was not."""
    counts = Counter(found)
    return {word: counts[word] for word in order}
