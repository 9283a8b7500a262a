"""The ledger as a table: what became of every input, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from scanner.finished_scan import Scan
from scanner.model import Input, InputStatus
from scanner.reports.configuration import sentences, title
from scanner.reports.format import TextFormat
from scanner.reports.read_parts import read_parts
from scanner.reports.safe_text import safe, width

_NAMES = ("status", "subjects", "formats", "context", "input", "reason")
_WIDEST = 60
"""Columns of an input's name that others are aligned to; a longer name pushes its reason out."""
_REASONS = 10
"""Reasons for skipping that are counted, the most frequent ones."""


def render(scan: Scan) -> str:
    """One line for each input, in the order of the scan, then how many there are of each reason and status."""
    rows = [_NAMES, *(_row(item) for item in scan.inputs)]
    widths = [max(width(row[column]) for row in rows) for column in range(len(_NAMES))]
    widths[-2] = min(widths[-2], _WIDEST)
    lines = [_line(_NAMES, widths)]
    for item, row in zip(scan.inputs, rows[1:], strict=True):
        lines += (_line(row, widths), *_further(item))
    return "\n".join((*_configuration(scan), *lines, "", *_summary(scan), ""))


def _configuration(scan: Scan) -> Iterator[str]:
    if scan.run.configuration:
        yield f"configuration: {safe(title(scan.run.configuration))}"
        yield from (f"  {safe(each)}" for each in sentences(scan.run.configuration))
        yield ""


def _row(item: Input) -> tuple[str, ...]:
    subjects = str(item.subjects) if item.subjects or item.status is InputStatus.ASSESSED else "-"
    return (
        item.status.value,
        subjects,
        ", ".join(item.formats) or "-",
        item.context.value,
        safe(item.path),
        safe(item.reason),
    )


def _further(item: Input) -> Iterator[str]:
    """What was read of a model, the parts of an input that were not assessed, and why that is accepted."""
    if told := read_parts(item):
        yield f"    {told}"
    for loss in item.losses:
        yield f"    line {loss.line}, {loss.kind}: {safe(loss.reason)}"
    if item.accepted:
        yield f"    accepted as not assessed: {safe(item.accepted)}"


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    return "  ".join(text + " " * (room - width(text)) for text, room in zip(row, widths, strict=True)).rstrip()


def _summary(scan: Scan) -> Iterator[str]:
    reasons = Counter(item.reason for item in scan.inputs if item.status is InputStatus.SKIPPED)
    for reason, number in reasons.most_common(_REASONS):
        yield f"{number:>8}  {safe(reason)}"
    if more := sum(reasons.values()) - sum(number for _, number in reasons.most_common(_REASONS)):
        yield f"{more:>8}  for other reasons"
    if reasons:
        yield ""
    statuses = Counter(item.status for item in scan.inputs)
    yield f"{len(scan.inputs)} inputs: " + ", ".join(f"{statuses[status]} {status}" for status in InputStatus)
    yield scan.verdict.reason


FORMAT = TextFormat(media_type="text/plain", for_terminal=True, shows_fixes=False, tells_commit=False, render=render)
