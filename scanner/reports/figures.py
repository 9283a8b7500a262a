"""Figures in words."""

from __future__ import annotations


def percent(share: float) -> int:
    """A share in hundredths, which is 0 or 100 only where that is exact."""
    rounded = round(100 * share)
    return min(max(rounded, 1), 99) if 0 < share < 1 else rounded
