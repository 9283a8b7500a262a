"""Fingerprints for formats in which each result needs its own, and for commands that take one."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

from scanner.model import Finding, Outcome

SHORT_FINGERPRINT = 12
"""Characters of a fingerprint that are shown: commands take six or more."""


def unique(findings: Sequence[Finding]) -> list[str]:
    """A unique fingerprint for each finding, in their order.

    Findings with the same fingerprint (of copies of an object) are distinguished by their paths, and by counting within
    a file.
    """
    times = Counter(finding.fingerprint for finding in findings)
    seen: Counter[tuple[str, str]] = Counter()
    own = []
    for finding in findings:
        if times[finding.fingerprint] == 1:
            own.append(finding.fingerprint)
            continue
        twin = (finding.fingerprint, finding.location.path)
        seen[twin] += 1
        text = ":".join((*twin, str(seen[twin])))
        own.append(hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32])
    return own


def may_be_waived(finding: Finding) -> bool:
    """Whether `assay waivers new` takes the fingerprint of a finding: a failure, and not about the gate itself."""
    return finding.outcome is Outcome.FAIL and not finding.waiver and not finding.subject_kind.startswith("gate.")
