"""The items of a control: what rules were evaluated for, and whether the outcome counts for the status."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from scanner.controls import Assessment, ControlLink, ControlStatus
from scanner.finished_scan import Scan
from scanner.model import Finding, Outcome

COUNTS = "yes"
LOW = "no: mapped with low strength"
NO_EVIDENCE = "no: a pass is not evidence"
OPEN = "no: not known whether it applies"
ORDER = (Outcome.FAIL, Outcome.ERROR, Outcome.UNKNOWN, Outcome.PASS)
_CONTRADICTED = (ControlStatus.ERROR, ControlStatus.NOT_SATISFIED, ControlStatus.WEAKENED)
_LONGEST = 600


class Item(Struct, frozen=True):
    """One thing that a rule was evaluated for."""

    rule: str
    outcome: Outcome
    counts: str
    """Whether the outcome counts for the status of the control: `yes`, or `no` with the reason."""
    severity: str
    rule_severity: str
    """The severity of the rule; `severity` is the one that counts."""
    subject_kind: str
    subject: str
    expected: str
    observed: str
    place: str
    input: str
    """SHA-256 of the file."""
    message: str
    waiver: str
    fingerprint: str

    @property
    def told(self) -> bool:
        """Whether the message says more than what was observed at one field."""
        return self.outcome in (Outcome.FAIL, Outcome.ERROR) and self.message != self.observed

    @property
    def decides(self) -> bool:
        """Whether the outcome counts for the status of the control."""
        return self.counts == COUNTS


class Items:
    """Makes the items of a scan; several controls have the same."""

    def __init__(self, scan: Scan) -> None:
        self._scan = scan
        self._findings = (*scan.findings, *(scan.accounts.left_out if scan.accounts else ()))
        self._digests = {item.path: item.sha256 for item in scan.inputs}
        self._own = {each.rule: each.own for each in scan.run.configuration.rules.severities}
        self._made: dict[tuple[int, str], Item] = {}

    def finding(self, number: int) -> Finding:
        """A finding of the scan, or after these one that is left out."""
        return self._findings[number]

    def of(self, number: int, link: ControlLink | None, control: Assessment) -> Item:
        """A finding as an item of a control, to which its rule is mapped by a link."""
        counts = _whether(self._findings[number].outcome, link, control)
        if (number, counts) not in self._made:
            self._made[number, counts] = self._item(self._findings[number], counts)
        return self._made[number, counts]

    def _item(self, finding: Finding, counts: str) -> Item:
        at = finding.location
        return Item(
            rule=finding.rule,
            outcome=finding.outcome,
            counts=counts,
            severity=finding.severity,
            rule_severity=self._own.get(finding.rule) or self._scan.rules[finding.rule].severity,
            subject_kind=finding.subject_kind,
            subject=_short(finding.subject_name),
            expected=_short(finding.expected or self._scan.rules[finding.rule].title),
            observed=_short(_observed(finding)),
            place=f"{at.path}:{at.line}:{at.column}",
            input=self._digests.get(at.path, ""),
            message=_short(finding.message),
            waiver=finding.waiver,
            fingerprint=finding.fingerprint,
        )


def numbers_of(items: Sequence[Item]) -> dict[Outcome, int]:
    """How many items have each outcome, in the order of pages."""
    counts = Counter(item.outcome for item in items)
    return {outcome: counts[outcome] for outcome in ORDER}


def _whether(outcome: Outcome, link: ControlLink | None, control: Assessment) -> str:
    if link is None or not link.strength.bears:
        return LOW
    if outcome is Outcome.PASS and not link.proves:
        return NO_EVIDENCE
    if outcome is Outcome.FAIL and control.status not in _CONTRADICTED:
        return OPEN
    return COUNTS


def _observed(finding: Finding) -> str:
    if finding.outcome is Outcome.PASS:
        return "as expected"
    if finding.outcome is Outcome.UNKNOWN:
        return finding.provide or finding.message
    return finding.observed or finding.message


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
