"""The results of a scan for every framework: statuses of controls, figures, and the findings that concern it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct, field

from scanner.completeness import is_incomplete
from scanner.controls import AppliesWhen, Assessment, ControlLink, ControlStatus, FrameworkSummary
from scanner.facts.derived import Derived
from scanner.frameworks.assess import (
    ByControl,
    BySubject,
    Counts,
    OutcomesInScope,
    assess,
    by_control,
    by_data,
    failures,
)
from scanner.frameworks.catalogue import Framework
from scanner.frameworks.figures import summarise
from scanner.frameworks.links import Bearing, Links
from scanner.frameworks.population import Population, population
from scanner.frameworks.scope import Scope
from scanner.model import Finding, Input, InputStatus, Outcome, Subject

_Whens: TypeAlias = tuple[AppliesWhen, ...]
_Bearing: TypeAlias = "tuple[FrameworkResult, dict[str, list[_Whens]]]"
"""A framework, and the conditions of the mappings of each rule that concerns it."""
_OUT = (ControlStatus.NOT_APPLICABLE, ControlStatus.MANUAL)


class ScanData(Struct, frozen=True):
    """What a scan read and found out."""

    inputs: Sequence[Input]
    subjects: Sequence[Subject]
    derived: Derived
    findings: Sequence[Finding]
    counts: dict[str, Mapping[Outcome, int]]
    """Rule -> number of each outcome."""
    by_subject: BySubject
    within: Callable[[Callable[[str], bool]], Counts]
    """The counts of some of the files."""
    strict_documents: bool
    """What cannot be read in documentation, source code and workflows of CI services counts as well."""
    lost: bool
    """Facts could not be derived."""
    lists_passes: bool = False
    """Each pass is one of the findings."""
    accepted: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Id of a waiver -> the controls for which it is approved."""


class FrameworkResult(Struct, frozen=True):
    """One framework, judged by a scan."""

    framework: Framework
    scope: Scope
    population: Population
    assessments: tuple[Assessment, ...]
    summary: FrameworkSummary

    @property
    def applies(self) -> bool:
        """Whether any of its controls that a file can show may apply to anything that was assessed."""
        return self.summary.scope_inputs != 0 and any(each.status not in _OUT for each in self.assessments)

    def links(self, linked: Links, rules: Iterable[str]) -> Iterator[tuple[str, ControlLink, _Whens]]:
        """The mappings of some rules to its controls, each with its conditions: all of them must hold."""
        own, every = (self.framework.id, self.framework.edition), self.framework.applies_when
        of_control = {control.id: control.applies_when for control in self.framework.controls}
        for rule in rules:
            for link in linked.get(rule, ()):
                if (link.framework, link.edition) == own:
                    yield rule, link, (every, of_control[link.control], link.applies_when)

    def may_apply(self, link: ControlLink, whens: Sequence[AppliesWhen]) -> bool:
        """Whether the control of a mapping may apply to something that was assessed."""
        possible = all(self.population.meets(when) is not False for when in whens)
        return possible and link.control not in self.scope.not_applicable

    def conditions(self, linked: Links) -> dict[str, list[_Whens]]:
        """Rule -> the conditions of each of its links to a control that may apply, with at least medium strength."""
        found: dict[str, list[_Whens]] = {}
        for rule, link, whens in self.links(linked, linked):
            if link.strength.bears and self.may_apply(link, whens):
                found.setdefault(rule, []).append(whens)
        return found


def evaluate_frameworks(
    frameworks: Iterable[Framework],
    scopes: Mapping[tuple[str, str], Scope],
    scanned: ScanData,
    linked: Links,
    not_run: Bearing,
) -> list[FrameworkResult]:
    """Every framework by what belongs to its scope; `not_run` are the rules that did not run."""
    bearing = by_control(linked)
    within: dict[tuple[str, ...], _InScope] = {}
    judged = []
    for framework in frameworks:
        key = (framework.id, framework.edition)
        own = scopes.get(key, Scope())
        if own.paths not in within:  # most frameworks have the same scope: everything
            within[own.paths] = _in_scope(own, scanned)
        part = within[own.paths]
        judged.append(_framework_result(framework, own, part, bearing.get(key, {}), not_run.get(key, {})))
    return judged


def concerned(
    judged: Sequence[FrameworkResult], scanned: ScanData, linked: Links, exempt: Collection[str]
) -> list[Finding]:
    """The findings that concern a framework, and those of exempt rules; the counts are adjusted to these."""
    bearing: list[_Bearing] = [(each, each.conditions(linked)) for each in judged]
    kept = [each for each in scanned.findings if each.rule in exempt or _concerns(each, bearing)]
    counts = {} if scanned.lists_passes else {rule: scanned.counts[rule] for rule in exempt if rule in scanned.counts}
    for paths, rules in _rules_by_paths(bearing).items() if not scanned.lists_passes else ():
        held = _held(scanned, paths)
        counts.update({rule: held[rule] for rule in rules if rule in held and rule not in exempt})
    told = _counted(counts, kept, passes=scanned.lists_passes)
    scanned.counts.clear()
    scanned.counts.update(told)
    return kept


def _rules_by_paths(bearing: Sequence[_Bearing]) -> dict[tuple[tuple[str, ...], ...], list[str]]:
    """The paths of the frameworks that rules concern -> these rules."""
    scopes: dict[str, dict[tuple[str, ...], None]] = {}
    for each, conditions in bearing:
        for rule in conditions:
            scopes.setdefault(rule, {})[each.scope.paths] = None
    found: dict[tuple[tuple[str, ...], ...], list[str]] = {}
    for rule, paths in scopes.items():
        found.setdefault(tuple(paths), []).append(rule)
    return found


def _held(scanned: ScanData, scopes: Sequence[tuple[str, ...]]) -> Counts:
    """The counts of the files that belong to any of some scopes."""
    if not all(scopes):
        return scanned.counts
    held = [Scope(paths) for paths in scopes]
    return scanned.within(lambda path: any(each.holds(path) for each in held))


def findings_of_controls(
    judged: Sequence[FrameworkResult], findings: Sequence[Finding], linked: Links
) -> dict[tuple[str, str, str], tuple[int, ...]]:
    """(framework, edition, control) -> numbers of the findings that concern it, through a mapping of any strength."""
    by_rule: dict[str, list[int]] = {}
    for number, finding in enumerate(findings):
        by_rule.setdefault(finding.rule, []).append(number)
    found: dict[tuple[str, str, str], list[int]] = {}
    for each in judged:
        for rule, link, whens in each.links(linked, by_rule):
            if each.may_apply(link, whens):
                key = (link.framework, link.edition, link.control)
                numbers = (number for number in by_rule[rule] if _is_of(findings[number], each, whens))
                found.setdefault(key, []).extend(numbers)
    return {key: tuple(sorted(numbers)) for key, numbers in found.items()}


def _is_of(finding: Finding, result: FrameworkResult, whens: Sequence[AppliesWhen]) -> bool:
    """Whether a finding is one of what a control is about."""
    place = (finding.location.path, finding.subject_id)
    return result.scope.holds_any(finding.places) and all(result.population.concerns(when, *place) for when in whens)


def _concerns(finding: Finding, bearing: Iterable[_Bearing]) -> bool:
    """Whether a finding concerns a control that may apply; passes are listed wherever their rule is mapped."""
    place = (finding.location.path, finding.subject_id)
    for each, conditions in bearing:
        links = conditions.get(finding.rule)
        if links and each.scope.holds_any(finding.places):
            passed = finding.outcome is Outcome.PASS
            if passed or any(all(each.population.concerns(when, *place) for when in whens) for whens in links):
                return True
    return False


def _counted(counts: Counts, findings: Iterable[Finding], *, passes: bool = False) -> dict[str, dict[Outcome, int]]:
    """The passes of some counts, and of all other outcomes what is listed, so that no sum differs from its list.

    With `passes`, these are among the findings too.
    """
    passed = {rule: some[Outcome.PASS] for rule, some in counts.items() if some.get(Outcome.PASS)}
    told: dict[str, dict[Outcome, int]] = {rule: {Outcome.PASS: number} for rule, number in passed.items()}
    for finding in findings:
        if passes or finding.outcome is not Outcome.PASS:
            own = told.setdefault(finding.rule, {})
            own[finding.outcome] = own.get(finding.outcome, 0) + 1
    return told


class _InScope(Struct, frozen=True):
    """The part of a scan below the paths of a scope."""

    seen: OutcomesInScope
    inputs: int | None
    """Assessed inputs; None for a scope without paths."""


def _in_scope(scope: Scope, scanned: ScanData) -> _InScope:
    paths = scope.paths  # where there are none, everything belongs to it
    held = [item for item in scanned.inputs if scope.holds(item.path)] if paths else scanned.inputs
    incomplete = scanned.lost or any(is_incomplete(item, strict=scanned.strict_documents) for item in held)
    findings = [each for each in scanned.findings if scope.holds_any(each.places)] if paths else scanned.findings
    subjects = [each for each in scanned.subjects if scope.holds_any(each.places)] if paths else scanned.subjects
    own = population(held, subjects, scanned.derived, incomplete=incomplete)
    seen = OutcomesInScope(
        _counted(scanned.within(scope.holds), findings) if paths else scanned.counts,
        failures(findings),
        own,
        by_data({key: counts for key, counts in scanned.by_subject.items() if scope.holds(key[0])}, own),
        scanned.accepted,
    )
    return _InScope(seen, sum(item.status is InputStatus.ASSESSED for item in held) if paths else None)


def _framework_result(
    framework: Framework, scope: Scope, part: _InScope, linked: ByControl, not_run: Mapping[str, Sequence[str]]
) -> FrameworkResult:
    own = part.seen.population
    assessments = assess(framework, part.seen, linked, scope.not_applicable, not_run)
    summary = summarise(framework, assessments, scope.paths, part.inputs, incomplete=own.incomplete)
    return FrameworkResult(framework, scope, own, assessments, summary)
