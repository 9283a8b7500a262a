"""Names of the places on the page that links lead to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from scanner.model import Finding


def slug(*parts: str) -> str:
    """Parts joined into a name that an address may hold."""
    return re.sub(r"[^\w.:()-]+", "-", "-".join(parts))


def anchors_of(findings: Iterable[Finding]) -> list[str]:
    """A stable name for each finding; findings that share a fingerprint are numbered."""
    seen: Counter[str] = Counter()
    names = []
    for finding in findings:
        name = slug("finding", finding.fingerprint[:12])
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name}-{seen[name]}")
    return names
