"""Every subject of a scan with the outcomes of the rules for it, for evidence that has to add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import TypeAlias

from msgspec import Struct

from scanner.model import Finding, Outcome, SubjectOutcomes
from scanner.policy.evaluate import Evaluation

_Key: TypeAlias = tuple[str, int, int, str, str, str]
_Counts: TypeAlias = Mapping[str, Mapping[Outcome, int]]


class SubjectList(Struct, frozen=True):
    """The subjects, and the outcomes of all rules for them before any of these were put together or left out."""

    subjects: tuple[SubjectOutcomes, ...] = ()
    evaluated: _Counts = {}
    """Rule -> number of each outcome, as the scan counted them while it evaluated the rules."""

    def with_rules(self, evaluation: Evaluation, rules: Collection[str]) -> SubjectList:
        """The list with the subjects of rules that ran later, which are all of the evaluation by now."""
        if not self.evaluated and not self.subjects:
            return self
        evaluated = {**self.evaluated, **{rule: evaluation.counts[rule] for rule in rules if rule in evaluation.counts}}
        return list_of(evaluation, evaluated)


def list_of(evaluation: Evaluation, evaluated: _Counts) -> SubjectList:
    """The subjects of an evaluation; outcomes that no subject has, such as those of policies, come from findings."""
    rows: dict[_Key, SubjectOutcomes] = {}
    held: dict[_Key, dict[str, Counter[Outcome]]] = {}
    told: dict[str, Counter[Outcome]] = {}
    for row in evaluation.subjects:
        key = (row.path, row.line, row.column, row.kind, row.id, row.overlay)
        rows.setdefault(key, row)
        own = held.setdefault(key, {})
        for rule, counts in row.outcomes.items():
            own.setdefault(rule, Counter()).update(counts)
            told.setdefault(rule, Counter()).update(counts)
    for finding in _untold(evaluation.findings, evaluated, told):
        at = finding.location
        key = (at.path, at.line, at.column, finding.subject_kind, finding.subject_id, finding.overlay)
        rows.setdefault(key, SubjectOutcomes(*key[:5], finding.subject_name, finding.overlay))
        held.setdefault(key, {}).setdefault(finding.rule, Counter())[finding.outcome] += 1
    return SubjectList(tuple(_row(rows[key], held[key]) for key in sorted(rows)), evaluated)


def _untold(findings: Iterable[Finding], evaluated: _Counts, told: _Counts) -> Iterable[Finding]:
    """The findings of outcomes that were counted and that no subject of the evaluation has."""
    missing = {
        (rule, outcome): number - told.get(rule, {}).get(outcome, 0)
        for rule, counts in evaluated.items()
        for outcome, number in counts.items()
    }
    for finding in reversed([*findings]):
        key = (finding.rule, finding.outcome)
        if missing.get(key, 0) > 0:
            missing[key] -= 1
            yield finding


def _row(row: SubjectOutcomes, outcomes: _Counts) -> SubjectOutcomes:
    by_rule = {
        rule: {outcome: counts[outcome] for outcome in Outcome if counts.get(outcome)}
        for rule, counts in sorted(outcomes.items())
    }
    return SubjectOutcomes(row.path, row.line, row.column, row.kind, row.id, row.name, row.overlay, by_rule)
