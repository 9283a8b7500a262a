"""Counts by rule, in the place of the findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from scanner.finished_scan import Scan
from scanner.model import SEVERITIES, Outcome
from scanner.reports.safe_text import safe, width
from scanner.reports.text_layout import SEVERITY_STYLES, TextLayout

_COUNTED = (Outcome.FAIL, Outcome.ERROR, Outcome.UNKNOWN)
_SHORTEST_TITLE = 20


def blocks(scan: Scan, screen: TextLayout) -> Iterator[Iterable[str]]:
    """One table of the rules that failed, were in error or unknown, worst first; none where all passed."""
    lines = list(rows(scan, screen))
    if lines:
        yield lines


def rows(scan: Scan, screen: TextLayout) -> Iterator[str]:
    """The lines of the table."""
    counts: dict[str, Counter[Outcome]] = {}
    for finding in scan.listed:
        if finding.outcome in _COUNTED:
            counts.setdefault(finding.rule, Counter())[finding.outcome] += 1
    if not counts:
        return
    shown = [outcome for outcome in _COUNTED if any(each[outcome] for each in counts.values())]
    widest = max(width(safe(name)) for name in counts)
    yield screen.paint("".join(outcome.value.rjust(8) for outcome in shown) + "  severity  rule", "grey")
    for name in sorted(counts, key=lambda name: (_worst(scan, name), _order(counts[name]), name)):
        severity = scan.rules[name].severity
        numbers = "".join(str(counts[name][outcome] or "-").rjust(8) for outcome in shown)
        start = f"{numbers}  {screen.paint(severity.value.ljust(8), SEVERITY_STYLES[severity])}  "
        room = screen.width - width(f"{numbers}  {severity.value.ljust(8)}  ") - widest - 2
        title = screen.cut(safe(scan.rules[name].title), room) if room >= _SHORTEST_TITLE else ""
        yield f"{start}{safe(name)}{' ' * (widest - width(safe(name)))}  {title}".rstrip()


def _worst(scan: Scan, name: str) -> int:
    return SEVERITIES.index(scan.rules[name].severity)


def _order(counts: Counter[Outcome]) -> tuple[int, ...]:
    return tuple(-counts[outcome] for outcome in _COUNTED)
