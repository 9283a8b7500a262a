"""A scan on one page of Markdown, within a number of bytes: the verdict, what was not assessed, the worst findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from scanner.exit_codes import CLEAN, FAILED, INCOMPLETE, NOTHING
from scanner.finished_scan import DISCLAIMER, Scan
from scanner.model import SEVERITIES, Finding, InputStatus, Outcome
from scanner.reports import figures
from scanner.reports.changed import fixed, former_place, former_subject, state_of
from scanner.reports.ci.counted import worst_first
from scanner.reports.ci.markdown import code, prose
from scanner.reports.ci.notes import (
    TITLES,
    WHOLE,
    Kind,
    Note,
    configured,
    counted,
    incomplete,
    proposed,
    remarks,
    undecided,
)
from scanner.reports.configuration import title
from scanner.reports.fingerprints import SHORT_FINGERPRINT, may_be_waived
from scanner.reports.next_steps import about

_WORDS = {CLEAN: "passed", FAILED: "failed", NOTHING: "nothing to assess", INCOMPLETE: "incomplete"}
_SHOWN_FIXED = 5
_MORE = 200
"""Bytes that the line takes which says how much is left out."""


class Size(Struct, frozen=True):
    """How much a page may hold."""

    bytes: int
    places: int
    """Findings that are listed of one rule."""


def page(scan: Scan, size: Size) -> Iterator[str]:
    """The page, line by line; what does not fit is counted."""
    head = [*_head(scan), *_configuration(scan, size.bytes // 8), *_incomplete(scan, size.bytes // 4)]
    of_change = [*_fixed(scan, size.bytes // 16), *_waivers(scan, size.bytes // 16)]
    rest = [*_unknown(scan, size.bytes // 8), *_frameworks(scan, size.bytes // 8)]
    tail = [*of_change, *rest, *_next(scan), "", DISCLAIMER]
    room = size.bytes - _bytes((*head, *tail))
    for line in (*head, *_findings(scan, room, size.places), *tail):
        yield f"{line}\n"


def _head(scan: Scan) -> Iterator[str]:
    yield f"## Assay: {_WORDS.get(scan.verdict.exit_code, 'not finished')}"
    yield from ("", prose(scan.verdict.reason), "")
    failed = Counter(finding.severity for finding in worst_first(scan))
    columns: dict[str, int] = {
        **{severity.value: failed[severity] for severity in SEVERITIES},
        **{outcome: scan.outcomes.get(outcome, 0) for outcome in (Outcome.UNKNOWN, Outcome.ERROR, Outcome.PASS)},
    }
    yield f"| {' | '.join(columns)} |"
    yield f"|{' ---: |' * len(columns)}"
    yield f"| {' | '.join(f'{number:,}' for number in columns.values())} |"
    statuses = Counter(item.status for item in scan.inputs)
    yield from ("", f"Inputs: {', '.join(f'{statuses[status]:,} {status}' for status in InputStatus)}.")


def _configuration(scan: Scan, room: int) -> Iterator[str]:
    if scan.run.configuration:
        yield from ("", "### Configuration", "", f"The configuration ({code(title(scan.run.configuration))}) sets:", "")
        yield from _listed([f"- {code(note.text)}" for note in configured(scan)], room, "change")


def _incomplete(scan: Scan, room: int) -> Iterator[str]:
    if notes := list(incomplete(scan)):
        yield from ("", "### Not assessed", "")
        yield from _listed(map(_note, notes), room, "line", len(notes))


def _note(note: Note) -> str:
    place = "" if note.path == WHOLE else code(f"{note.path}:{note.line}" if note.line else note.path)
    what = "" if note.text == note.sentence else f"{TITLES[note.kind]}:"
    return " ".join(part for part in ("-", place, what, prose(note.text)) if part)


def _findings(scan: Scan, room: int, places: int) -> Iterator[str]:
    """Each rule with its findings, the worst first, as far as there is room."""
    groups: dict[str, list[Finding]] = {}
    for finding in worst_first(scan):
        groups.setdefault(finding.rule, []).append(finding)
    if not groups:
        return
    heading = ["", "### Findings"]
    yield from heading
    left, waiting = room - _bytes(heading) - _MORE, list(groups)
    while waiting:
        block = list(_rule(scan, groups[waiting[0]], places))
        if (size := _bytes(block)) > left:
            break
        yield from block
        left -= size
        waiting.pop(0)
    if waiting:
        number = sum(len(groups[rule]) for rule in waiting)
        yield ""
        yield f"{counted(number, 'more finding')} of {counted(len(waiting), 'rule')} left out: the page is full."


def _rule(scan: Scan, findings: Sequence[Finding], places: int) -> Iterator[str]:
    rule = scan.rules[findings[0].rule]
    yield ""
    yield f"**{findings[0].severity}: {prose(rule.title) or code(rule.id)}** ({code(rule.id)})"
    yield ""
    for finding in findings[:places]:
        place = finding.location
        yield f"- {code(f'{place.path}:{place.line}:{place.column}')} {prose(finding.message, 400)}{_told(finding)}"
    if (more := len(findings) - places) > 0:
        yield f"- and {counted(more, 'more place')}, not listed here"
    if rule.remediation:
        yield from ("", f"Fix: {prose(rule.remediation)}")


def _told(finding: Finding) -> str:
    """In brackets: what became of a finding, and its fingerprint, for the commands at the end of the page."""
    short = f"fingerprint {code(finding.fingerprint[:SHORT_FINGERPRINT])}" if may_be_waived(finding) else ""
    told = "; ".join(part for part in (prose(state_of(finding), 200), short) if part)
    return f" ({told})" if told else ""


def _fixed(scan: Scan, room: int) -> Iterator[str]:
    """What the change fixed: a few by name, and the number of the others."""
    if scan.comparison and (some := fixed(scan.comparison)):
        yield from ("", "### Fixed", "")
        where = ((each, code(former_place(scan.comparison, each))) for each in some)
        rows = (f"- {place} {code(each.rule)} {prose(former_subject(each), 200)}".rstrip() for each, place in where)
        yield from _listed(rows, room, "finding", len(some), most=_SHOWN_FIXED)


def _waivers(scan: Scan, room: int) -> Iterator[str]:
    """The waivers that a change adds or alters, which count for nothing yet."""
    if notes := list(proposed(scan)):
        yield from ("", "### Proposed waivers", "")
        yield from _listed((f"- {prose(note.text)}" for note in notes), room, "waiver", len(notes))


def _next(scan: Scan) -> Iterator[str]:
    if steps := "; ".join(about(scan, worst_first(scan))):
        yield from ("", f"Next: {prose(steps)}.")


def _unknown(scan: Scan, room: int) -> Iterator[str]:
    """How many outcomes of each rule are unknown, and what to provide to decide the first."""
    groups: dict[str, list[Finding]] = {}
    for finding in undecided(scan):
        groups.setdefault(finding.rule, []).append(finding)
    notes = remarks(scan)
    if groups:
        yield from ("", "### Unknown", "", _note(Note(Kind.UNKNOWN, next(notes).text)))
        rows = (_open(rule, found) for rule, found in groups.items())
        yield from _listed(rows, room, "rule", len(groups), indent="  ")
    if rest := [f"- {prose(note.text)}" for note in notes]:
        yield from ("", "### Notes", "")
        yield from _listed(rest, room, "note", len(rest))


def _open(rule: str, findings: Sequence[Finding]) -> str:
    provide = findings[0].provide
    told = f": to decide, {prose(provide)}" if provide else ""
    return f"- {len(findings):,} of {code(rule)}{told}"


def _frameworks(scan: Scan, room: int) -> Iterator[str]:
    """The figures of the frameworks that were asked for."""
    if scan.run.asked:
        yield from ("", "### Frameworks", "")
        names = figures.in_order(scan).first
        rows = (f"- {code(f'{each.id}@{each.edition}')}: {prose(figures.description(each))}" for each in names)
        yield from _listed(rows, room, "framework", len(names))


def _listed(
    lines: Iterable[str], room: int, noun: str, total: int = 0, indent: str = "", most: int = 0
) -> Iterator[str]:
    """Lines as far as there is room, or `most` of them, and how many more there are."""
    left = room - _MORE
    waiting = iter(lines)
    for shown, line in enumerate(waiting):
        left -= _bytes((line,)) + len(indent)
        if left < 0 or (most and shown == most):
            total = total or shown + 1 + sum(1 for _ in waiting)
            yield f"{indent}- and {counted(total - shown, f'more {noun}')}, not listed here"
            return
        yield indent + line


def _bytes(lines: Iterable[str]) -> int:
    return sum(len(line.encode()) + 1 for line in lines)
