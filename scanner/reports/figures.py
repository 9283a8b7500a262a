"""Figures in words."""

from __future__ import annotations

from scanner.controls import FrameworkSummary


def left_out(framework: FrameworkSummary) -> str:
    """How many rules that bear on a framework did not run because of the configuration."""
    if framework.not_run == 1:
        return "1 rule that bears on it was left out by the configuration"
    return f"{framework.not_run} rules that bear on it were left out by the configuration"


def percent(share: float) -> int:
    """A share in hundredths, which is 0 or 100 only where that is exact."""
    rounded = round(100 * share)
    return min(max(rounded, 1), 99) if 0 < share < 1 else rounded
