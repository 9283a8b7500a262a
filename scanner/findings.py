"""The findings of a scan, each once, in order and without credentials, and the lines that they point into."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from scanner import documents
from scanner.masking import mask
from scanner.model import Finding
from scanner.places import Location
from scanner.policy.evaluate import Evaluation


def settle(evaluation: Evaluation, shared: Collection[str], once: Collection[str] = ()) -> list[Finding]:
    """The findings as reports show them.

    `shared` are the files that several overlays are built from, `once` the rules that say a thing once for each input.
    """
    return _in_order(_masked(finding) for finding in _once(evaluation, shared, once))


def texts(findings: Iterable[Finding], contents: Mapping[str, bytes]) -> dict[str, tuple[str, ...]]:
    """The lines of the inputs that findings point into."""
    told = {place.path for finding in findings for place in (finding.location, *_others(finding))}
    return {
        path: tuple(mask(documents.decode(contents[path])).split("\n")) for path in sorted(told) if path in contents
    }


def _others(finding: Finding) -> Iterator[Location]:
    return (related.location for related in finding.related)


def _once(evaluation: Evaluation, shared: Collection[str], once: Collection[str]) -> list[Finding]:
    """The findings, each cause once: of a line that several overlays build, and of equal findings at one place."""
    kept: dict[tuple[object, ...], Finding] = {}
    built_by: dict[tuple[object, ...], list[str]] = {}
    times: Counter[tuple[str, tuple[object, ...]]] = Counter()
    for finding in evaluation.findings:
        key: tuple[object, ...] = (
            finding.rule,
            finding.outcome,
            finding.location,
            finding.message,
            finding.subject_id,
        )
        if finding.rule in once:
            key = (finding.rule, finding.outcome, finding.location.path, finding.message)
        elif finding.location.path in shared and finding.overlay:
            place = (finding.rule, finding.outcome, finding.location, *_without_name(finding))
            times[finding.overlay, place] += 1  # several objects of one overlay may stand at one place
            key = (*place, times[finding.overlay, place])
            built_by.setdefault(key, []).append(finding.overlay)
        if key in kept:
            evaluation.counts[finding.rule][finding.outcome] -= 1
        kept.setdefault(key, finding)
    return [
        replace(finding, built_by=tuple(sorted(set(built_by[key])))) if len(set(built_by.get(key, ()))) > 1 else finding
        for key, finding in kept.items()
    ]


def _without_name(finding: Finding) -> tuple[str, str]:
    """The part of an object, and the message, without the name of the object, which overlays may change."""
    whole, _, part = finding.subject_name.partition(", ")
    name = whole.rpartition(" ")[2]
    return part, finding.message.replace(name, "") if name else finding.message


def _masked(finding: Finding) -> Finding:
    """The finding without what looks like a credential in its words."""
    message, name = mask(finding.message), mask(finding.subject_name)
    if (message, name) == (finding.message, finding.subject_name):
        return finding
    return replace(finding, message=message, subject_name=name)


def _in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Findings by place, and of those with one fingerprint (copies of an object) which each is."""
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
    seen: Counter[str] = Counter()
    for index, finding in enumerate(ordered):
        seen[finding.fingerprint] += 1
        if seen[finding.fingerprint] > 1:
            ordered[index] = replace(finding, occurrence=seen[finding.fingerprint])
    return ordered
