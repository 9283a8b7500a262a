"""The findings of a scan, each once, in order and without credentials, and the lines that they point into."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from scanner import documents
from scanner.masking import mask
from scanner.model import Finding, Location, Outcome
from scanner.policy.evaluate import Evaluation


def settle(evaluation: Evaluation, shared: set[str]) -> list[Finding]:
    """The findings as reports show them; `shared` are the files that several overlays are built from."""
    return _in_order(_masked(finding) for finding in _once(evaluation, shared))


def texts(findings: Iterable[Finding], contents: Mapping[str, bytes]) -> dict[str, tuple[str, ...]]:
    """The lines of the inputs that findings point into."""
    told = {place.path for finding in findings for place in (finding.location, *_others(finding))}
    return {
        path: tuple(mask(documents.decode(contents[path])).split("\n")) for path in sorted(told) if path in contents
    }


def _others(finding: Finding) -> Iterator[Location]:
    return (related.location for related in finding.related)


def _once(evaluation: Evaluation, shared: set[str]) -> Iterator[Finding]:
    """The findings, without those that several overlays give alike of a file they share."""
    met: set[tuple[Outcome, str, str, Location]] = set()
    for finding in evaluation.findings:
        if finding.location.path in shared:
            alike = (finding.outcome, finding.fingerprint, finding.message, finding.location)
            if alike in met:
                evaluation.counts[finding.rule][finding.outcome] -= 1
                continue
            met.add(alike)
        yield finding


def _masked(finding: Finding) -> Finding:
    """The finding without what looks like a credential in its words."""
    message, name = mask(finding.message), mask(finding.subject_name)
    if (message, name) == (finding.message, finding.subject_name):
        return finding
    return replace(finding, message=message, subject_name=name)


def _in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Findings by place, with the fingerprints of twins made their own.

    Objects of one name in several files (overlays, environments) are told apart by their file, those of one file by
    counting.
    """
    ordered = sorted(
        findings,
        key=lambda finding: (
            finding.location.path,
            finding.location.line,
            finding.location.column,
            finding.rule,
            finding.subject_id,
            finding.location.field,
        ),
    )
    times = Counter(finding.fingerprint for finding in ordered)
    seen: Counter[str] = Counter()
    for index, finding in enumerate(ordered):
        if times[finding.fingerprint] > 1:
            twin = f"{finding.fingerprint}:{finding.location.path}"
            seen[twin] += 1
            own = hashlib.sha256(f"{twin}:{seen[twin]}".encode("utf-8", "surrogateescape")).hexdigest()[:32]
            ordered[index] = replace(finding, fingerprint=own)
    return ordered
