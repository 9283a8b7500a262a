"""The data of the page about one control: what was tested, on what, with which result, and what people still owe."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from scanner.completeness import is_incomplete
from scanner.controls import Assessment, Checkable, ControlLink, ControlStatus
from scanner.evidence.manual import Key, ManualState
from scanner.evidence.population import requested_scopes
from scanner.finished_scan import Scan
from scanner.model import Finding, Input, Outcome
from scanner.waived import WaiverResult

METHOD = "automated test of the file"
_ORDER = (Outcome.FAIL, Outcome.ERROR, Outcome.UNKNOWN, Outcome.PASS)
_LONGEST = 600
_SHOWS = {
    Checkable.FULL: "Files can show this control in full.",
    Checkable.PARTIAL: "Files can show a part of this control; people and records have to show the rest.",
    Checkable.MANUAL: "Files cannot show this control; people and records have to show all of it.",
}

_Files: TypeAlias = tuple[dict[str, int], tuple[tuple[str, str], ...]]


class RuleRow(Struct, frozen=True):
    """One rule that is mapped to a control and was evaluated."""

    id: str
    title: str
    severity: str
    link: ControlLink | None
    evaluated: int
    """Outcomes of the rule over the whole scan, before any was put together or left out."""
    counts: dict[Outcome, int]
    """Of the items of this control."""
    as_for: str = ""
    """The rule above in the table that is mapped for the same reason."""


class Item(Struct, frozen=True):
    """One thing that a rule was evaluated for."""

    rule: str
    outcome: Outcome
    severity: str
    subject_kind: str
    subject: str
    expected: str
    observed: str
    place: str
    input: str
    """SHA-256 of the file."""
    message: str
    waiver: str
    fingerprint: str


class ControlView(Struct, frozen=True):
    """Everything about one control."""

    control: Assessment
    framework: str
    """The title of the framework."""
    shows: str
    applicability: str
    scope: tuple[str, ...]
    rules: tuple[RuleRow, ...]
    items: tuple[Item, ...]
    """Failures first, passes last."""
    counts: dict[Outcome, int]
    not_run: tuple[tuple[str, str], ...]
    """Rule, and why it did not run."""
    not_assessed: tuple[tuple[str, str], ...]
    """Path of an input in scope that was not assessed or in part, and why."""
    inputs: dict[str, int]
    """Inputs in the scope of the framework by status."""
    outside: int
    """Inputs that do not belong to it."""
    waivers: tuple[WaiverResult, ...]
    manual: tuple[ManualState, ...]


class Views:
    """Makes the views of a scan, which share what is looked up."""

    def __init__(self, scan: Scan, manual: Mapping[Key, Sequence[ManualState]]) -> None:
        self._scan = scan
        self._manual = manual
        self._titles = {(each.id, each.edition): each for each in scan.frameworks}
        self._digests = {item.path: item.sha256 for item in scan.inputs}
        self._items: dict[int, Item] = {}
        self._scopes = requested_scopes(scan)
        self._held: dict[str, _Files] = {}

    def all(self) -> Iterator[ControlView]:
        """The view of each control of the requested frameworks, in the order of the catalogues."""
        for control in self._scan.assessments:
            if f"{control.framework}@{control.edition}" in self._scan.run.asked:
                yield self._view(control)

    def _view(self, control: Assessment) -> ControlView:
        scan, key = self._scan, (control.framework, control.edition, control.control)
        summary = self._titles[control.framework, control.edition]
        numbers = scan.accounts.of_controls.get(key, ()) if scan.accounts else ()
        items = sorted((self._item(number) for number in numbers), key=lambda item: _ORDER.index(item.outcome))
        used = {item.waiver for item in items}
        inside, gaps = self._files(f"{control.framework}@{control.edition}")
        return ControlView(
            control=control,
            framework=summary.title,
            shows=_SHOWS[control.checkable],
            applicability=_applicability(control),
            scope=summary.scope,
            rules=tuple(_each_reason_once(sorted(self._rules(control, items), key=_weight))),
            items=tuple(items),
            counts=_counts(items),
            not_run=tuple((rule, self._why(rule)) for rule in control.not_run),
            not_assessed=gaps,
            inputs=inside,
            outside=len(scan.inputs) - sum(inside.values()),
            waivers=tuple(each for each in scan.waivers.results if each.waiver.id in used),
            manual=tuple(self._manual.get(key, ())),
        )

    def _rules(self, control: Assessment, items: Sequence[Item]) -> Iterator[RuleRow]:
        by_rule: dict[str, list[Item]] = {rule: [] for rule in control.rules}
        for item in items:
            by_rule.setdefault(item.rule, []).append(item)
        evaluated = self._scan.accounts.evaluated if self._scan.accounts else {}
        for rule, some in sorted(by_rule.items()):
            info = self._scan.rules[rule]
            links = self._scan.links.get(rule, ())
            link = next((each for each in links if _is_to(each, control)), None)
            number = sum(evaluated.get(rule, {}).values())
            yield RuleRow(rule, info.title, info.severity, link, number, _counts(some))

    def _item(self, number: int) -> Item:
        """A finding as an item; several controls have the same."""
        if number not in self._items:
            finding = self._scan.findings[number]
            at = finding.location
            self._items[number] = Item(
                rule=finding.rule,
                outcome=finding.outcome,
                severity=finding.severity,
                subject_kind=finding.subject_kind,
                subject=_short(finding.subject_name),
                expected=_short(finding.expected or self._scan.rules[finding.rule].title),
                observed=_short(_observed(finding)),
                place=f"{at.path}:{at.line}:{at.column}",
                input=self._digests.get(at.path, ""),
                message=_short(finding.message),
                waiver=finding.waiver,
                fingerprint=finding.fingerprint,
            )
        return self._items[number]

    def _files(self, framework: str) -> _Files:
        """The inputs in the scope of a framework by status, and those that forbid its controls to be satisfied."""
        if framework not in self._held:
            scope = self._scopes[framework]
            held = [item for item in self._scan.inputs if scope.holds(item.path)]
            gaps = tuple((item.path, _gap(item)) for item in held if is_incomplete(item, strict=True))
            self._held[framework] = (dict(Counter(item.status.value for item in held)), gaps)
        return self._held[framework]

    def _why(self, rule: str) -> str:
        """Why a rule did not run."""
        changes = self._scan.run.configuration.rules
        off = next((each for each in changes.off if each.rule == rule), None)
        if off:
            return f"switched off at {off.where}: {off.reason}"
        skipped = next((each for each in changes.skipped if rule in each.rules), None)
        if skipped:
            return f"left out by {skipped.pattern} ({skipped.where})"
        if changes.selected:
            return "not selected: " + ", ".join(f"{each.text} ({each.where})" for each in changes.selected)
        return f"not in the profile {self._scan.run.profile}"


def _weight(row: RuleRow) -> tuple[bool, int, str]:
    """What puts rules in order: those that decide and have failures first."""
    return not (row.link and row.link.strength.bears), -row.counts[Outcome.FAIL], row.id


def _each_reason_once(rows: Iterable[RuleRow]) -> Iterator[RuleRow]:
    """The rows with the first rule that each reason of a mapping stands at."""
    first: dict[str, str] = {}
    for row in rows:
        above = first.setdefault(row.link.rationale, row.id) if row.link else row.id
        yield row if above == row.id else replace(row, as_for=above)


def _is_to(link: ControlLink, control: Assessment) -> bool:
    return (link.framework, link.edition, link.control) == (control.framework, control.edition, control.control)


def _counts(items: Sequence[Item]) -> dict[Outcome, int]:
    counts = Counter(item.outcome for item in items)
    return {outcome: counts[outcome] for outcome in _ORDER}


def _observed(finding: Finding) -> str:
    if finding.outcome is Outcome.PASS:
        return "as expected"
    return finding.observed or (finding.provide if finding.outcome is Outcome.UNKNOWN else finding.message)


def _gap(item: Input) -> str:
    losses = (f"line {loss.line}: {loss.reason}" for loss in item.losses[:3])
    return "; ".join(filter(None, (item.reason, *losses)))


def _applicability(control: Assessment) -> str:
    if control.status is ControlStatus.NOT_APPLICABLE:
        return f"Does not apply: {control.reason}"
    if control.status is ControlStatus.NOT_ASSESSED:
        return "Applies, and nothing that was scanned decides it."
    return "Applies."


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
