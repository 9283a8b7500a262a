"""Scans of any size, for tests of what a report does at a limit."""

from __future__ import annotations

from itertools import cycle

from msgspec.structs import replace

from scanner.finished_scan import Scan, Verdict
from scanner.model import Finding, Input, InputStatus, Outcome
from tests.sample import sample_scan

RULES = 300
"""Different rules, some as many as are shipped."""


def large_scan(findings: int, unread: int = 0, text: str = "") -> Scan:
    """The sample with so many findings that fail, of every severity, and inputs that could not be read.

    `text` stands in every path and message.
    """
    scan = sample_scan()
    failed = [finding for finding in scan.findings if finding.outcome is Outcome.FAIL]
    names = [f"kubernetes.rule-{number}" for number in range(min(RULES, findings))]
    rules = {
        name: replace(scan.rules[finding.rule], id=name, title=f"Rule {name}")
        for name, finding in zip(names, cycle(failed), strict=False)
    }
    made = tuple(
        _numbered(replace(finding, rule=name), number, text)
        for number, name, finding in zip(range(findings), cycle(names), cycle(failed), strict=False)
    )
    missing = tuple(
        Input(f"broken/{number}{text}.yaml", "0" * 64, 1, InputStatus.UNREADABLE, f"not YAML {text}", 1)
        for number in range(unread)
    )
    reason = f"Incomplete: {unread:,} inputs could not be read." if unread else f"Failed: {findings:,} findings."
    return replace(
        scan,
        findings=made,
        rules=rules,
        inputs=(*(item for item in scan.inputs if item.status is InputStatus.ASSESSED), *missing),
        counts={},
        outcomes={"fail": findings, "error": 0, "unknown": 0, "pass": 0},
        verdict=Verdict(4 if unread else 1 if findings else 0, reason),
        texts={},
    )


def _numbered(finding: Finding, number: int, text: str) -> Finding:
    place = replace(finding.location, path=f"deploy/{number}{text}.yaml")
    return replace(
        finding, location=place, message=f"{finding.message} {number} {text}", fingerprint=f"{number:064x}", related=()
    )
