"""What a person reads in a terminal: the place, the source line with the field underlined, why, what to do."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain

from scanner.controls import STRENGTHS, ControlLink
from scanner.model import DISCLAIMER, SEVERITIES, Finding, InputStatus, Outcome, RuleInfo, Scan, Severity
from scanner.reports.configuration import sentences, title
from scanner.reports.excerpt import excerpt
from scanner.reports.figures import told
from scanner.reports.format import TextFormat
from scanner.reports.safe_text import safe, width
from scanner.reports.unassessed import gaps

_Paint = Callable[[str, str], str]
"""Text and style -> styled text."""

_WIDTH = 100
_SHOWN_CONTROLS = 4
_SHOWN_FRAMEWORKS = 6
_SHOWN_INPUTS = 20
_SHOWN_UNKNOWN = 5
"""One input that cannot be read may leave the same open of every workload."""
_STYLES = {"bold": "1", "red": "31", "yellow": "33", "blue": "34", "cyan": "36", "grey": "2", "critical": "1;31"}
_SEVERITY_STYLE = {
    Severity.CRITICAL: "critical",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "blue",
    Severity.INFO: "grey",
}
_TAB = "    "


def render(scan: Scan, *, colour: bool = False) -> Iterator[str]:
    """The findings by rule, worst first, then what could not be assessed and the figures of each framework."""
    paint = partial(_paint, colour=colour)
    for block in chain(_configuration(scan, paint), _rules(scan, paint), _unassessed(scan, paint)):
        yield from (f"{line}\n" for line in block)
        yield "\n"
    yield from (f"{line}\n" for line in _summary(scan, paint))


def _paint(text: str, style: str, *, colour: bool) -> str:
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if colour and text else text


def _configuration(scan: Scan, paint: _Paint) -> Iterator[Iterable[str]]:
    """What was switched off, excluded, lowered or set."""
    if scan.run.configuration:
        told = map(safe, sentences(scan.run.configuration))
        yield (paint(f"configuration: {safe(title(scan.run.configuration))}", "bold"), *(f"  {each}" for each in told))


def _rules(scan: Scan, paint: _Paint) -> Iterator[Iterable[str]]:
    groups: dict[tuple[str, Outcome], list[Finding]] = {}
    for finding in scan.findings:
        if finding.outcome is not Outcome.PASS:
            groups.setdefault((finding.rule, finding.outcome), []).append(finding)
    order = list(Outcome)
    worst = sorted(groups, key=lambda key: (order.index(key[1]), SEVERITIES.index(scan.rules[key[0]].severity), key[0]))
    for key in worst:
        yield _rule(scan, scan.rules[key[0]], groups[key], paint)


def _rule(scan: Scan, rule: RuleInfo, findings: list[Finding], paint: _Paint) -> Iterator[str]:
    outcome = findings[0].outcome
    label = rule.severity.value if outcome is Outcome.FAIL else outcome.value
    style = _SEVERITY_STYLE[rule.severity] if outcome is Outcome.FAIL else "cyan"
    yield f"{paint(label, style)}  {paint(rule.title, 'bold')}  {paint(rule.id, 'grey')}"
    shown = findings[:_SHOWN_UNKNOWN] if outcome is Outcome.UNKNOWN else findings
    for finding in shown:
        yield from _finding(scan, finding, paint)
    if len(findings) > len(shown):
        yield f"\n  and {len(findings) - len(shown)} more that are unknown, all in the json and html outputs"
    yield ""
    yield from _said("why", rule.why, paint)
    yield from _said("do", rule.remediation, paint)
    if controls := _controls(scan, rule):
        yield from _said("bears on", controls, paint)


def _finding(scan: Scan, finding: Finding, paint: _Paint) -> Iterator[str]:
    place = finding.location
    yield f"\n  {paint(safe(f'{place.path}:{place.line}:{place.column}'), 'cyan')}  {safe(finding.message)}"
    for line in excerpt(scan, finding, context=0)[:3]:
        number, whole = str(line.number), _shown(line.before + line.marked + line.after)
        before, marked = width(_shown(line.before)), width(_shown(line.marked))
        cut = slice(0, max(20, _WIDTH))
        yield f"  {paint(number.rjust(5), 'grey')} {paint('|', 'grey')} {whole[cut]}"
        if marked:
            under = " " * before + "^" * marked
            yield f"  {' ' * 5} {paint('|', 'grey')} {paint(under[cut], 'red')}"
    for related in finding.related:
        other = related.location
        there = safe(f"{other.path}:{other.line}:{other.column}")
        message = f" ({safe(related.message)})" if related.message else ""
        yield f"        {paint('see', 'grey')} {there}{message}"


def _shown(source: str) -> str:
    return safe(source.replace("\t", _TAB))


def _said(label: str, text: str, paint: _Paint) -> Iterator[str]:
    indent = 11
    line = safe(" ".join(text.split()))
    wrapped = textwrap.wrap(line, _WIDTH - indent, break_on_hyphens=False) or [""]
    yield f"  {paint(label.ljust(8), 'grey')} {wrapped[0]}"
    yield from (" " * indent + line for line in wrapped[1:])


def _controls(scan: Scan, rule: RuleInfo) -> str:
    """The controls that a rule bears on, those that it decides first."""
    by_framework: dict[str, list[ControlLink]] = {}
    for link in sorted(scan.links.get(rule.id, ()), key=lambda link: STRENGTHS.index(link.strength)):
        by_framework.setdefault(f"{link.framework}@{link.edition}", []).append(link)
    shown = list(by_framework.items())[:_SHOWN_FRAMEWORKS]
    parts = []
    for framework, links in shown:
        more = f" and {len(links) - _SHOWN_CONTROLS} more" if len(links) > _SHOWN_CONTROLS else ""
        parts.append(f"{framework} {', '.join(link.control for link in links[:_SHOWN_CONTROLS])}{more}")
    if others := len(by_framework) - len(shown):
        parts.append(f"and {others} more frameworks: assay rules show {rule.id}")
    return "; ".join(parts)


def _unassessed(scan: Scan, paint: _Paint) -> Iterator[Iterable[str]]:
    """Inputs, and parts of them, that were not assessed, each by name; then what is nobody's and could not be read."""
    found, of_all = gaps(scan), f"of {len(scan.inputs)} inputs"
    parts = f"{len(found.parts)} part{'' if len(found.parts) == 1 else 's'} of inputs"
    for heading, style, some in (
        (f"not assessed: {len(found.unreadable)} {of_all} could not be read", "critical", found.unreadable),
        (f"not assessed: {len(found.not_assessed)} {of_all} recognised and not read", "critical", found.not_assessed),
        (f"not assessed: {parts}", "critical", found.parts),
        (f"noted: {len(found.noted)} in documentation, source code or CI workflows not read", "bold", found.noted),
    ):
        if some:
            lines = [paint(heading, style)]
            lines += (f"  {paint(safe(gap.place), 'cyan')}  {safe(gap.reason)}" for gap in some[:_SHOWN_INPUTS])
            if len(some) > _SHOWN_INPUTS:
                lines.append(f"  and {len(some) - _SHOWN_INPUTS} more, all in the json and html outputs")
            yield lines


def _summary(scan: Scan, paint: _Paint) -> Iterator[str]:
    statuses = Counter(item.status for item in scan.inputs)
    failed = Counter(finding.severity for finding in scan.findings if finding.outcome is Outcome.FAIL)
    severities = ", ".join(f"{failed[severity]} {severity}" for severity in SEVERITIES if failed[severity])
    fails = f"{scan.outcomes['fail']} fail" + (f" ({severities})" if severities else "")
    others = (f"{scan.outcomes[name]} {name}" for name in ("unknown", "error", "pass"))
    yield "inputs    " + ", ".join(f"{statuses[status]} {status}" for status in InputStatus)
    yield f"profile   {scan.run.profile}" + (
        f", rules that bear on {', '.join(scan.run.asked)}" if scan.run.asked else ""
    )
    yield "outcomes  " + ", ".join((fails, *others))
    yield from _frameworks(scan)
    yield paint(scan.verdict.reason, "red" if scan.verdict.exit_code else "bold")


def _frameworks(scan: Scan) -> Iterator[str]:
    """What is told of each framework that anything was found out about, or that was asked for."""
    few = len(scan.frameworks) <= _SHOWN_FRAMEWORKS
    touched = [item for item in scan.frameworks if item.covered or item.declared or item.scope or few]
    width = max((len(f"{item.id}@{item.edition}") for item in touched), default=0)
    for item in touched:
        yield f"{f'{item.id}@{item.edition}'.ljust(width)}  {told(item)}"
    if touched:
        yield DISCLAIMER


FORMAT = TextFormat(
    media_type="text/plain",
    for_terminal=True,
    shows_fixes=False,
    tells_commit=False,
    render=render,
    render_coloured=partial(render, colour=True),
)
