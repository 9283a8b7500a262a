"""Findings in files that could not be read on the base alone: those in lines that the change writes are new."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from msgspec.structs import replace

from scanner.baseline import BaselineState
from scanner.gate.changed_lines import changed_content
from scanner.model import Finding, Outcome
from scanner.scan import Evaluated

_NAMED = 3
"""Findings of a file that are named; of more, the number is given."""


def judged(findings: Sequence[Finding], now: Evaluated, of_base: Callable[[str], bytes | None]) -> list[Finding]:
    """The findings, where those that are incomparable are new if their line is; `of_base` gives the text of a file."""
    lines: dict[str, Callable[[int], bool]] = {}
    done = []
    for finding in findings:
        path = finding.location.path
        if finding.baseline_state is BaselineState.INCOMPARABLE and path in now.read.contents:
            if path not in lines:
                lines[path] = _holds(of_base(path), now.read.contents[path])
            if lines[path](finding.location.line):
                finding = replace(finding, baseline_state=BaselineState.NEW)  # noqa: PLW2901 - the same one
        done.append(finding)
    return done


def _holds(before: bytes | None, now: bytes) -> Callable[[int], bool]:
    """Whether a line of a file is new or changed; of one that is not there, nothing is known."""
    if before is None:
        return lambda _: False
    numbers = changed_content(before, now)
    return lambda line: numbers is not None and line in numbers


def told(findings: Sequence[Finding]) -> dict[str, str]:
    """What could not be compared in each file, in words."""
    by_path: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.baseline_state is BaselineState.INCOMPARABLE and finding.outcome is Outcome.FAIL:
            by_path[finding.location.path].append(finding)
    return {path: ", ".join(_named(some)) for path, some in by_path.items()}


def _named(some: Sequence[Finding]) -> Iterator[str]:
    for finding in some[:_NAMED]:
        yield f"{finding.rule} in line {finding.location.line}"
    if len(some) > _NAMED:
        yield f"and {len(some) - _NAMED} more"
