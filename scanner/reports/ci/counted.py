"""The findings that a report for a CI service is about, the worst first."""

from __future__ import annotations

from scanner.finished_scan import Scan
from scanner.model import SEVERITIES, Finding
from scanner.reports.fingerprints import unique

_ABOUT_CHANGE = "gate.configuration-change"
"""The kind of subject that is about the change itself, whose failures count whatever the threshold."""
_RANKS = {severity: rank for rank, severity in enumerate(SEVERITIES)}


def counts(finding: Finding) -> bool:
    """Whether somebody has to do something about a finding: every report of this package asks here.

    In a comparison with a base, these are the failures that the change made worse, also what cannot be judged any more.
    """
    return finding.fails and not finding.waiver


def fails(scan: Scan, finding: Finding) -> bool:
    """Whether a finding that counts fails the scan: at or above the threshold, or about the change itself."""
    about_change = scan.rules[finding.rule].subject == _ABOUT_CHANGE
    return about_change or _RANKS[finding.severity] <= _RANKS[scan.run.fail_on]


def worst_first(scan: Scan) -> list[Finding]:
    """The findings that count by severity, and by place within one."""
    return sorted(filter(counts, scan.findings), key=lambda finding: _RANKS[finding.severity])


def with_fingerprints(scan: Scan) -> list[tuple[Finding, str]]:
    """The same, each with a fingerprint of its own, which does not depend on what else counts."""
    pairs = zip(scan.findings, unique(scan.findings), strict=True)
    return sorted((pair for pair in pairs if counts(pair[0])), key=lambda pair: _RANKS[pair[0].severity])
