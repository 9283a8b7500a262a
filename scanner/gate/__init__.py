"""Outcomes -> verdict. Never edits an outcome; it only says what follows from them all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scanner.model import SEVERITIES, Finding, Input, InputStatus, Outcome, Severity, Verdict

CLEAN, FAILED, USAGE, NOTHING, INCOMPLETE, INTERNAL = range(6)
"""The exit codes; their precedence is 5 > 2 > 4 > 1 > 3, the same for every output."""


def judge(
    inputs: Sequence[Input],
    findings: Iterable[Finding],
    fail_on: Severity,
    *,
    allow_incomplete: bool,
    applies: bool = True,
) -> Verdict:
    """The exit code of a scan and its reason in one sentence.

    `applies` says whether any framework that was asked for is about what was scanned.
    """
    findings = tuple(findings)
    failing = sum(finding.outcome is Outcome.FAIL and _reaches(finding.severity, fail_on) for finding in findings)
    unreadable = sum(item.status is InputStatus.UNREADABLE for item in inputs)
    errors = sum(finding.outcome is Outcome.ERROR for finding in findings)
    if (unreadable or errors) and not allow_incomplete:
        parts = [_count(unreadable, "input", "could not be read"), _count(errors, "rule", "could not be evaluated")]
        return Verdict(INCOMPLETE, "Incomplete: " + " and ".join(part for part in parts if part) + ".")
    if failing:
        return Verdict(FAILED, f"Failed: {_count(failing, 'finding', f'at or above {fail_on}')}.")
    if not any(item.status is InputStatus.ASSESSED for item in inputs) and not unreadable:
        return Verdict(NOTHING, "Nothing to assess: no architecture spec, Kubernetes manifest or swarm configuration.")
    if not applies and not unreadable:
        return Verdict(NOTHING, "Nothing to assess: nothing in what was scanned is what the frameworks are about.")
    left = " (what could not be assessed was allowed for)" if unreadable or errors else ""
    return Verdict(CLEAN, f"Passed: nothing at or above {fail_on} failed{left}.")


def _reaches(severity: Severity, threshold: Severity) -> bool:
    return SEVERITIES.index(severity) <= SEVERITIES.index(threshold)


def _count(number: int, noun: str, what: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'} {what}" if number else ""
