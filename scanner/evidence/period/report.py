"""A ledger, the history of a branch and a period -> the whole report as data. The same input gives the same report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from msgspec import Struct

from scanner.evidence.ledger.reading import Chain
from scanner.evidence.period import samples
from scanner.evidence.period.failures import Episode, episodes, on_branch
from scanner.evidence.period.joining import Join, JoinedCommit, out_of_order
from scanner.evidence.period.moments import Period
from scanner.evidence.period.runs import Gap, Run, Runs, Used, changes, gaps, runs_of
from scanner.evidence.period.waivers import WaiversByDay, waivers_by_day
from scanner.sources.git_history import History

_Item = TypeVar("_Item")


class Choices(Struct, frozen=True):
    """What a report is asked for."""

    period: Period
    kinds: tuple[str, ...]
    max_gap: int
    max_delay: int
    samples: int
    seed: str
    """Empty for the digest of the last line of the ledger."""


class Samples(Struct, frozen=True):
    """What was drawn, in the order in which it was drawn."""

    seed: str
    commits: Sequence[JoinedCommit]
    runs: Sequence[Run]
    failures: Sequence[Episode]


class PeriodReport(Struct, frozen=True):
    """What happened in a period."""

    choices: Choices
    source: str
    """Where the ledger is."""
    head: str
    """The digest of its last line."""
    entries: int
    chain_faults: tuple[str, ...]
    """What is wrong with the chain of lines."""
    all_runs: Runs
    runs: Sequence[Run]
    """Those of the period, of all branches."""
    on_branch: Sequence[Run]
    """Those of the period whose files are exactly those of a commit of the branch."""
    not_in_branch: Sequence[Run]
    """Those of the period that name the branch, and whose files no commit of it has."""
    gaps: Sequence[Gap]
    history: History
    commits: Sequence[JoinedCommit]
    out_of_order: Sequence[str]
    changes: dict[str, list[Used]]
    failures: Sequence[Episode]
    waivers: WaiversByDay
    samples: Samples


def report_of(
    chain: Chain, source: str, history: History, base_trees: Mapping[str, str], choices: Choices
) -> PeriodReport:
    """The report about a period; with the trees of commits beside the branch that runs compared with."""
    period, all_runs = choices.period, runs_of(chain.entries, history)
    branch = on_branch(all_runs.runs, history)
    runs = [run for run in all_runs.runs if period.holds(run.moment)]
    commits = Join.of(history, all_runs.runs, base_trees, choices.kinds, choices.max_delay).commits(period)
    failures = episodes(branch, period)
    head = chain.lines[-1].digest if chain.lines else ""
    return PeriodReport(
        choices=choices,
        source=source,
        head=head,
        entries=len(chain.lines),
        chain_faults=chain.faults,
        all_runs=all_runs,
        runs=runs,
        on_branch=[run for run in branch if period.holds(run.moment)],
        not_in_branch=_not_in(history, runs),
        gaps=gaps(runs, period, history, choices.max_gap),
        history=history,
        commits=commits,
        out_of_order=out_of_order(history),
        changes=changes(all_runs.runs, period),
        failures=failures,
        waivers=waivers_by_day(branch, period),
        samples=_samples(choices, choices.seed or head, commits, runs, failures),
    )


def _not_in(history: History, runs: Sequence[Run]) -> list[Run]:
    """Runs that name the branch and are about no commit of it: it was rewritten, or they had uncommitted changes."""
    trees, name = {each.tree for each in history.commits}, history.name.removeprefix("origin/")
    return [run for run in runs if run.entry.branch == name and run.tree not in trees]


def _samples(
    choices: Choices, seed: str, commits: Sequence[JoinedCommit], runs: Sequence[Run], failures: Sequence[Episode]
) -> Samples:
    def drawn(items: Iterable[_Item], id_of: Callable[[_Item], str]) -> list[_Item]:
        by_id = {id_of(item): item for item in items}
        return [by_id[each] for each in samples.drawn(seed, by_id, choices.samples)]

    return Samples(
        seed,
        drawn(commits, lambda each: each.commit.commit),
        drawn(runs, lambda run: str(run.entry.sequence)),
        drawn(failures, lambda each: each.id),
    )
