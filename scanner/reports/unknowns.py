"""Unknown outcomes, in a terminal: how many of each rule, and what to provide so that it can be decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scanner.contexts import IF_DEPLOYED, IF_WHOLE
from scanner.finished_scan import Scan
from scanner.model import SEVERITIES, Finding, Outcome
from scanner.reports.safe_text import safe, width
from scanner.reports.text_layout import TextLayout
from scanner.reports.unassessed import gaps

_INDENT = 8
_SHOWN = 3
"""What is to be provided for one rule, where its findings ask for several things."""


def blocks(scan: Scan, screen: TextLayout, *, places: bool) -> Iterator[Iterable[str]]:
    """A heading, and for each rule one entry; with `places`, each place under it."""
    groups: dict[str, list[Finding]] = {}
    for finding in scan.listed:
        if finding.outcome is Outcome.UNKNOWN:
            groups.setdefault(finding.rule, []).append(finding)
    if not groups:
        return
    total = sum(map(len, groups.values()))
    noun = "outcome" if total == 1 else "outcomes"
    yield (screen.paint(f"unknown: {total} {noun} that the scanned files do not decide", "bold"), *_first(scan, screen))
    worst = sorted(groups, key=lambda name: (SEVERITIES.index(scan.rules[name].severity), name))
    yield (line for name in worst for line in _rule(scan, name, groups[name], screen, places=places))


def _first(scan: Scan, screen: TextLayout) -> Iterator[str]:
    """What may decide most of it at once."""
    found = gaps(scan)
    if number := len(found.unreadable) + len(found.not_assessed) + len(found.parts):
        inputs = "1 input was" if number == 1 else f"{number} inputs were"
        told = f"{inputs} not assessed (see below): fix these first, they may decide some outcomes"
        yield from screen.paragraph(told, indent=2)
    if open_ := [finding.location.path for finding in scan.listed if finding.provide == IF_DEPLOYED]:
        files = "1 Compose file" if len(set(open_)) == 1 else f"{len(set(open_))} Compose files"
        told = f"{len(open_)} of them about the hardening of services, in {files} for development, tests or examples"
        yield from screen.paragraph(told, indent=2)
    if shown := [finding.location.path for finding in scan.listed if finding.provide == IF_WHOLE]:
        pages = "1 page" if len(set(shown)) == 1 else f"{len(set(shown)):,} pages"
        told = f"{len(shown):,} of them about what code blocks leave out, on {pages} that show parts of manifests"
        yield from screen.paragraph(told, indent=2)


def _rule(scan: Scan, name: str, findings: list[Finding], screen: TextLayout, *, places: bool) -> Iterator[str]:
    number = str(len(findings)).rjust(_INDENT - 2)
    title, label = safe(scan.rules[name].title), screen.paint(safe(name), "grey")
    start = f"{screen.paint(number, 'cyan')}  {screen.paint(title, 'bold')}"
    fits = width(f"{number}  {title}  {safe(name)}") <= screen.width
    yield from (f"{start}  {label}",) if fits else (start, f"{' ' * _INDENT}{label}")
    provided = list(dict.fromkeys(finding.provide for finding in findings if finding.provide))
    for provide in provided[:_SHOWN]:
        yield from screen.paragraph(f"to decide, {provide}", indent=_INDENT)
    if len(provided) > _SHOWN and not places:
        yield " " * _INDENT + f"and {len(provided) - _SHOWN} more with --show unknown"
    for finding in findings if places else ():
        yield from _place(finding, screen, whole=len(provided) != 1)


def _place(finding: Finding, screen: TextLayout, *, whole: bool) -> Iterator[str]:
    """The place of a finding and what it is about, or its whole message."""
    place, indent = finding.location, " " * _INDENT
    where = screen.paint(safe(f"{place.path}:{place.line}:{place.column}"), "cyan")
    yield f"{indent}{where}  {safe(finding.message if whole else finding.subject_name)}"
    for related in finding.related:
        there = safe(f"{related.location.path}:{related.location.line}:{related.location.column}")
        yield f"{indent}  {screen.paint('see', 'grey')} {there} ({safe(related.message)})"
