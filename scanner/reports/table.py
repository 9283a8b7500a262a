"""What a person reads in a terminal: the place, the source line with the field underlined, why, what to do."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from scanner.controls import STRENGTHS, ControlLink
from scanner.finished_scan import Scan
from scanner.model import SEVERITIES, Finding, Outcome, RuleInfo
from scanner.reports import figures, summary, unknowns, waivers
from scanner.reports.changed import state_of
from scanner.reports.counts_as import counts_as
from scanner.reports.excerpt import excerpt
from scanner.reports.fingerprints import SHORT_FINGERPRINT, may_be_waived
from scanner.reports.format import Presentation, TextFormat
from scanner.reports.safe_text import safe, width
from scanner.reports.text_layout import SEVERITY_STYLES, TextLayout
from scanner.reports.unassessed import NOTED, Gap, gaps

_SHOWN_CONTROLS = 4
_SHOWN_FRAMEWORKS = 4
_SHOWN_INPUTS = 20
_SHOWN_LINES = 3
_SHOWN_APART = 3
"""Places that are named one by one, each with the reason, where the same is wrong with all of them."""
_GUTTER = 10
"""Columns before a line of source."""
_TAB = "    "


def render(scan: Scan) -> Iterator[str]:
    """The findings by rule, worst first, then what could not be assessed and the figures of frameworks."""
    return present(scan, Presentation())


def present(scan: Scan, presentation: Presentation) -> Iterator[str]:
    """The same as a presentation asks for it."""
    screen = TextLayout.of(presentation)
    found = _statistics(scan, screen) if presentation.statistics else _rules(scan, screen)
    open_ = unknowns.blocks(scan, screen, places=presentation.unknown)
    for block in chain(_configuration(scan, screen), _waivers(scan, screen), found, open_, _unassessed(scan, screen)):
        yield from (f"{line}\n" for line in block)
        yield "\n"
    yield from (f"{line}\n" for line in summary.lines(scan, screen, presentation))


def findings(scan: Scan, presentation: Presentation) -> Iterator[str]:
    """The lines about findings alone, with the places of what is unknown."""
    screen = TextLayout.of(presentation)
    for block in chain(_rules(scan, screen), unknowns.blocks(scan, screen, places=True)):
        yield from block
        yield ""


def without_summary(scan: Scan, presentation: Presentation) -> Iterator[str]:
    """The lines about the configuration, all findings of a scan, and what could not be assessed."""
    screen = TextLayout.of(presentation)
    open_ = unknowns.blocks(scan, screen, places=True)
    for block in chain(_configuration(scan, screen), _rules(scan, screen), open_, _unassessed(scan, screen)):
        yield from block
        yield ""


def _statistics(scan: Scan, screen: TextLayout) -> Iterator[Iterable[str]]:
    from scanner.reports import statistics

    return statistics.blocks(scan, screen)


def _configuration(scan: Scan, screen: TextLayout) -> Iterator[Iterable[str]]:
    """What was switched off, excluded, lowered or set."""
    if scan.run.configuration:
        from scanner.reports.configuration import sentences, title

        told = map(safe, sentences(scan.run.configuration))
        head = screen.paint(f"configuration: {safe(title(scan.run.configuration))}", "bold")
        yield (head, *(f"  {each}" for each in told))


def _waivers(scan: Scan, screen: TextLayout) -> Iterator[Iterable[str]]:
    """Every waiver, and what became of it."""
    if scan.waivers:
        head = screen.paint(f"waivers: {safe(waivers.title(scan.waivers))}", "bold")
        told = waivers.sentences(scan.waivers)
        yield chain((head,), chain.from_iterable(screen.paragraph(safe(each), indent=2) for each in told))


def _rules(scan: Scan, screen: TextLayout) -> Iterator[Iterable[str]]:
    groups: dict[tuple[Outcome, str], list[Finding]] = {}
    for finding in scan.listed:
        if finding.outcome in (Outcome.FAIL, Outcome.ERROR):
            groups.setdefault((finding.outcome, finding.rule), []).append(finding)
    order = list(Outcome)
    severities = {key: min(map(_rank, found)) for key, found in groups.items()}
    for key in sorted(groups, key=lambda key: (order.index(key[0]), severities[key], key[1])):
        yield _rule(scan, scan.rules[key[1]], groups[key], screen)


def _rule(scan: Scan, rule: RuleInfo, findings: list[Finding], screen: TextLayout) -> Iterator[str]:
    failed = findings[0].outcome is Outcome.FAIL
    severity = SEVERITIES[min(map(_rank, findings))]
    label = severity.value if failed else findings[0].outcome.value
    style = SEVERITY_STYLES[severity] if failed else "cyan"
    yield from heading(screen, label, style, rule)
    for finding in findings:
        yield from _finding(scan, finding, screen)
    yield ""
    yield from screen.paragraph(rule.why, "  why", 11)
    yield from screen.paragraph(rule.remediation, "  fix", 11)
    if controls := _controls(scan, rule):
        yield from screen.paragraph(controls, "  controls", 11)


def _rank(finding: Finding) -> int:
    return SEVERITIES.index(finding.severity)


def heading(screen: TextLayout, label: str, style: str, rule: RuleInfo) -> Iterator[str]:
    """Severity, title and id of a rule, on two lines where one is too narrow."""
    start = f"{screen.paint(label, style)}  {screen.paint(safe(rule.title), 'bold')}"
    fits = width(f"{label}  {safe(rule.title)}  {rule.id}") <= screen.width
    name = screen.paint(safe(rule.id), "grey")
    yield from (f"{start}  {name}",) if fits else (start, f"{' ' * (len(label) + 2)}{name}")


def _finding(scan: Scan, finding: Finding, screen: TextLayout) -> Iterator[str]:
    place = finding.location
    yield f"\n  {screen.paint(safe(f'{place.path}:{place.line}:{place.column}'), 'cyan')}  {safe(finding.message)}"
    if counted := counts_as(scan, finding):
        yield f"        counts as {safe(counted)}"
    if finding.waiver:
        yield f"        {screen.paint(safe(waivers.short(scan, finding)), 'bold')}"
    for line in excerpt(scan, finding, context=0)[:_SHOWN_LINES]:
        yield from _source(str(line.number), _shown(line.before), _shown(line.marked), _shown(line.after), screen)
    for related in finding.related:
        other = related.location
        there = safe(f"{other.path}:{other.line}:{other.column}")
        message = f" ({safe(related.message)})" if related.message else ""
        yield f"        {screen.paint('see', 'grey')} {there}{message}"
    named = f"fingerprint {finding.fingerprint[:SHORT_FINGERPRINT]}" if may_be_waived(finding) else ""
    if finding.baseline_state is not None:
        told = "; ".join(part for part in (state_of(finding), named) if part)
        yield from screen.paragraph(safe(told), "  change", 10)
    elif named:
        yield f"        {screen.paint(named, 'grey')}"


def _source(number: str, before: str, marked: str, after: str, screen: TextLayout) -> Iterator[str]:
    """A line of source, and a line that underlines what is marked; cut on the left where the mark begins far right."""
    room = max(20, screen.width - _GUTTER)
    if width(before) > room // 2 and width(before) + width(marked) > room:
        before = f"…{before[-(room // 4) :]}"
    gutter = screen.paint("|", "grey")
    yield f"  {screen.paint(number.rjust(5), 'grey')} {gutter} {screen.cut(before + marked + after, room)}"
    if marked and (underlined := min(width(marked), room - width(before))) > 0:
        yield f"  {' ' * 5} {gutter} {screen.paint(' ' * width(before) + '^' * underlined, 'red')}"


def _shown(source: str) -> str:
    return safe(source.replace("\t", _TAB))


def _controls(scan: Scan, rule: RuleInfo) -> str:
    """Controls that a rule is mapped to with at least medium strength, of the frameworks that are listed first."""
    by_framework: dict[str, list[ControlLink]] = {}
    bearing = (link for link in scan.links.get(rule.id, ()) if link.strength.bears)
    for link in sorted(bearing, key=lambda link: STRENGTHS.index(link.strength)):
        by_framework.setdefault(f"{link.framework}@{link.edition}", []).append(link)
    names = [f"{each.id}@{each.edition}" for each in figures.in_order(scan).first]
    shown = [name for name in names if name in by_framework][:_SHOWN_FRAMEWORKS] or list(by_framework)[:1]
    parts = []
    for name in shown:
        links = by_framework[name]
        more = f" and {len(links) - _SHOWN_CONTROLS} more" if len(links) > _SHOWN_CONTROLS else ""
        parts.append(f"{name} {', '.join(link.control for link in links[:_SHOWN_CONTROLS])}{more}")
    if others := len(by_framework) - len(shown):
        noun = "framework" if others == 1 else "frameworks"
        parts.append(f"and {others} more {noun}: assay explain {rule.id}")
    return "; ".join(parts)


def _unassessed(scan: Scan, screen: TextLayout) -> Iterator[Iterable[str]]:
    """Inputs and parts that were not assessed, each by name.

    Unreadable documentation, source code and CI workflows come last.
    """
    found, of_all = gaps(scan), f"of {len(scan.inputs)} inputs"
    parts = f"{len(found.parts)} part{'' if len(found.parts) == 1 else 's'} of inputs"
    for heading_, style, some in (
        (f"not assessed: {len(found.unreadable)} {of_all} could not be read", "critical", found.unreadable),
        (
            f"not assessed: {len(found.not_assessed)} {of_all} in a known format that Assay does not read",
            "critical",
            found.not_assessed,
        ),
        (f"not assessed: {parts}", "critical", found.parts),
        (f"not read: {len(found.noted)} parts of {NOTED}", "bold", found.noted),
    ):
        if some:
            yield (screen.paint(heading_, style), *_listed(some, screen))


def _listed(some: Sequence[Gap], screen: TextLayout) -> Iterator[str]:
    """Each with its reason; a reason that many share once, with the places behind it."""
    by_reason: dict[str, list[Gap]] = {}
    for gap in some:
        by_reason.setdefault(gap.reason, []).append(gap)
    left = _SHOWN_INPUTS
    for reason, those in by_reason.items():
        places = list(_places(those, together=len(those) > left))
        shown, left = places[:left], left - len(places[:left])
        if len(those) <= _SHOWN_APART:
            yield from (f"  {screen.paint(safe(place), 'cyan')}  {safe(reason)}" for place, _ in shown)
        elif shown:
            yield from screen.paragraph(safe(f"{len(those)} places: {reason}"), indent=2)
            yield from (f"    {screen.paint(safe(place), 'cyan')}" for place, _ in shown)
        if rest := sum(number for _, number in places[len(shown) :]):
            yield f"    and {rest} more; --explain-inputs lists all"


def _places(some: Sequence[Gap], *, together: bool) -> Iterator[tuple[str, int]]:
    """A place and how many there are in it: many of one folder `together`, or each by itself."""
    by_folder: dict[str, list[Gap]] = {}
    for gap in some:
        by_folder.setdefault(posixpath.dirname(gap.input.path), []).append(gap)
    for folder, those in by_folder.items():
        if together and len(those) > _SHOWN_APART:
            yield f"{folder or '.'}/ ({len(those)} places)", len(those)
        else:
            yield from ((gap.place, 1) for gap in those)


FORMAT = TextFormat(
    media_type="text/plain",
    for_terminal=True,
    shows_fixes=False,
    tells_commit=False,
    render=render,
    present=present,
)
