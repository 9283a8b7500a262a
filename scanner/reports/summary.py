"""The end of the table, on one screen: what was scanned and by what, the outcomes, frameworks, and what to do next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct

from scanner.controls import Assessment, ControlStatus, FrameworkSummary
from scanner.finished_scan import DISCLAIMER, Scan
from scanner.model import SEVERITIES, InputStatus, Outcome
from scanner.reports import figures
from scanner.reports.changed import compared_with, fixed, former_place, former_subject
from scanner.reports.format import Presentation, duration_text
from scanner.reports.next_steps import steps
from scanner.reports.safe_text import safe
from scanner.reports.text_layout import TextLayout
from scanner.reports.unassessed import gaps, hidden, outside

_LABEL = 10
"""Columns of the labels at the left."""
_NONE = "-"
_DECIDED = (
    *(ControlStatus.ERROR, ControlStatus.NOT_SATISFIED, ControlStatus.WEAKENED),
    *(ControlStatus.PARTIAL, ControlStatus.SATISFIED),
)
_SHOWN_CONTROLS = 4
_SHOWN_KINDS = 2
_SHOWN_FIXED = 5
_NAME = 12
"""Columns of the name of a framework on the narrowest screen."""


def lines(scan: Scan, screen: TextLayout, presentation: Presentation) -> Iterator[str]:
    """All of it; of a comparison only what is about the change, and the frameworks that were asked for."""
    yield from _outcomes(scan, screen, presentation.seconds)
    told = not scan.comparison or scan.run.asked or scan.run.all_frameworks
    if told and (any(item.status is InputStatus.ASSESSED for item in scan.inputs) or any(gaps(scan)[:3])):
        yield from _frameworks(scan, screen)
    yield screen.paint(scan.verdict.reason, "red" if scan.verdict.exit_code else "bold")
    if todo := list(steps(scan, presentation)):
        yield from screen.paragraph("; ".join(todo), "next", _LABEL)


def _outcomes(scan: Scan, screen: TextLayout, seconds: float | None) -> Iterator[str]:
    statuses = Counter(item.status for item in scan.inputs)
    inputs = ", ".join(f"{statuses[status]} {status}" for status in InputStatus)
    failed = Counter(finding.severity for finding in scan.findings if finding.outcome is Outcome.FAIL)
    severities = ", ".join(f"{failed[severity]} {severity}" for severity in SEVERITIES if failed[severity])
    waived = sum(bool(finding.waiver) for finding in scan.findings)
    counted = "; ".join(part for part in (severities, f"{waived} waived" if waived else "") if part)
    fails = f"{scan.outcomes['fail']} fail" + (f" ({counted})" if counted else "")
    others = (f"{scan.outcomes[name]} {name}" for name in ("unknown", "error", "pass"))
    run = scan.run
    about = f"are mapped to {', '.join(run.asked)}" if run.asked else "apply"
    lasted = f", in {duration_text(seconds)}" if seconds is not None else ""
    whole = (
        (
            "profile",
            f"{run.profile}, {len(scan.rules)} rules that {about}, Kubernetes {run.kubernetes_version}{lasted}",
        ),
        ("outcomes", ", ".join((fails, *others))),
    )
    compared = (("compared", f"with {compared_with(each)}") for each in (scan.comparison,) if each)
    mended = (("" if number else "fixed", each) for number, each in enumerate(_fixed(scan)))
    notes = (("note", each) for each in (scan.comparison.notes if scan.comparison else ()))
    first = ("inputs", "; ".join(filter(None, (inputs, hidden(scan), outside(scan)))))
    for label, text in (first, *(() if scan.comparison else whole), *compared, *mended, *notes):
        yield from screen.paragraph(safe(text), label, _LABEL)


def _fixed(scan: Scan) -> Iterator[str]:
    """What the change fixed: the rule, the place on the base, and the subject."""
    comparison = scan.comparison
    if comparison is None:
        return
    some = fixed(comparison)
    for each in some[:_SHOWN_FIXED]:
        yield f"{each.rule} {former_place(comparison, each)} {former_subject(each)}"
    if (more := len(some) - _SHOWN_FIXED) > 0:
        yield f"and {more} more"


class _Column(Struct, frozen=True):
    """A column of the table of frameworks."""

    label: str
    """One word, so that no part of a heading can be read without the rest."""
    cell: Callable[[FrameworkSummary], str]
    style: str = ""
    """Of a number that is not zero."""


def _number(status: ControlStatus) -> Callable[[FrameworkSummary], str]:
    return lambda each: str(each.counts[status] or _NONE)


def _uncontradicted(each: FrameworkSummary) -> str:
    return f"{each.uncontradicted or _NONE}{f' ({each.by_word})' if each.by_word else ''}"


def _applicable(each: FrameworkSummary) -> str:
    return str(each.controls) if each.applicable == each.controls else f"{each.applicable}/{each.controls}"


_IN_ERROR = _Column("error", _number(ControlStatus.ERROR), "critical")
_COLUMNS = (
    _Column("apply", _applicable),
    _Column("failed", _number(ControlStatus.NOT_SATISFIED), "red"),
    _Column("weakened", _number(ControlStatus.WEAKENED), "yellow"),
    _Column("uncontradicted", _uncontradicted),
    _Column("unassessed", _number(ControlStatus.NOT_ASSESSED)),
    _Column("manual", _number(ControlStatus.MANUAL)),
)


def _frameworks(scan: Scan, screen: TextLayout) -> Iterator[str]:
    """How many controls of each framework have which status; one of which nothing is decided by its name alone."""
    shown = scan.frameworks if scan.run.all_frameworks else figures.in_order(scan).first
    in_full = bool(scan.run.asked or scan.run.all_frameworks)
    about = [each for each in shown if each.applicable > each.counts[ControlStatus.MANUAL]]
    rows = [each for each in about if in_full or _has_results(each)]
    if rows:
        yield from _table(rows, screen, in_full=in_full)
    apart = [each for each in shown if each not in about]
    undecided = _undecided(scan, about)
    told_apart = {name for name, _ in undecided}
    silent = [_name(each) for each in about if each not in rows and _name(each) not in told_apart]
    notes = [
        *_uncovered_kinds(scan),
        *_undecided_notes(undecided),
        *_notes(about, apart, silent, others=len(scan.frameworks) - len(shown), in_full=in_full),
    ]
    if told := "; ".join(notes):
        yield from screen.paragraph(told, "note", _LABEL)
    if shown:
        yield from screen.paragraph(DISCLAIMER)


def _table(about: Sequence[FrameworkSummary], screen: TextLayout, *, in_full: bool) -> Iterator[str]:
    failed = any(each.counts[ControlStatus.ERROR] for each in about)
    columns = (*_COLUMNS[:1], *((_IN_ERROR,) if failed else ()), *_COLUMNS[1:])
    widths = [max(len(text) for text in (column.label, *map(column.cell, about))) for column in columns]
    name = max(_NAME, min(max(len(_name(each)) for each in about), screen.width - sum(widths) - len(widths)))
    labels = (f" {column.label.rjust(width)}" for column, width in zip(columns, widths, strict=True))
    yield screen.paint("framework".ljust(name) + "".join(labels), "grey")
    for each in about:
        numbers = (_cell(column, each, width, screen) for column, width in zip(columns, widths, strict=True))
        yield screen.cut(_name(each), name).ljust(name) + "".join(numbers)
        if in_full and (rest := "; ".join(_rest(each, incomplete=not _is_incomplete(about)))):
            yield from screen.paragraph(rest, indent=4)


def _cell(column: _Column, each: FrameworkSummary, width: int, screen: TextLayout) -> str:
    text = column.cell(each)
    padding = " " * (1 + width - len(text))
    return padding + (screen.paint(text, column.style) if column.style and text != _NONE else text)


def _name(each: FrameworkSummary) -> str:
    return safe(f"{each.id}@{each.edition}")


def _is_incomplete(about: Sequence[FrameworkSummary]) -> bool:
    """Whether inputs in scope of all of them were not assessed; this is then stated once."""
    return all(each.incomplete for each in about)


def _rest(each: FrameworkSummary, *, incomplete: bool) -> Iterator[str]:
    """The further figures of a requested framework; with `incomplete`, also that inputs in scope were not assessed."""
    if each.waived:
        yield f"{each.waived} of the failed and weakened waived"
    if each.counts[ControlStatus.NOT_APPLICABLE]:
        yield f"{each.counts[ControlStatus.NOT_APPLICABLE]} not applicable"
    yield from (text for text in (figures.conformity(each), figures.not_run(each), figures.scope(each)) if text)
    if incomplete and each.incomplete:
        yield figures.INCOMPLETE


def _has_results(each: FrameworkSummary) -> bool:
    """Whether a rule passed or failed for a control of it."""
    return any(each.counts[status] for status in _DECIDED)


def _notes(
    about: Sequence[FrameworkSummary],
    apart: Sequence[FrameworkSummary],
    silent: Sequence[str],
    *,
    others: int,
    in_full: bool,
) -> Iterator[str]:
    """How to read the table, and what it leaves out."""
    if none := [_name(each) for each in apart if not each.applicable]:
        yield f"no control of {', '.join(none)} applies to the scanned files"
    for each in apart:
        if each.applicable:
            yield f"{_name(each)}, {figures.statuses(each)}"
    if silent:
        yield f"no rule passed or failed for a control of {', '.join(silent)}"
    if any(each.by_word for each in about):
        yield "in brackets: supported only by statements in documents"
    if not in_full and (most := max((each.not_run for each in about), default=0)):
        yield f"up to {most} of the rules that are mapped to one framework did not run; --framework ID runs all of them"
    if any(each.full for each in about) and _is_incomplete(about):
        yield f"{figures.INCOMPLETE}, so no control is satisfied"
    if others and not in_full:
        yield f"--all-frameworks shows {others} more frameworks"


def _undecided(scan: Scan, about: Sequence[FrameworkSummary]) -> dict[tuple[str, str], list[Assessment]]:
    """Controls that findings would affect if it were known that they apply, by framework and reason."""
    shown = {(each.id, each.edition): each for each in about}
    found: dict[tuple[str, str], list[Assessment]] = {}
    for each in scan.assessments:
        framework = shown.get((each.framework, each.edition))
        if framework and each.status is ControlStatus.NOT_ASSESSED and each.findings:
            found.setdefault((_name(framework), each.reason), []).append(each)
    return found


def _undecided_notes(undecided: Mapping[tuple[str, str], Sequence[Assessment]]) -> Iterator[str]:
    for (name, reason), some in undecided.items():
        findings = len({finding for each in some for finding in each.findings})
        noun = "finding" if findings == 1 else "findings"
        named = ", ".join(each.control for each in some[:_SHOWN_CONTROLS])
        more = f" and {len(some) - _SHOWN_CONTROLS} more" if len(some) > _SHOWN_CONTROLS else ""
        yield f"{findings} {noun} would affect {name} {named}{more}, but {reason}"


def _uncovered_kinds(scan: Scan) -> Iterator[str]:
    """Objects of kinds that no rule is made for."""
    if scan.unfamiliar:
        number = sum(scan.unfamiliar.values())
        kinds = [safe(kind) for kind in scan.unfamiliar]
        more = f" and {len(kinds) - _SHOWN_KINDS} more" if len(kinds) > _SHOWN_KINDS else ""
        noun = "1 object is" if number == 1 else f"{number} objects are"
        yield (
            f"{noun} of a kind whose specific fields no rule checks (a pass means little): "
            f"{', '.join(kinds[:_SHOWN_KINDS])}{more}"
        )
