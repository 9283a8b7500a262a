"""The data of the page about one control: what was tested, on what, with which result, and what people still owe."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from scanner.completeness import is_incomplete
from scanner.controls import Assessment, Checkable, ControlLink, ControlStatus
from scanner.evidence.controls.items import ORDER, Item, Items, numbers_of
from scanner.evidence.manual import Key, ManualState
from scanner.evidence.population import requested_scopes
from scanner.finished_scan import Accounts, Scan
from scanner.frameworks.assess import APPLICABILITY_UNKNOWN
from scanner.frameworks.uncounted import Why
from scanner.model import Input, Outcome
from scanner.waived import WaiverResult

METHOD = "automated test of the file"
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
    """Those that count for the status first; of these and of the others failures first, passes last."""
    counts: dict[Outcome, int]
    """Of the items that count for the status."""
    beside: dict[Outcome, int]
    """Of those that do not."""
    why_beside: tuple[str, ...]
    """Why these do not count."""
    elsewhere: dict[str, int]
    """Reason why failures of its rules are not listed as items -> how many."""
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
        self._items = Items(scan)
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
        items = sorted(self._of(control), key=lambda item: (not item.decides, ORDER.index(item.outcome)))
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
            counts=numbers_of([item for item in items if item.decides]),
            beside=numbers_of([item for item in items if not item.decides]),
            why_beside=tuple(dict.fromkeys(item.counts.removeprefix("no: ") for item in items if not item.decides)),
            elsewhere=self._elsewhere(key),
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
            link = self._link(rule, control)
            number = sum(evaluated.get(rule, {}).values())
            yield RuleRow(rule, info.title, info.severity, link, number, numbers_of(some))

    def _of(self, control: Assessment) -> Iterator[Item]:
        """What concerns a control, and failures that count for none because the mappings have low strength."""
        key, accounts = (control.framework, control.edition, control.control), self._scan.accounts or Accounts()
        low = (number for number, why in accounts.uncounted.get(key, ()) if why == Why.STRENGTH)
        for number in (*accounts.of_controls.get(key, ()), *low):
            yield self._items.of(number, self._link(self._items.finding(number).rule, control), control)

    def _elsewhere(self, key: Key) -> dict[str, int]:
        accounts = self._scan.accounts or Accounts()
        return dict(
            Counter(
                why
                for number, why in accounts.uncounted.get(key, ())
                if why != Why.STRENGTH and self._items.finding(number).outcome is Outcome.FAIL
            )
        )

    def _link(self, rule: str, control: Assessment) -> ControlLink | None:
        return next((each for each in self._scan.links.get(rule, ()) if _is_to(each, control)), None)

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


def _gap(item: Input) -> str:
    losses = (f"line {loss.line}: {loss.reason}" for loss in item.losses[:3])
    return "; ".join(filter(None, (item.reason, *losses)))


def _applicability(control: Assessment) -> str:
    if control.status is ControlStatus.NOT_APPLICABLE:
        return f"Does not apply: {control.reason}"
    if control.reason in APPLICABILITY_UNKNOWN:
        return f"Not known: {control.reason}."
    return "Counts as applicable: neither the scope nor the scanned files exclude it."
