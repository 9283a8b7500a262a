"""Commits of a branch and runs -> for each commit whether the control ran on its files, and with which result.

A run belongs to a commit if both have the same Git tree, which is the digest of all files. So a run on a proposed
change also stands for the merged, squashed or rebased commit with exactly these files, and for no other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct

from scanner.evidence.period.bases import Bases
from scanner.evidence.period.moments import Period, lasted, shown
from scanner.evidence.period.runs import Run, counted
from scanner.sources.git_history import History, LandedCommit


class CommitState(StrEnum):
    """What the ledger says of a commit."""

    PASSED = "passed"
    WAIVED = "passed only by a waiver"
    WEAKENED = "passed with a weakened configuration"
    FAILED = "failed"
    INCOMPLETE = "incomplete"
    NOT_COMPARED = "run did not compare the change"
    """The gate passed, and compared with a commit that is not an earlier one of the branch, such as this one itself."""
    LATE = "run too late"
    """Each run ended longer after the commit than the maximum delay."""
    WITHIN = "within a later run"
    """No run on its files. A run that passed compared a later commit with an earlier one, so it saw both together."""
    NONE = "no run"


_OF_VERDICT = {
    "passed": CommitState.PASSED,
    "waived": CommitState.WAIVED,
    "weakened": CommitState.WEAKENED,
    "failed": CommitState.FAILED,
    "incomplete": CommitState.INCOMPLETE,
}
KINDS = ("merge", "one parent", "no parent")
WITH_RUN = tuple(_OF_VERDICT.values())


class JoinedCommit(Struct, frozen=True):
    """A commit of the branch with the run that decides."""

    commit: LandedCommit
    state: CommitState
    run: Run | None = None
    before: bool = False
    """The run ended at or before the time of the commit."""
    notes: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """What Git records of how the commit came to the branch."""
        parents = len(self.commit.parents)
        return KINDS[0] if parents > 1 else KINDS[1] if parents else KINDS[2]


class Join(Struct, frozen=True):
    """The runs that can stand for commits."""

    history: History
    by_tree: Mapping[str, Sequence[Run]]
    """All runs, in the order of their times."""
    by_commit: Mapping[str, Sequence[Run]]
    bases: Bases
    kinds: Collection[str]
    """Kinds of runs that count as the control."""
    delay: int
    """Seconds after a commit within which a run counts."""

    @classmethod
    def of(
        cls, history: History, runs: Sequence[Run], base_trees: Mapping[str, str], kinds: Collection[str], delay: int
    ) -> Join:
        """Runs, in the order of their times, by what they can be joined with; the trees of bases beside the branch."""
        trees: dict[str, list[Run]] = {}
        commits: dict[str, list[Run]] = {}
        for run in runs:
            if run.tree:
                trees.setdefault(run.tree, []).append(run)
            commits.setdefault(run.entry.commit, []).append(run)
        return cls(history, trees, commits, Bases.of(history, base_trees), kinds, delay)

    def commits(self, period: Period) -> list[JoinedCommit]:
        """The commits of a period, the oldest first."""
        joined = [self._joined(place, each) for place, each in enumerate(self.history.commits)]
        covering = self._covering(joined)
        found = []
        for place, each in enumerate(joined):
            if period.holds(each.commit.committed):
                run = covering.get(place)
                found.append(self._within(each, run) if run and each.state is CommitState.NONE else each)
        return found

    def _within(self, each: JoinedCommit, run: Run) -> JoinedCommit:
        """A commit without a run on its files, and the run that saw it together with others, if it was in time."""
        own = each.commit
        if run.moment > own.committed + self.delay:
            return each
        note = f"the run compared {run.entry.commit[:12]} with {run.entry.base[:12]}"
        return JoinedCommit(own, CommitState.WITHIN, run, self._is_before(run, own), (note,))

    def _counting(self, tree: str) -> list[Run]:
        some = self.by_tree.get(tree, ())
        return [run for run in some if run.entry.kind in self.kinds and not run.entry.dirty]

    def _joined(self, place: int, commit: LandedCommit) -> JoinedCommit:
        runs = self._counting(commit.tree)
        timely = [run for run in runs if run.moment <= commit.committed + self.delay]
        if not timely:
            state = CommitState.LATE if runs else CommitState.NONE
            return JoinedCommit(commit, state, runs[0] if runs else None, notes=tuple(self._why_none(commit, runs)))
        seeing = [run for run in timely if self._sees(run, place)]
        if not seeing:
            note = f"it compared with {timely[-1].entry.base[:12]}, which is not an earlier commit of the branch"
            return JoinedCommit(commit, CommitState.NOT_COMPARED, timely[-1], notes=(note,))
        before = [run for run in seeing if self._is_before(run, commit)]
        run = before[-1] if before else seeing[0]
        state = _OF_VERDICT[run.entry.verdict]
        return JoinedCommit(commit, state, run, bool(before), tuple(_notes(commit, run, timely)))

    def _sees(self, run: Run, place: int) -> bool:
        """Whether a pass says something about a commit: the run compared its files with those of an earlier one."""
        own = run.entry
        may_pass = own.verdict in {"passed", "waived", "weakened"}
        return not (may_pass and own.kind == "gate" and own.base) or self.bases.before(own.base, place) is not None

    @staticmethod
    def _is_before(run: Run, commit: LandedCommit) -> bool:
        return run.moment <= commit.committed

    def _why_none(self, commit: LandedCommit, late: Sequence[Run]) -> Iterator[str]:
        if late:
            yield f"the first run ended {lasted(late[0].moment - commit.committed)} after the commit"
        some = self.by_tree.get(commit.tree, ())
        dirty = sum(run.entry.dirty for run in some)
        if dirty:
            yield f"runs with uncommitted changes, which do not count: {dirty}"
        other = counted(run.entry.kind for run in some if not run.entry.dirty and run.entry.kind not in self.kinds)
        for kind, number in other.items():
            yield f"runs of the kind {kind}, which does not count: {number}"
        for parent in commit.parents[1:]:
            if merged := [run for run in self.by_commit.get(parent, ()) if run.tree != commit.tree]:
                verdict = merged[-1].entry.verdict
                yield f"a run on the merged commit {parent[:12]} ({verdict}) saw other files than the merge has"

    def _covering(self, joined: Sequence[JoinedCommit]) -> dict[int, Run]:
        """Place in the history -> the first run that passed and compared a later commit with an earlier one."""
        found: dict[int, Run] = {}
        for place, each in enumerate(joined):
            if each.state is CommitState.PASSED and each.run:
                base = self.bases.before(each.run.entry.base, place)
                for within in range(place if base is None else base + 1, place):
                    found.setdefault(within, each.run)
        return found


def _notes(commit: LandedCommit, run: Run, timely: Sequence[Run]) -> Iterator[str]:
    if run.entry.commit != commit.commit:
        yield f"the run was on {run.entry.commit[:12] or 'no commit'} with the same files"
    if run.moment > commit.committed:
        yield f"the run ended {lasted(run.moment - commit.committed)} after the commit"
    if run.entry.kind == "gate" and not run.entry.base:
        yield "the run compared with no commit"
    if run.entry.verdict == "weakened":
        yield from run.entry.weakened
    verdicts = counted(each.entry.verdict for each in timely)
    if len(verdicts) > 1:
        yield "runs on these files differ: " + ", ".join(f"{name} {number}" for name, number in verdicts.items())


def out_of_order(history: History) -> list[str]:
    """Commits with a date before that of their first parent, which may put them into another period."""
    found, latest = [], 0
    for each in history.commits:
        if each.committed < latest:
            found.append(f"{each.commit} {shown(each.committed)}")
        latest = each.committed
    return found
