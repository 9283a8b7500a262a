"""Failures of a base that a change leaves as they are, and that count less because of the file that they are in now."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator

from scanner.configuration.weakening import ConfigurationChange
from scanner.contexts import IF_DEPLOYED, Context, context_of, is_loaded
from scanner.model import SEVERITIES, Finding, Outcome
from scanner.scan import Evaluated
from scanner.subjects.stacks.kinds import SERVICE


def counted_less(before: Evaluated, now: Evaluated, told: Collection[str]) -> Iterator[ConfigurationChange]:
    """What of a base counts less after the change; the objects that are now in the files of `told` are known to."""
    was, is_now = _Places(before), _Places(now)
    found: Counter[tuple[str, str, str]] = Counter()
    for key, after in is_now.findings.items():
        for finding in after:
            why, path = is_now.why(finding), finding.location.path
            if not why or path in told:
                continue
            earlier = [it for it in was.findings[key] if it.location.path == path]
            moved = [it for it in was.findings[key] if it.location.path not in is_now.read]
            first = next((it for it in earlier or moved if it.outcome is Outcome.FAIL and not was.why(it)), None)
            if first and (finding.outcome is Outcome.UNKNOWN or _rank(finding) > _rank(first)):
                found[first.location.path, path, why] += 1
    for (old, new, why), number in sorted(found.items()):
        verb = "finding counts" if number == 1 else "findings count"
        place = f" in {new}" if new != old else ""
        yield ConfigurationChange("place", f"{number} {verb} less{place} than on the base in {old}, because {why}", new)


class _Places:
    """What fails or is open in a scan, and what says that it counts less."""

    def __init__(self, scan: Evaluated) -> None:
        self.findings: defaultdict[tuple[str, str], list[Finding]] = defaultdict(list)
        for finding in scan.findings:
            if finding.outcome is Outcome.FAIL or finding.provide == IF_DEPLOYED:
                self.findings[finding.rule, finding.subject_id].append(finding)
        self.read = {item.path for item in scan.read.inputs if item.subjects}
        self._by_path = scan.options.context is None
        self._services = {
            (each.origin.path, each.identity): each.bindings["stack"]
            for each in scan.read.subjects
            if each.kind == SERVICE
        }

    def why(self, finding: Finding) -> str:
        """What says that a finding counts less; empty where nothing does."""
        path = finding.location.path
        stack = self._services.get((path, finding.subject_id), {})
        if purpose := stack.get("purpose"):
            return f"it is for {purpose} ({stack['shown_by']})"
        if self._by_path and not is_loaded(path):
            return "no tool loads it from there"
        return "it is in a folder of tests" if self._by_path and context_of(path) is Context.FIXTURE else ""


def _rank(finding: Finding) -> int:
    return SEVERITIES.index(finding.severity)
