"""Findings about containers that count one step lower for what all subjects together show of the workload.

Rules about containers look at one subject. So what the workload is comes in after the facts were derived.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from scanner.facts.derived import Derived
from scanner.model import Finding, Outcome, Subject, lowered
from scanner.policy.rule import Rule, WorkloadReason
from scanner.subjects.kubernetes import WORKLOAD

FACTS_READ = ("restricted_by_openshift",)
"""The facts of workloads that a rule may name."""
_Key = tuple[str, str]
"""The overlay, chart or file of a workload, and its identity."""


def with_lowered(
    findings: Sequence[Finding], rules: Iterable[Rule], subjects: Iterable[Subject], derived: Derived
) -> list[Finding]:
    """The findings, each with the severity that counts; one that its rule counts lower already stays as it is."""
    reasons = {rule.info.id: rule.lower_by for rule in rules if rule.lower_by}
    holding = _workloads(subjects, derived)
    if not holding:
        return list(findings)
    return [
        _lowered(finding, reasons[finding.rule], holding) if finding.rule in reasons else finding
        for finding in findings
    ]


def _lowered(finding: Finding, reason: WorkloadReason, holding: Mapping[_Key, Collection[str]]) -> Finding:
    if finding.outcome is not Outcome.FAIL or finding.counted_because:
        return finding
    if not any(reason.fact in holding.get(key, ()) for key in _owners(finding)):
        return finding
    return replace(finding, severity=lowered(finding.severity), counted_because=reason.because)


def _workloads(subjects: Iterable[Subject], derived: Derived) -> dict[_Key, set[str]]:
    """The facts that are true of each workload; of several with one identity, those of all of them."""
    found: dict[_Key, set[str]] = {}
    if not any(facts.get(name) for _, facts in derived.told() for name in FACTS_READ):
        return found
    for subject in subjects:
        if subject.kind == WORKLOAD:
            known = derived.facts(subject)
            own = {name for name in FACTS_READ if known.get(name) is True}
            found.setdefault((subject.overlay or subject.origin.path, subject.identity), own).intersection_update(own)
    return found


def _owners(finding: Finding) -> Iterator[_Key]:
    """The keys that the workload of a container may have: its identity begins that of the container."""
    place, identity = finding.overlay or finding.location.path, finding.subject_id
    while identity:
        identity = identity.rpartition("/")[0]
        yield place, identity
