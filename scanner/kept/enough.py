"""From how many files a cache of results saves time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TypeVar

_Source = TypeVar("_Source")
ENOUGH = 20
"""Files from which looking them up takes less time than working on them."""


def first(sources: Iterator[_Source]) -> list[_Source]:
    """The first sources, as many as a cache is worthwhile for, if there are so many."""
    return list(islice(sources, ENOUGH))
