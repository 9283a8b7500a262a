"""Unknown outcomes of one rule with one cause: one of them is shown, and it names the others."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from msgspec.structs import replace

from scanner.contexts import IF_WHOLE
from scanner.facts.lack import FROM_CLUSTER, FROM_ELSEWHERE, IN_RELEASE
from scanner.late import regex
from scanner.model import Finding, Outcome
from scanner.places import Related
from scanner.policy.evaluate import Counts
from scanner.sources.markers import CHART

_STATE = "state `metadata.namespace`"
"""What a rule about the namespace of an object asks for."""
_BOTH = "scan what both give"
"""The command behind it is about two charts or overlays, and the object that is meant is in one of them."""
_SHARED = regex(
    rf"(?:make |{_BOTH}|{FROM_ELSEWHERE}|{IN_RELEASE}|scan the (?:Services|workloads) of|scan this folder together"
    r"|state `(?:metadata\.)?namespace` in )"
    rf"|.*, or (?:make |{FROM_ELSEWHERE})"
)
"""How what is to be done begins where one step decides all that ask for it."""
_BEFORE_NAME = FROM_CLUSTER.partition("{")[0]
"""What follows it names the object."""
_BY_FILES = "the same files, or such a command with its own name and namespace, decide it"
"""Is said where the command prints the object of the first finding only."""
_KUBERNETES = "kubernetes."
_SHOWN, _NAMED = 50, 3


def of_one_cause(findings: Sequence[Finding], counts: Counts | None) -> Sequence[Finding]:
    """The findings, of unknown ones of a rule about Kubernetes objects with one cause one; the others are not counted.

    Those that a comparison or a waiver treats differently stay apart.
    """
    findings = [_of_overlay(finding) for finding in findings]
    groups: dict[object, list[Finding]] = {}
    for number, finding in enumerate(findings):
        groups.setdefault(_cause(finding) or number, []).append(finding)
    if len(groups) == len(findings):
        return findings
    for first, *others in groups.values():
        if others and counts is not None:
            numbers = counts[first.rule]
            counts[first.rule] = {**numbers, first.outcome: numbers[first.outcome] - len(others)}
    return [_as_one(*some) if len(some) > 1 else some[0] for some in groups.values()]


def _of_overlay(finding: Finding) -> Finding:
    """A finding that needs the namespace of a built object, which its overlay or its release states for all of them."""
    if finding.provide != _STATE or finding.outcome is not Outcome.UNKNOWN or not finding.overlay:
        return finding
    folder, _, name = finding.overlay.rpartition("/")
    provide = f"state `namespace` in {finding.overlay}"
    if name == CHART:
        provide = f"{IN_RELEASE}: `helm template {shlex.quote(folder or '.')} -n NAMESPACE | assay scan -`"
    return replace(finding, provide=provide, message=f"{finding.message}; to decide, {provide}")


def _cause(finding: Finding) -> tuple[object, ...]:
    """What findings with one cause have in common; empty for one that stands for itself."""
    provide = finding.provide
    if finding.outcome is not Outcome.UNKNOWN or not finding.rule.startswith(_KUBERNETES):
        return ()
    why = f"{provide} {finding.location.path}"
    if provide != IF_WHOLE and not _SHARED.match(provide):
        return ()
    if provide != IF_WHOLE:
        why = provide
    if provide.startswith("make "):
        why = provide.partition(_BEFORE_NAME)[0]
    if FROM_ELSEWHERE in provide:
        why = provide.partition(FROM_ELSEWHERE)[0] + FROM_ELSEWHERE
    if provide.startswith(_BOTH):
        why = finding.message.partition("; ")[2].partition("; to decide, ")[0]
    return (finding.rule, why, finding.severity, finding.waiver, finding.baseline_state, finding.cause)


def _as_one(first: Finding, *others: Finding) -> Finding:
    """A finding, with the names of the other objects and the places of the others."""
    names = [name for name in dict.fromkeys(other.subject_name for other in others) if name != first.subject_name]
    places = [place for place in dict.fromkeys(other.location for other in others) if place != first.location]
    related = tuple(Related(place, "the same here") for place in places[:_SHOWN])
    same = "its overlay, scanned so, decides it" if FROM_ELSEWHERE in first.provide else "the same decides it"
    if _BEFORE_NAME in first.provide and any(other.provide != first.provide for other in others):
        same = _BY_FILES
    also = f"; {same} for {_enumerated(names)}" if names else ""
    if not names and places:
        also = f"; {same} at {len(places):,} more {'place' if len(places) == 1 else 'places'}"
    return replace(first, message=first.message + also, related=(*first.related, *related))


def _enumerated(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")
