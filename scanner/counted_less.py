"""Failures of a base that a change leaves as they are, and that count less because of the file that they are in now."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator

from scanner.configuration.weakening import ConfigurationChange
from scanner.contexts import LEFT_OPEN
from scanner.model import SEVERITIES, Finding, Outcome
from scanner.scan import Evaluated


def counted_less(before: Evaluated, now: Evaluated, told: Collection[str]) -> Iterator[ConfigurationChange]:
    """What of a base counts less after the change; the objects that are now in the files of `told` are known to."""
    failed, read = _failed(before), {item.path for item in now.read.inputs if item.subjects}
    found: Counter[tuple[str, str, str]] = Counter()
    for finding in now.findings:
        why, path = _why(finding), finding.location.path
        if not why or path in told:
            continue
        known = failed[finding.rule, finding.subject_id]
        earlier = [each for each in known if each.location.path == path]
        moved = [each for each in known if each.location.path not in read]
        first = next((each for each in earlier or moved if not each.because_of_file), None)
        if first and (finding.outcome is Outcome.UNKNOWN or _rank(finding) > _rank(first)):
            found[first.location.path, path, why] += 1
    for (old, new, why), number in sorted(found.items()):
        verb = "finding counts" if number == 1 else "findings count"
        place = f" in {new}" if new != old else ""
        yield ConfigurationChange("place", f"{number} {verb} less{place} than on the base in {old}, because {why}", new)


def _failed(scan: Evaluated) -> defaultdict[tuple[str, str], list[Finding]]:
    """The failures of a scan, by rule and subject."""
    found: defaultdict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in scan.findings:
        if finding.outcome is Outcome.FAIL:
            found[finding.rule, finding.subject_id].append(finding)
    return found


def _why(finding: Finding) -> str:
    """Why a finding counts less because of its file, or is left open; empty where it is not so."""
    if finding.outcome is Outcome.UNKNOWN:
        return LEFT_OPEN.get(finding.provide, "")
    return finding.counted_because if finding.because_of_file else ""


def _rank(finding: Finding) -> int:
    return SEVERITIES.index(finding.severity)
