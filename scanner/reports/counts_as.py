"""With which severity a failure counts, where that is not the one of its rule, and why."""

from __future__ import annotations

from scanner.finished_scan import Scan
from scanner.model import Finding, Outcome


def counts_as(scan: Scan, finding: Finding) -> str:
    """In words; empty where the severity of the rule counts, or where a configuration says which one does."""
    if not finding.counted_because or finding.outcome is not Outcome.FAIL:
        return ""
    return f"{finding.severity}, not {scan.rules[finding.rule].severity}: {finding.counted_because}"
