"""The entries of a ledger -> its runs with their moments, and what the runs of a period have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from msgspec import Struct

from scanner.evidence.ledger.entry import Entry
from scanner.evidence.period.moments import Period, moment_of, shown
from scanner.sources.git_history import History


class Run(Struct, frozen=True):
    """An entry that has a time, with its place in the history of the branch."""

    entry: Entry
    moment: int
    tree: str
    """Of the entry, or of its commit where the entry states none."""

    @property
    def order(self) -> tuple[int, int]:
        """The time, and the place in the ledger for runs of one second."""
        return self.moment, self.entry.sequence


class Runs(Struct, frozen=True):
    """The runs of a ledger in the order of their times, and what is odd about the entries."""

    runs: tuple[Run, ...]
    faults: tuple[str, ...]
    repeated: int
    """Entries about a run that an earlier entry records; they count for nothing."""
    late_entries: int
    """Entries whose run ended before that of the entry before: they were recorded later than others."""


class Gap(Struct, frozen=True):
    """A time without a run."""

    start: str
    end: str
    seconds: int
    commits: int
    """Commits of the branch in it."""


class Used(Struct, frozen=True):
    """A value that runs had, such as a rule set, with the first and the last run of the period that had it."""

    value: str
    first: str
    last: str
    runs: int
    before: bool
    """An entry before the period has it too."""


def runs_of(entries: Sequence[Entry], history: History) -> Runs:
    """The runs of a ledger."""
    trees = {each.commit: each.tree for each in history.commits}
    runs, faults, known, repeated = [], [], set(), 0
    for entry in entries:
        moment = moment_of(entry.time)
        own = trees.get(entry.commit, "")
        if moment is None:
            faults.append(f"entry {entry.sequence}: {entry.time!r} is not a time, so the entry counts for nothing")
        elif own and entry.tree and own != entry.tree:
            faults.append(
                f"entry {entry.sequence}: it names the commit {entry.commit} with the tree {entry.tree}, and Git has "
                f"{own}; the entry counts for nothing"
            )
        elif entry.digest in known:
            repeated += 1
        else:
            known.add(entry.digest)
            runs.append(Run(entry, moment, entry.tree or own))
    late = sum(after.moment < before.moment for before, after in pairwise(runs))
    return Runs(tuple(sorted(runs, key=lambda run: run.order)), tuple(faults), repeated, late)


def gaps(runs: Sequence[Run], period: Period, history: History, longest: int) -> list[Gap]:
    """Times of a period without a run on committed files that are longer than some seconds."""
    some = (run for run in runs if run.entry.commit and not run.entry.dirty and period.holds(run.moment))
    moments = sorted(run.moment for run in some)
    landed = [each.committed for each in history.commits]
    return [
        Gap(shown(start), shown(end), end - start, sum(start <= moment < end for moment in landed))
        for start, end in pairwise([period.start, *moments, period.end])
        if end - start > longest
    ]


def counted(values: Iterable[str]) -> dict[str, int]:
    """How often each value is there, in the order of the values."""
    return dict(sorted(Counter(values).items()))


def changes(runs: Sequence[Run], period: Period) -> dict[str, list[Used]]:
    """What the runs of a period used, and who ran them, with the first and the last time."""
    asked: Mapping[str, Callable[[Entry], Iterable[str]]] = {
        "rule sets": lambda entry: [entry.ruleset],
        "configurations": lambda entry: [f"{entry.kind} {entry.configuration}"],
        "versions of Assay": lambda entry: [entry.version],
        "frameworks": lambda entry: [", ".join(sorted(entry.frameworks)) or "none"],
        "people who ran it": lambda entry: [entry.actor or "not stated"],
        "approvers of waivers": lambda entry: {each.approver or "not stated" for each in entry.waivers},
    }
    return {name: list(_used(runs, period, values)) for name, values in asked.items()}


def _used(runs: Sequence[Run], period: Period, values: Callable[[Entry], Iterable[str]]) -> Iterator[Used]:
    before = {value for run in runs if run.moment < period.start for value in values(run.entry)}
    within: dict[str, list[int]] = {}
    for run in runs:
        if period.holds(run.moment):
            for value in values(run.entry):
                within.setdefault(value, []).append(run.moment)
    for value, moments in sorted(within.items(), key=lambda item: (item[1][0], item[0])):
        yield Used(value, shown(moments[0]), shown(moments[-1]), len(moments), value in before)
