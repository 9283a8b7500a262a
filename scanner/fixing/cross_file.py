"""Checks fixes against rules that compare several objects: a change of one file may cause a finding in another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from scanner.facts.step import Whole
from scanner.fixing.bases import Rebuild
from scanner.fixing.file_fixes import FixResult, SkippedFix
from scanner.fixing.proof import OutcomeSnapshot, Proof, compared, least, snapshot
from scanner.joined_stage import JoinedStage
from scanner.model import Severity, Subject

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
    rebuild: Rebuild
    """Builds the overlays on changed files."""
    again: Callable[[str, str], FixResult]
    """Does the file at a path anew without the fixes of a rule."""

    def prove(self, results: Sequence[FixResult]) -> list[FixResult]:
        """The files, without those fixes that would bring a finding somewhere."""
        after = [result for result in results if result.fixed]
        if not after:
            return list(results)
        before, why = self._snapshot(())
        if why:
            return [_refused(result, why) for result in results]
        proved: list[FixResult] = []
        groups: list[Sequence[FixResult]] = [after]
        while groups:
            group = groups.pop()
            found = self._proof(before, [*proved, *group])
            if not found.objection:
                proved += group
            elif len(group) == 1:
                proved.append(self._less(before, group[0], proved, found.objection))
            else:
                half = len(group) // 2
                groups += [group[half:], group[:half]]
        by_path = {result.path: result for result in proved}
        return [by_path.get(result.path, result) for result in results]

    def _less(self, before: OutcomeSnapshot, result: FixResult, others: Sequence[FixResult], reason: str) -> FixResult:
        """A file without the fixes of the one rule that is to blame, or as it was where it is more than one.

        The fixes stay where all that they cause is less severe than what they resolve.
        """
        for rule in sorted({finding.rule for finding in result.fixed}):
            less = self.again(result.path, rule)
            if self._proof(before, [*others, less]).objection:
                continue
            worth = least(finding for finding in result.fixed if finding.rule == rule)
            found = self._proof(before, [*others, result], worth)
            if not found.objection:
                return replace(result, caused=(*result.caused, *found.caused))
            skipped = (SkippedFix(finding, found.objection) for finding in result.fixed if finding.rule == rule)
            return replace(less, skipped=(*less.skipped, *skipped))
        return _refused(result, reason)

    def _proof(self, before: OutcomeSnapshot, changed: Sequence[FixResult], worth: Severity | None = None) -> Proof:
        """Whether some of the files may be changed, with what was accepted for those before."""
        after, why = self._snapshot(changed)
        known = [finding for result in changed for finding in result.caused]
        resolved = self.rebuild.bases.resolved(changed)
        return Proof(why) if why else compared(before, after, resolved, worth=worth, known=known)

    def _snapshot(self, changed: Sequence[FixResult]) -> tuple[OutcomeSnapshot, str]:
        """All outcomes after some of the files changed, and why some outcomes are missing."""
        built = self.rebuild.of(changed)
        if built.why:
            return snapshot(()), f"the fix cannot be verified: {built.why}"
        alone = [result for result in changed if result.path not in self.rebuild.bases.files]
        subjects = {**self.before, **built.subjects, **self.read(alone)}
        everything = [subject for some in subjects.values() for subject in some]
        joined = self.stage.run(everything, whole=self.complete, size=self.size)
        why = _UNPROVED.format(joined.why) if joined.why else ""
        return snapshot((*joined.evaluation.findings, *built.findings)), why


def _refused(result: FixResult, reason: str) -> FixResult:
    """A file as it was."""
    skipped = (SkippedFix(finding, reason) for finding in result.fixed)
    return replace(result, after=result.before, fixed=(), skipped=(*result.skipped, *skipped))
