"""Outcomes -> verdict. Never changes an outcome."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from scanner.completeness import is_incomplete
from scanner.exit_codes import CLEAN, FAILED, INCOMPLETE, NOTHING
from scanner.gate.acceptance import accept
from scanner.model import SEVERITIES, Finding, Input, InputStatus, Outcome, Severity, Verdict

__all__ = ["accept", "judge"]


def judge(
    inputs: Sequence[Input],
    findings: Iterable[Finding],
    fail_on: Severity,
    *,
    allow_incomplete: bool,
    applies: bool = True,
    judged: bool = True,
    strict_documents: bool = False,
) -> Verdict:
    """The exit code of a scan and its reason in one sentence.

    `applies` says whether any framework that was asked for is about what was scanned, `judged` whether any rule came to
    an outcome. `strict_documents` counts what
    cannot be read in documentation, source code and workflows of CI services.
    """
    findings = tuple(findings)
    failed = [each for each in findings if each.outcome is Outcome.FAIL and _reaches(each.severity, fail_on)]
    failing = sum(not each.waiver for each in failed)
    missing = [item for item in inputs if is_incomplete(item, strict=strict_documents)]
    counted = [item for item in missing if not item.accepted]
    errors = sum(finding.outcome is Outcome.ERROR for finding in findings)
    known = _known(len(missing) - len(counted)) + _waived(len(failed) - failing)
    if (counted or errors) and not allow_incomplete:
        parts = [part for part in (*_missing(counted), _count(errors, "rule", "could not be evaluated")) if part]
        listed = ", ".join(parts[:-1]) + " and " * (len(parts) > 1) + parts[-1]
        return Verdict(INCOMPLETE, f"Incomplete: {listed}{known}.")
    if failing:
        return Verdict(FAILED, f"Failed: {_count(failing, 'finding', f'at or above {fail_on}')}{known}.")
    if not counted and not any(item.status is InputStatus.ASSESSED for item in inputs):
        what = "no architecture spec, Kubernetes manifest or swarm configuration"
        return Verdict(NOTHING, f"Nothing to assess: {what}{known}.")
    if not applies and not counted:
        what = "the frameworks do not apply to the scanned files"
        return Verdict(NOTHING, f"Nothing to assess: {what}{known}.")
    if not judged and not counted:
        what = "no rule applies to the scanned files"
        return Verdict(NOTHING, f"Nothing to assess: {what}{known}.")
    left = " (inputs and rules that could not be assessed were allowed)" if counted or errors else ""
    return Verdict(CLEAN, f"Passed: nothing at or above {fail_on} failed{left}{known}.")


def _missing(inputs: Sequence[Input]) -> Iterator[str]:
    """How many inputs were not assessed, and how."""
    unreadable = sum(item.status is InputStatus.UNREADABLE for item in inputs)
    unread = [item for item in inputs if item.status is InputStatus.NOT_ASSESSED]
    kinds = ", ".join(sorted({kind for item in unread for kind in item.formats}))
    partly = len(inputs) - unreadable - len(unread)
    yield _count(unreadable, "input", "could not be read")
    yield _count(len(unread), "input", f"{'was' if len(unread) == 1 else 'were'} not assessed ({kinds})")
    yield _count(partly, "input", f"{'was' if partly == 1 else 'were'} not assessed in full")


def _known(number: int) -> str:
    """What the configuration leaves out of the verdict."""
    return f" ({_count(number, 'input', 'accepted as not assessed')})" if number else ""


def _waived(number: int) -> str:
    """What waivers leave out of the verdict."""
    return f" ({_count(number, 'finding', 'waived')})" if number else ""


def _reaches(severity: Severity, threshold: Severity) -> bool:
    return SEVERITIES.index(severity) <= SEVERITIES.index(threshold)


def _count(number: int, noun: str, what: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'} {what}" if number else ""
