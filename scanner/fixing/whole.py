"""Fixes held against rules about all subjects at once: a change of one file may bring a finding in another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from scanner import facts
from scanner.fixing.mending import Left, Mended
from scanner.fixing.proof import Standing, objection, standing
from scanner.model import Subject
from scanner.policy.evaluate import Evaluator

Subjects = Mapping[str, Sequence[Subject]]
"""Path -> subjects of the file that rules about all subjects look at."""


@dataclass(frozen=True, slots=True)
class Whole:
    """All that is scanned, before any change."""

    joined: Evaluator
    before: Subjects
    whole: bool
    """What is not among the subjects does not exist."""
    read: Callable[[Sequence[Mended]], Subjects]
    """Gives the subjects of changed files."""
    again: Callable[[str, str], Mended]
    """Does the file at a path anew without the fixes of a rule."""

    def prove(self, mended: Sequence[Mended]) -> list[Mended]:
        """The files, without those fixes that would bring a finding somewhere."""
        after = [done for done in mended if done.fixed]
        if not after:
            return list(mended)
        before = self._standing(())
        proved: list[Mended] = []
        groups: list[Sequence[Mended]] = [after]
        while groups:
            group = groups.pop()
            reason = objection(before, self._standing([*proved, *group]))
            if not reason:
                proved += group
            elif len(group) == 1:
                proved.append(self._less(before, group[0], proved, reason))
            else:
                half = len(group) // 2
                groups += [group[half:], group[:half]]
        done_by_path = {done.path: done for done in proved}
        return [done_by_path.get(done.path, done) for done in mended]

    def _less(self, before: Standing, done: Mended, others: Sequence[Mended], reason: str) -> Mended:
        """A file without the fixes of the one rule that is to blame, or as it was where it is more than one."""
        for rule in sorted({finding.rule for finding in done.fixed}):
            less = self.again(done.path, rule)
            if not objection(before, self._standing([*others, less])):
                left = (Left(finding, reason) for finding in done.fixed if finding.rule == rule)
                return replace(less, left=(*less.left, *left))
        left = (Left(finding, reason) for finding in done.fixed)
        return replace(done, after=done.before, fixed=(), left=(*done.left, *left))

    def _standing(self, changed: Sequence[Mended]) -> Standing:
        """How everything stands with some of the files changed."""
        subjects = {**self.before, **self.read(changed)}
        fresh = [replace(subject, facts={}, related={}) for some in subjects.values() for subject in some]
        facts.derive(fresh, whole=self.whole)
        return standing(self.joined.evaluate(fresh).findings)
