"""Figures in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from scanner.controls import ControlStatus, FrameworkSummary, Measure
from scanner.finished_scan import Scan

FAMILIES = ("soc2", "pci-dss", "gdpr", "owasp", "zero-trust")
"""The frameworks, or families of them, that are listed first if none was requested."""


INCOMPLETE = "not all inputs in scope were assessed"
"""Something that belongs to it was not assessed."""


class OrderedFrameworks(NamedTuple):
    """The frameworks of a scan: those to list first, and the others."""

    first: tuple[FrameworkSummary, ...]
    others: tuple[FrameworkSummary, ...]


def in_order(scan: Scan) -> OrderedFrameworks:
    """The requested frameworks first, else those of the five families; within a family in the order of the scan."""
    names = scan.run.asked or FAMILIES
    ranked = [(place, each) for each in scan.frameworks if (place := _place(each, names)) is not None]
    first = tuple(each for _, each in sorted(ranked, key=lambda pair: pair[0]))
    return OrderedFrameworks(first, tuple(each for each in scan.frameworks if each not in first))


def _place(framework: FrameworkSummary, names: Iterable[str]) -> int | None:
    """Which of some names means a framework: its id, with its edition, or the family that its id begins with."""
    for place, name in enumerate(names):
        exact = name in (framework.id, f"{framework.id}@{framework.edition}")
        if exact or (name in FAMILIES and framework.id.startswith(f"{name}-")):
            return place
    return None


def description(framework: FrameworkSummary) -> str:
    """All figures of a framework, in one line."""
    parts = (statuses(framework), conformity(framework), evidence(framework), *limits(framework), scope(framework))
    return "; ".join(part for part in parts if part)


def statuses(framework: FrameworkSummary) -> str:
    """How many of its controls have which status."""
    noun = members(framework.measure)
    if framework.applicable == 0:
        return f"none of its {framework.controls} {noun} applies"
    counts = framework.counts
    word = f" ({framework.by_word} of them supported only by statements in documents)" if framework.by_word else ""
    parts = (
        (counts[ControlStatus.ERROR], "in error"),
        (counts[ControlStatus.NOT_SATISFIED], "not satisfied"),
        (counts[ControlStatus.WEAKENED], "weakened"),
        (framework.waived, "of these waived"),
        (framework.uncontradicted, f"without contradiction{word}"),
        (counts[ControlStatus.NOT_ASSESSED], "not assessed"),
        (counts[ControlStatus.MANUAL], "manual"),
        (counts[ControlStatus.NOT_APPLICABLE], "not applicable"),
    )
    said = [f"{number} {what}" for number, what in parts if number]
    return f"of {framework.controls} {noun}: {', '.join(said)}"


def conformity(framework: FrameworkSummary) -> str:
    """The share of satisfied controls among those that files can show in full; empty where there are none."""
    if framework.conformity is None:
        return ""
    satisfied = framework.counts[ControlStatus.SATISFIED]
    noun = "control" if framework.full == 1 else "controls"
    share = f"{satisfied} of {framework.full} {noun} that files can show in full"
    return f"satisfied: {share} ({percent(framework.conformity)}%)"


def evidence(framework: FrameworkSummary) -> str:
    """What the statuses rest on."""
    parts = (
        (framework.covered, "from manifests for {}"),
        (framework.declared, "only from statements in documents for {}"),
        (framework.low, "only by rules of low strength, which decide no status, for {}"),
    )
    said = [what.format(number) for number, what in parts if number]
    return f"evidence {', '.join(said)}" if said else ""


def limits(framework: FrameworkSummary) -> Iterator[str]:
    """What makes the figures less than they could be."""
    if text := not_run(framework):
        yield text
    if framework.incomplete:
        yield INCOMPLETE


def not_run(framework: FrameworkSummary) -> str:
    """How many rules were left out; empty where none was."""
    number = framework.not_run
    noun = "1 rule that is mapped to it was" if number == 1 else f"{number} rules that are mapped to it were"
    return f"{noun} not run" if number else ""


def scope(framework: FrameworkSummary) -> str:
    """The part of what was scanned that belongs to it; empty where all does."""
    return f"scope {' '.join(framework.scope)}: {framework.scope_inputs} assessed" if framework.scope else ""


def members(measure: Measure) -> str:
    """What the members of a framework are called."""
    match measure:
        case Measure.CONTROLS:
            return "controls"
        case Measure.CATEGORIES:
            return "categories"
        case Measure.MATURITY:
            return "entries"


def percent(share: float) -> int:
    """A share in hundredths, which is 0 or 100 only where that is exact."""
    rounded = round(100 * share)
    return min(max(rounded, 1), 99) if 0 < share < 1 else rounded
