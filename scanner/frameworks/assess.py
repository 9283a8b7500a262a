"""Outcomes -> the status of every control of a framework, which `status` decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from scanner.controls import AppliesWhen, Assessment, ControlLink, ControlStatus, ShownBy
from scanner.frameworks.catalogue import Control, Framework
from scanner.frameworks.links import Links
from scanner.frameworks.population import Population
from scanner.frameworks.status import Decision, Evidence, decide
from scanner.model import Finding, Outcome

Counts: TypeAlias = Mapping[str, Mapping[Outcome, int]]
"""Rule -> number of each outcome."""
ByControl: TypeAlias = Mapping[str, Sequence[tuple[str, ControlLink]]]
"""Control -> the rules that are mapped to it, each with its link."""
BySubject: TypeAlias = Mapping[tuple[str, str], Counts]
"""(path, identity) of a subject -> the same of that subject."""
ByData: TypeAlias = Mapping[str, Mapping[frozenset[str], Mapping[Outcome, int]]]
"""Rule -> the same for the subjects with equal categories of data, by these."""

NOTHING_THERE = "the scanned files contain nothing that the control is about"
_NOT_TOLD = "the scanned files do not show whether the control applies"
_NO_DATA = "whether the control applies depends on the data, and no scanned architecture spec lists data assets"
APPLICABILITY_UNKNOWN = (_NO_DATA, _NOT_TOLD)
"""Reasons why it is not known whether a control applies."""


class OutcomesInScope(Struct, frozen=True):
    """What a scan found out within the scope of a framework."""

    counts: Counts
    failed: Mapping[str, Sequence[Finding]] = field(default_factory=dict)
    """Rule -> its failures."""
    population: Population = field(default_factory=Population)
    by_data: ByData = field(default_factory=dict)
    """Of subjects whose data may have nothing to do with a control."""
    accepted: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Id of a waiver -> the controls for which it is approved, as `soc2 CC6.1`; for all where there are none."""

    def outcomes(self, rule: str, whens: Sequence[AppliesWhen]) -> dict[Outcome, int]:
        """The outcomes of a rule, without those about data that conditions do not mean."""
        if rule not in self.counts:
            return {}
        counts = dict(self.counts[rule])
        wanted = [when.data for when in whens if when.data]
        for categories, some in self.by_data.get(rule, {}).items() if wanted else ():
            if any(map(categories.isdisjoint, wanted)):
                for outcome, number in some.items():
                    counts[outcome] -= number
        return {outcome: number for outcome, number in counts.items() if number > 0}

    def failures(self, rule: str, whens: Sequence[AppliesWhen]) -> list[Finding]:
        """The failures of a rule, without those about data that conditions do not mean."""
        failed = self.failed.get(rule, ())
        if any(when.data for when in whens):
            failed = [each for each in failed if self._concerned(whens, each.location.path, each.subject_id)]
        return list(failed)

    def is_waived(self, finding: Finding, framework: Framework, control: str) -> bool:
        """Whether a waiver accepts a finding for a control."""
        controls = self.accepted.get(finding.waiver, ()) if finding.waiver else ()
        names = (f"{framework.id} {control}", f"{framework.id}@{framework.edition} {control}")
        return bool(finding.waiver) and (not controls or any(name in controls for name in names))

    def _concerned(self, whens: Sequence[AppliesWhen], path: str, identity: str) -> bool:
        return all(self.population.concerns(when, path, identity) for when in whens)


def by_data(by_subject: BySubject, population: Population) -> ByData:
    """The outcomes of all subjects whose data is stated: a spec has thousands of these, and few sets of categories."""
    found: dict[str, dict[frozenset[str], Counter[Outcome]]] = {}
    for subject, counts in by_subject.items():
        if (categories := population.carried.get(subject)) is not None:
            for rule, some in counts.items():
                found.setdefault(rule, {}).setdefault(categories, Counter()).update(some)
    return found


def failures(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Rule -> its failures."""
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.outcome is Outcome.FAIL:
            found.setdefault(finding.rule, []).append(finding)
    return found


def assess(
    framework: Framework,
    seen: OutcomesInScope,
    linked: ByControl,
    not_applicable: Mapping[str, str] | None = None,
    not_run: Mapping[str, Sequence[str]] | None = None,
) -> tuple[Assessment, ...]:
    """The status of every control of a framework, in the catalogue's order.

    `not_applicable` gives the reason for each control that the scope file excludes; `not_run` are the rules that are
    mapped to each control, bear on it and did not run.
    """
    out, left = not_applicable or {}, not_run or {}
    return tuple(
        [
            _assessment(framework, it, linked.get(it.id, ()), left.get(it.id, ()), seen, out.get(it.id, ""))
            for it in framework.controls
        ]
    )


def by_control(linked: Links) -> dict[tuple[str, str], ByControl]:
    """(framework, edition) -> the rules that are mapped to its controls."""
    found: dict[tuple[str, str], dict[str, list[tuple[str, ControlLink]]]] = {}
    for rule in sorted(linked):
        for link in linked[rule]:
            controls = found.setdefault((link.framework, link.edition), {})
            if link.control in controls:
                controls[link.control].append((rule, link))
            else:
                controls[link.control] = [(rule, link)]
    return dict(found)


def _assessment(
    framework: Framework,
    control: Control,
    bearing: Sequence[tuple[str, ControlLink]],
    not_run: Sequence[str],
    seen: OutcomesInScope,
    excluded: str,
) -> Assessment:
    conditions = tuple([when for when in (framework.applies_when, control.applies_when) if not when.is_always])
    limited = bool(excluded or conditions)  # most controls are not
    applies = not limited or not (excluded or any(seen.population.meets(when) is False for when in conditions))
    evidence = list(_evidence(bearing, conditions, seen)) if applies and bearing else []
    out = _unless_out_of_scope(control, conditions, seen.population, excluded) if limited else None
    decision = out or decide(control, evidence, not_run, incomplete=seen.population.incomplete)
    assessment = Assessment(
        framework=framework.id,
        edition=framework.edition,
        control=control.id,
        title=control.title,
        parent=control.parent,
        checkable=control.checkable,
        evidence=control.evidence,
        status=decision.status,
        reason=decision.reason,
        not_run=tuple(not_run),
    )
    if not evidence:  # as of most controls
        return assessment
    failed = _failures(evidence, conditions, seen)
    contradicted = decision.status in (ControlStatus.NOT_SATISFIED, ControlStatus.WEAKENED)
    return replace(
        assessment,
        rules=tuple([each.rule for each in evidence]),
        findings=tuple(dict.fromkeys([each.fingerprint for each in failed])),
        links=tuple(dict.fromkeys([each.link for each in evidence])),
        shown_by=_shown_by(evidence),
        waived=contradicted and bool(failed) and all(seen.is_waived(each, framework, control.id) for each in failed),
    )


def _evidence(
    bearing: Sequence[tuple[str, ControlLink]], conditions: Sequence[AppliesWhen], seen: OutcomesInScope
) -> Iterator[Evidence]:
    """The outcomes of the rules that are mapped to a control, by links that may apply."""
    for rule, link in bearing:
        if rule not in seen.counts:
            continue
        meets = seen.population.meets(link.applies_when)
        if meets is not False and (outcomes := seen.outcomes(rule, (*conditions, link.applies_when))):
            yield Evidence(rule, link, outcomes if meets else {Outcome.UNKNOWN: 1})


def _failures(evidence: Sequence[Evidence], conditions: Sequence[AppliesWhen], seen: OutcomesInScope) -> list[Finding]:
    """The failures that count."""
    return [
        finding
        for each in evidence
        if Outcome.FAIL in each.outcomes and each.link.strength.bears
        for finding in seen.failures(each.rule, (*conditions, each.link.applies_when))
    ]


def _shown_by(evidence: Sequence[Evidence]) -> tuple[ShownBy, ...]:
    """The kinds of evidence that decide a status."""
    ways = [each.link.shown_by for each in evidence if each.decides]
    return tuple([way for way in ShownBy if way in ways]) if ways else ()


def _unless_out_of_scope(
    control: Control, conditions: Sequence[AppliesWhen], population: Population, excluded: str
) -> Decision | None:
    """The decision for a control that does not apply, or for which that is unknown; None for any other."""
    if excluded:
        return Decision(ControlStatus.NOT_APPLICABLE, excluded)
    if not conditions or not (control.objectives or control.unmapped):
        return None  # a manual control changes by the scope file only
    told = [population.meets(when) for when in conditions]
    if False in told:
        return Decision(ControlStatus.NOT_APPLICABLE, NOTHING_THERE)
    if None in told:
        by_data = any(when.data for when in conditions) and population.data is None
        return Decision(ControlStatus.NOT_ASSESSED, _NO_DATA if by_data else _NOT_TOLD)
    return None
