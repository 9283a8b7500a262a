"""Compares the outcomes before and after a change, to decide whether the change is accepted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from msgspec import Struct, field

from scanner.model import SEVERITIES, Finding, Outcome, Severity

_RANKS = {Outcome.PASS: 0, Outcome.UNKNOWN: 1, Outcome.FAIL: 2, Outcome.ERROR: 3}


class OutcomeSnapshot(Struct, frozen=True):
    """The outcomes of a text, by what stays the same of them while the text around them changes."""

    wrong: dict[tuple[str, str], list[Finding]] = field(default_factory=dict)
    """(rule, fingerprint) -> what does not pass, the worst first; objects of one name share a fingerprint."""
    applied: set[tuple[str, str, str]] = field(default_factory=set)
    """(rule, kind, identity of the subject) of every outcome, passes too."""


def snapshot(findings: Iterable[Finding]) -> OutcomeSnapshot:
    """The outcomes in findings, which hold the passes too."""
    found = OutcomeSnapshot()
    for finding in findings:
        found.applied.add((finding.rule, finding.subject_kind, finding.subject_id))
        if finding.outcome is not Outcome.PASS:
            found.wrong.setdefault((finding.rule, finding.fingerprint), []).append(finding)
    for some in found.wrong.values():
        some.sort(key=lambda finding: -_RANKS[finding.outcome])
    return found


def _said(findings: Iterable[Finding]) -> Counter[tuple[str, ...]]:
    return Counter(map(_words, findings))


def _words(finding: Finding) -> tuple[str, ...]:
    """The message of a finding and its subject, without the place."""
    return finding.rule, finding.outcome, finding.subject_kind, finding.subject_id, finding.message


class Proof(Struct, frozen=True):
    """Whether a change is accepted."""

    objection: str = ""
    """Why it is refused; empty where it is accepted."""
    caused: tuple[Finding, ...] = ()
    """The new findings that it causes, of which all are less severe than what it resolves."""


def compared(
    before: OutcomeSnapshot,
    after: OutcomeSnapshot,
    fixed: Iterable[Finding] = (),
    *,
    worth: Severity | None = None,
    known: Collection[Finding] = (),
) -> Proof:
    """Whether a change resolves the findings that it should and causes none that is as severe as these.

    `worth` is the severity of what it resolves; without one, it may cause nothing. `known` are the findings that were
    accepted before. A rule that did not apply and is unknown now is not a new finding.
    """
    expected = {key: list(some) for key, some in before.wrong.items()}
    for finding in fixed:
        expected[finding.rule, finding.fingerprint].remove(finding)
    caused: list[Finding] = []
    accepted = {(finding.rule, finding.fingerprint) for finding in known}
    moved = _said(finding for some in expected.values() for finding in some)
    moved.subtract(_said(finding for some in after.wrong.values() for finding in some))
    for key, some in after.wrong.items():
        held = expected.get(key, [])
        for index, finding in enumerate(some):
            if index < len(held) and _RANKS[finding.outcome] <= _RANKS[held[index].outcome]:
                continue
            if len(held) < len(before.wrong.get(key, ())):
                return Proof("the fix would not resolve the finding")
            if moved[_words(finding)] >= 0:
                continue  # it stood at a field that has another name now
            applied = (finding.rule, finding.subject_kind, finding.subject_id) in before.applied
            if not applied and finding.outcome is Outcome.UNKNOWN:
                continue
            if key not in accepted and not _is_less(finding, worth):
                return Proof(
                    f"the fix would cause another finding: {finding.message} ({finding.rule}, {finding.outcome})"
                )
            caused.append(finding)
    return Proof(caused=tuple(caused))


def least(findings: Iterable[Finding]) -> Severity:
    """The severity of the least severe of some findings."""
    return max((finding.severity for finding in findings), key=SEVERITIES.index)


def _is_less(finding: Finding, worth: Severity | None) -> bool:
    return worth is not None and SEVERITIES.index(finding.severity) > SEVERITIES.index(worth)
