"""Annotations of a CI service in the order in which it shows them, no more than it takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct

from scanner.finished_scan import Scan
from scanner.model import Finding
from scanner.places import Location
from scanner.reports.changed import state_of
from scanner.reports.ci.counted import worst_first
from scanner.reports.ci.notes import TITLES, WHOLE, Note, configured, counted, incomplete, proposed, remarks
from scanner.reports.configuration import title
from scanner.reports.fingerprints import SHORT_FINGERPRINT, may_be_waived
from scanner.reports.next_steps import about
from scanner.reports.safe_text import safe
from scanner.reports.sarif.rules import LEVELS

MOST = 10
"""Annotations of each level: GitHub and Azure show so many of a step, and drop the others without a word."""
_NOTES_FIRST = 3
"""Notes on what was not assessed that stand before the findings; the others follow them."""
_LONGEST = 1_000
"""Characters of one text of an annotation."""


class Annotation(Struct, frozen=True):
    """What a service shows beside a line; every text is one safe line."""

    level: str
    title: str
    lines: tuple[str, ...]
    rule: str = ""
    place: Location | None = None


def chosen(scan: Scan, levels: Mapping[str, str], *, remarked: bool) -> Iterator[Annotation]:
    """The annotations of each level, the worst level and the worst findings first.

    `levels` are those of the service, by those of SARIF; `remarked` says whether remarks are annotations too.
    """
    findings, notes = worst_first(scan), [*incomplete(scan), *((*proposed(scan), *remarks(scan)) if remarked else ())]
    for level in dict.fromkeys(levels.values()):
        mine = [finding for finding in findings if levels[LEVELS[finding.severity]] == level]
        told = [note for note in notes if levels[LEVELS[note.severity]] == level]
        yield from _some(scan, level, mine, told)


def lines(
    scan: Scan, written: Callable[[Annotation], str], levels: Mapping[str, str], *, remarked: bool
) -> Iterator[str]:
    """A log: what a configuration changed, the annotations as the service has them written, and the verdict."""
    if scan.run.configuration:
        yield f"configuration: {safe(title(scan.run.configuration))}\n"
        yield from (f"  {safe(note.text)}\n" for note in configured(scan))
    yield from (f"{written(each)}\n" for each in chosen(scan, levels, remarked=remarked))
    if not remarked:
        yield from (f"{safe(note.sentence)}\n" for note in proposed(scan))
        yield from (f"{safe(note.text)}\n" for note in remarks(scan))
    yield f"{safe(scan.verdict.reason)}\n"
    if steps := "; ".join(about(scan, worst_first(scan))):
        yield f"next: {safe(steps)}\n"


def _some(scan: Scan, level: str, findings: Sequence[Finding], notes: Sequence[Note]) -> Iterator[Annotation]:
    """As many as the service shows; the last one says how many are left out."""
    total = len(findings) + len(notes)
    room = total if total <= MOST else MOST - 1
    first = notes[:_NOTES_FIRST]
    shown = findings[: room - len(first)]
    rest = notes[_NOTES_FIRST:][: room - len(first) - len(shown)]
    yield from (_of_note(note, level) for note in first)
    yield from (_of_finding(scan, finding, level) for finding in shown)
    yield from (_of_note(note, level) for note in rest)
    if total > room:
        yield _left_out(level, len(findings) - len(shown), len(notes) - len(first) - len(rest))


def _of_finding(scan: Scan, finding: Finding, level: str) -> Annotation:
    rule = scan.rules[finding.rule]
    change = finding.baseline_state and f"Change: {state_of(finding)}"
    named = f"; fingerprint {finding.fingerprint[:SHORT_FINGERPRINT]}" if may_be_waived(finding) else ""
    fix = rule.remediation and f"Fix: {rule.remediation}"
    said = (finding.message, change, fix, f"Rule: {finding.rule}{named}")
    return Annotation(
        level,
        _line(f"{finding.severity}: {rule.title}"),
        tuple(_line(text) for text in said if text),
        _line(finding.rule),
        finding.location,
    )


def _of_note(note: Note, level: str) -> Annotation:
    place = Location(note.path, note.line, 0, note.line, 0) if note.path != WHOLE else None
    return Annotation(level, TITLES[note.kind], (_line(note.text),), note.kind, place)


def _left_out(level: str, findings: int, notes: int) -> Annotation:
    told = " and ".join(counted(number, noun) for number, noun in ((findings, "finding"), (notes, "message")) if number)
    text = f"{told} of this level are not annotated; the other formats of `assay scan` list all of them."
    return Annotation(level, f"{counted(findings + notes, f'more {level}')} left out", (text,))


def _line(text: str) -> str:
    text = " ".join(text.split())
    return safe(text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…")
