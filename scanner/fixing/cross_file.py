"""Checks fixes against rules that compare several objects: a change of one file may cause a finding in another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from scanner.facts.step import Whole
from scanner.fixing.file_fixes import FixResult, SkippedFix
from scanner.fixing.proof import OutcomeSnapshot, objection, snapshot
from scanner.joined_stage import JoinedStage
from scanner.model import Subject

_UNPROVED = "the fix cannot be verified: the evaluation of rules that compare several objects {}"
Subjects = Mapping[str, Sequence[Subject]]
"""Path -> subjects of the file that rules about all subjects look at."""


class CrossFileProof(Struct, frozen=True):
    """Proves fixes against all that is scanned."""

    stage: JoinedStage
    size: int
    """Bytes of all files."""
    before: Subjects
    """As they are before any change."""
    complete: Whole
    """What is not among the subjects does not exist."""
    read: Callable[[Sequence[FixResult]], Subjects]
    """Gives the subjects of changed files."""
    again: Callable[[str, str], FixResult]
    """Does the file at a path anew without the fixes of a rule."""

    def prove(self, results: Sequence[FixResult]) -> list[FixResult]:
        """The files, without those fixes that would bring a finding somewhere."""
        after = [result for result in results if result.fixed]
        if not after:
            return list(results)
        before, why = self._snapshot(())
        if why:
            return [_refused(result, _UNPROVED.format(why)) for result in results]
        proved: list[FixResult] = []
        groups: list[Sequence[FixResult]] = [after]
        while groups:
            group = groups.pop()
            reason = self._objection(before, [*proved, *group])
            if not reason:
                proved += group
            elif len(group) == 1:
                proved.append(self._less(before, group[0], proved, reason))
            else:
                half = len(group) // 2
                groups += [group[half:], group[:half]]
        by_path = {result.path: result for result in proved}
        return [by_path.get(result.path, result) for result in results]

    def _less(self, before: OutcomeSnapshot, result: FixResult, others: Sequence[FixResult], reason: str) -> FixResult:
        """A file without the fixes of the one rule that is to blame, or as it was where it is more than one."""
        for rule in sorted({finding.rule for finding in result.fixed}):
            less = self.again(result.path, rule)
            if not self._objection(before, [*others, less]):
                skipped = (SkippedFix(finding, reason) for finding in result.fixed if finding.rule == rule)
                return replace(less, skipped=(*less.skipped, *skipped))
        return _refused(result, reason)

    def _objection(self, before: OutcomeSnapshot, changed: Sequence[FixResult]) -> str:
        """Why some of the files must not be changed; empty where there is no reason."""
        after, why = self._snapshot(changed)
        return _UNPROVED.format(why) if why else objection(before, after)

    def _snapshot(self, changed: Sequence[FixResult]) -> tuple[OutcomeSnapshot, str]:
        """All outcomes after some of the files changed, and why some outcomes are missing."""
        subjects = {**self.before, **self.read(changed)}
        everything = [subject for some in subjects.values() for subject in some]
        joined = self.stage.run(everything, whole=self.complete, size=self.size)
        return snapshot(joined.evaluation.findings), joined.why


def _refused(result: FixResult, reason: str) -> FixResult:
    """A file as it was."""
    skipped = (SkippedFix(finding, reason) for finding in result.fixed)
    return replace(result, after=result.before, fixed=(), skipped=(*result.skipped, *skipped))
