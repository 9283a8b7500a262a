"""Outcomes -> verdict. Never changes an outcome."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from scanner.completeness import is_incomplete
from scanner.exit_codes import CLEAN, FAILED, INCOMPLETE, NOTHING
from scanner.finished_scan import Verdict
from scanner.gate.acceptance import accept
from scanner.model import SEVERITIES, Finding, Input, InputStatus, Outcome, Severity

__all__ = ["Before", "accept", "judge", "reaches"]


class Before(Struct, frozen=True):
    """What the base of a comparison could not assess."""

    compared: bool = False
    baseline: str = ""
    """The file that is compared with; empty where the base is a commit."""
    assessed: bool = False
    """It held something to assess, so that a change may have deleted all of it."""
    inputs: frozenset[str] = frozenset()
    """Paths of inputs."""
    errors: frozenset[str] = frozenset()
    """Fingerprints of rules that could not be evaluated."""
    always: frozenset[str] = frozenset()
    """Rules about the change itself, whose failures count whatever the threshold: a change could raise it."""


def judge(
    inputs: Sequence[Input],
    findings: Iterable[Finding],
    fail_on: Severity,
    *,
    allow_incomplete: bool,
    idle: str = "",
    strict_documents: bool = False,
    before: Before | None = None,
) -> Verdict:
    """The exit code of a scan and its reason in one sentence.

    `idle` says why nothing was judged, where nothing was. `strict_documents` counts what cannot be read in
    documentation, source code and workflows of CI services. What the base of a comparison could not assess either,
    which is in `before`, does not count.
    """
    findings, before = tuple(findings), before or Before()
    reaching = (each for each in findings if each.rule in before.always or reaches(each.severity, fail_on))
    failed = [each for each in reaching if each.fails]
    failing = sum(not each.waiver for each in failed)
    missing = [item for item in inputs if is_incomplete(item, strict=strict_documents)]
    counted = [item for item in missing if not item.accepted and item.path not in before.inputs]
    errors = sum(finding.outcome is Outcome.ERROR and finding.fingerprint not in before.errors for finding in findings)
    known = _known(sum(bool(item.accepted) for item in missing), before, missing) + _waived(len(failed) - failing)
    if (counted or errors) and not allow_incomplete:
        parts = [part for part in (*_missing(counted), _count(errors, "rule", "could not be evaluated")) if part]
        listed = ", ".join(parts[:-1]) + " and " * (len(parts) > 1) + parts[-1]
        return Verdict(INCOMPLETE, f"Incomplete: {listed}{known}.")
    if failing:
        what = f"{_worse(before)}at or above {fail_on}"
        return Verdict(FAILED, f"Failed: {_count(failing, 'finding', what)}{known}.")
    idle = "" if before.assessed else idle
    if not counted and not before.assessed and not any(item.status is InputStatus.ASSESSED for item in inputs):
        what = "no architecture spec, Kubernetes manifest or swarm configuration"
        return Verdict(NOTHING, f"Nothing to assess: {what}{known}.")
    if idle and not counted:
        return Verdict(NOTHING, f"Nothing to assess: {idle}{known}.")
    left = " (inputs and rules that could not be assessed were allowed)" if counted or errors else ""
    passed = _passed(before)
    said = "" if before.compared else " failed"
    return Verdict(CLEAN, f"Passed: {passed} at or above {fail_on}{said}{left}{known}.")


def _worse(before: Before) -> str:
    """What is said of findings that fail, where only those count that are worse than before."""
    if before.baseline:
        return f"(new, or worse than in {before.baseline}) "
    return "that the change made worse, " if before.compared else ""


def _passed(before: Before) -> str:
    if before.baseline:
        return f"nothing is new or worse than in {before.baseline}"
    return "the change made nothing worse" if before.compared else "nothing"


def _missing(inputs: Sequence[Input]) -> Iterator[str]:
    """How many inputs were not assessed, and how."""
    unreadable = sum(item.status is InputStatus.UNREADABLE for item in inputs)
    unread = [item for item in inputs if item.status is InputStatus.NOT_ASSESSED]
    kinds = ", ".join(sorted({kind for item in unread for kind in item.formats}))
    partly = len(inputs) - unreadable - len(unread)
    yield _count(unreadable, "input", "could not be read")
    yield _count(len(unread), "input", f"{'was' if len(unread) == 1 else 'were'} not assessed ({kinds})")
    yield _count(partly, "input", f"{'was' if partly == 1 else 'were'} not assessed in full")


def _known(accepted: int, before: Before, missing: Iterable[Input]) -> str:
    """What the configuration and the base of a comparison leave out of the verdict."""
    both = sum(item.path in before.inputs for item in missing)
    parts = (
        _count(accepted, "input", "accepted as not assessed"),
        _count(both, "input", f"not assessed {'in the baseline' if before.baseline else 'on the base'} either"),
    )
    told = ", ".join(part for part in parts if part)
    return f" ({told})" if told else ""


def _waived(number: int) -> str:
    """What waivers leave out of the verdict."""
    return f" ({_count(number, 'finding', 'waived')})" if number else ""


def reaches(severity: Severity, threshold: Severity) -> bool:
    """Whether a finding of a severity counts at a threshold."""
    return SEVERITIES.index(severity) <= SEVERITIES.index(threshold)


def _count(number: int, noun: str, what: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'} {what}" if number else ""
