"""Findings that count one step lower for what all files together show: of a workload or Service, or of the cluster.

The rules look at one subject. So what else there is comes in after all files were read and the facts were derived.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from msgspec.structs import replace

from scanner.facts.derived import Derived
from scanner.model import Finding, Outcome, Subject, lowered
from scanner.policy.rule import FactReason, Rule
from scanner.subjects.kubernetes import RESOURCE, WORKLOAD

_OF_WORKLOADS = ("restricted_by_openshift", "memory_limited_by_namespace")
"""The facts of workloads that a rule may name."""
_OF_SERVICES = "private_load_balancer"
"""The fact of Services that a rule may name."""
FACTS_READ = (*_OF_WORKLOADS, _OF_SERVICES)
LEVEL = "baseline_enforced_by_default"
"""What is true of a Namespace that states no level of Pod Security, where its cluster enforces one by default."""
PROFILE = "seccomp_profile_set_by_default"
"""What is true of a workload whose containers state no seccomp profile, where its cluster sets one by default."""
_LABEL = "pod-security.kubernetes.io/enforce"
_STATED = "seccompProfile"
"""What a security context states where the default profile may not apply; rules lower privileged containers first."""
_Key = tuple[str, str]
"""The overlay, chart or file of a workload, and its identity."""


def with_lowered(
    findings: Sequence[Finding],
    rules: Iterable[Rule],
    subjects: Collection[Subject],
    derived: Derived,
    *,
    defaults: Collection[str] = (),
) -> list[Finding]:
    """The findings, each with the severity that counts; one that its rule counts lower already stays as it is.

    `defaults` is what the cluster sets where a subject states nothing: `LEVEL`, `PROFILE` or both.
    """
    reasons = {rule.info.id: rule.lower_by for rule in rules if rule.lower_by}
    holding: dict[_Key, Collection[str]] = {**_workloads(subjects, derived, profile=PROFILE in defaults)}
    if LEVEL in defaults:
        holding |= dict.fromkeys(map(_key, filter(_states_no_level, subjects)), (LEVEL,))
    if any(facts.get(_OF_SERVICES) for _, facts in derived.told()):
        services = (each for each in subjects if each.kind == RESOURCE)
        holding |= {_key(each): (_OF_SERVICES,) for each in services if derived.facts(each).get(_OF_SERVICES) is True}
    if not holding:
        return list(findings)
    return [
        _lowered(finding, reasons[finding.rule], holding) if finding.rule in reasons else finding
        for finding in findings
    ]


def _lowered(finding: Finding, reasons: Iterable[FactReason], holding: Mapping[_Key, Collection[str]]) -> Finding:
    if finding.outcome is not Outcome.FAIL or finding.counted_because:
        return finding
    for reason in reasons:
        if any(reason.fact in holding.get(key, ()) for key in _owners(finding)):
            return replace(finding, severity=lowered(finding.severity), counted_because=reason.because)
    return finding


def _workloads(subjects: Iterable[Subject], derived: Derived, *, profile: bool) -> dict[_Key, set[str]]:
    """The facts that are true of each workload; of several with one identity, those of all of them."""
    found: dict[_Key, set[str]] = {}
    if not (profile or any(facts.get(name) for _, facts in derived.told() for name in _OF_WORKLOADS)):
        return found
    for subject in subjects:
        if subject.kind == WORKLOAD:
            known = derived.facts(subject)
            own = {name for name in _OF_WORKLOADS if known.get(name) is True}
            if profile and _states_no_profile(subject.bindings["pod"]):
                own.add(PROFILE)
            found.setdefault(_key(subject), own).intersection_update(own)
    return found


def _states_no_profile(pod: Mapping[str, Any]) -> bool:
    """Whether neither a pod nor a container of it states a seccomp profile.

    The step that finds `restricted_by_openshift` reads these fields too, so that they are there.
    """
    lists = [pod.get(field) or () for field in ("initContainers", "containers")]
    if pod.get("ephemeralContainers") is not None or not all(isinstance(each, list | tuple) for each in lists):
        return False
    contexts = [each.get("securityContext") for each in (pod, *chain(*lists)) if isinstance(each, Mapping)]
    return not any(_STATED in context for context in contexts if isinstance(context, Mapping))


def _key(subject: Subject) -> _Key:
    return subject.overlay or subject.origin.path, subject.identity


def _states_no_level(subject: Subject) -> bool:
    """Whether a subject is a Namespace without the label that says what it enforces."""
    thing = subject.bindings["object"] if subject.kind == RESOURCE else {}
    if thing.get("kind") != "Namespace" or thing.get("apiVersion") != "v1":
        return False
    metadata = thing.get("metadata")
    labels = metadata.get("labels") if isinstance(metadata, dict) else None
    return not (isinstance(labels, dict) and labels.get(_LABEL) is not None)


def _owners(finding: Finding) -> Iterator[_Key]:
    """The keys of its subject and, of a container, those that the workload may have: its identity begins with it."""
    place, identity = finding.overlay or finding.location.path, finding.subject_id
    yield place, identity
    while identity:
        identity = identity.rpartition("/")[0]
        yield place, identity
