"""The ledger as a table: what became of every input, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from scanner.model import Input, InputStatus, Scan
from scanner.reports.table import safe

_NAMES = ("status", "subjects", "formats", "input", "reason")
_WIDEST = 60
"""Columns of an input's name that others are aligned to; a longer name pushes its reason out."""


def render(scan: Scan) -> str:
    """One line for each input, in the order of the scan, then how many there are of each status."""
    rows = [_NAMES, *(_row(item) for item in scan.inputs)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_NAMES))]
    widths[-2] = min(widths[-2], _WIDEST)
    return "\n".join((*(_line(row, widths) for row in rows), "", *_summary(scan), ""))


def _row(item: Input) -> tuple[str, ...]:
    subjects = str(item.subjects) if item.status is InputStatus.ASSESSED else "-"
    return item.status.value, subjects, ", ".join(item.formats) or "-", safe(item.path), safe(item.reason)


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    return "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()


def _summary(scan: Scan) -> Iterator[str]:
    statuses = Counter(item.status for item in scan.inputs)
    yield f"{len(scan.inputs)} inputs: " + ", ".join(f"{statuses[status]} {status}" for status in InputStatus)
    yield scan.verdict.reason
