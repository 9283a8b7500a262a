"""The findings that a report for a CI service is about, the worst first."""

from __future__ import annotations

from scanner.model import SEVERITIES, Finding, Outcome, Scan, Severity
from scanner.reports.fingerprints import unique

_RANKS = {severity: rank for rank, severity in enumerate(SEVERITIES)}


def counts(finding: Finding) -> bool:
    """Whether somebody has to do something about a finding: every report of this package asks here."""
    return finding.outcome is Outcome.FAIL


def worst_first(scan: Scan) -> list[Finding]:
    """The findings that count by severity, and by place within one."""
    return sorted(filter(counts, scan.findings), key=lambda finding: _RANKS[finding.severity])


def with_fingerprints(scan: Scan) -> list[tuple[Finding, str]]:
    """The same, each with a fingerprint of its own, which does not depend on what else counts."""
    pairs = zip(scan.findings, unique(scan.findings), strict=True)
    return sorted((pair for pair in pairs if counts(pair[0])), key=lambda pair: _RANKS[pair[0].severity])


def reaches(severity: Severity, threshold: Severity) -> bool:
    """Whether a severity is at or above the one that fails a scan."""
    return _RANKS[severity] <= _RANKS[threshold]
