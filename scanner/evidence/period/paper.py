"""The report about a period as sections and tables, for the forms that people read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scanner.evidence.period import samples
from scanner.evidence.period.commit_tables import control
from scanner.evidence.period.limits import LIMITS
from scanner.evidence.period.moments import lasted, shown
from scanner.evidence.period.report import PeriodReport
from scanner.evidence.period.runs import Run, counted
from scanner.evidence.period.timeline import failures, waivers
from scanner.evidence.sections import Paper, Part, Section, Table, cut

_SHORT = 12
_ENDS = ("", "entry", "end", "kind", "verdict", "commit", "actor")


def paper_of(report: PeriodReport, most: int) -> Paper:
    """The report, with at most so many rows in a table."""
    period = report.choices.period
    return Paper(
        f"{report.history.name} from {period.first} to {period.last}",
        [
            Section("Ledger", list(_ledger(report))),
            Section("Did the control operate?", list(control(report, most))),
            Section("Runs", list(_runs(report, most))),
            Section("Changes of rules, configuration and people", list(_changes(report, most))),
            Section("Failures", list(failures(report, most))),
            Section("Waivers in force", list(waivers(report, most))),
            Section("Samples", list(_samples(report))),
            Section("What this does not show", LIMITS),
        ],
    )


def _ledger(report: PeriodReport) -> Iterator[Part]:
    faults = [*report.chain_faults, *report.all_runs.faults]
    if faults:
        yield f"THE LEDGER IS NOT INTACT, and what follows rests on it. Faults: {len(faults)}."
        yield from cut(("fault",), [(each,) for each in faults], 100)
    elif report.entries:
        yield "Each line follows from the line before it."
    yield f"Source: {report.source}, {report.entries:,} lines, last line: {report.head or 'none'}"
    if report.all_runs.repeated:
        yield f"Entries about a run that an earlier entry records, counted once: {report.all_runs.repeated}."
    if report.all_runs.late_entries:
        yield f"Entries about a run that ended before the run of the entry before them: {report.all_runs.late_entries}."


def _runs(report: PeriodReport, most: int) -> Iterator[Part]:
    runs = report.runs
    if not runs:
        yield "The ledger holds no run of the period."
    else:
        yield (
            f"{len(runs)} runs of all branches: {_numbers(run.entry.kind for run in runs)}; "
            f"{_numbers(run.entry.verdict for run in runs)}. Of these, {len(report.on_branch)} had exactly the files "
            f"of a commit of {report.history.name}, and {sum(run.entry.dirty for run in runs)} had uncommitted "
            "changes."
        )
        yield Table(_ENDS, [_ends(runs[0]), _ends(runs[-1], last=True)])
    if report.not_in_branch:
        yield f"Runs recorded for the branch {report.history.name} on files that no commit of it has now:"
        rows = [_ends(run)[1:] for run in report.not_in_branch]
        yield from cut(_ENDS[1:], rows, most)
    yield (
        f"Times without a run of any kind on committed files that are longer than {lasted(report.choices.max_gap)}, "
        f"from the start of the period to its end: {len(report.gaps)}."
    )
    rows = [(each.start, each.end, lasted(each.seconds), str(each.commits)) for each in report.gaps]
    yield from cut(("from", "to", "duration", "commits of the branch in it"), rows, most)


def _numbers(values: Iterable[str]) -> str:
    return ", ".join(f"{number} {name}" for name, number in counted(values).items())


def _ends(run: Run, *, last: bool = False) -> tuple[str, ...]:
    own = run.entry
    name = "last" if last else "first"
    return name, str(own.sequence), shown(run.moment), own.kind, own.verdict, own.commit[:_SHORT], own.actor


def _changes(report: PeriodReport, most: int) -> Iterator[Part]:
    yield "What the runs of the period, of all branches, had, with the first and the last run that had it."
    for name, values in report.changes.items():
        yield f"{name[0].upper()}{name[1:]}: {len(values)}."
        rows = [
            (each.value, each.first, each.last, str(each.runs), "before the period" if each.before else "in the period")
            for each in values
        ]
        yield from cut(("value", "first run", "last run", "runs", "first used"), rows, most)
    authors = counted(each.commit.author for each in report.commits)
    yield f"Authors of commits: {len(authors)}."
    yield from cut(("author", "commits"), [(name, str(number)) for name, number in authors.items()], most)


def _samples(report: PeriodReport) -> Iterator[Part]:
    own, number = report.samples, report.choices.samples
    yield f"Seed: {own.seed}"
    yield samples.ALGORITHM
    yield (
        f"At most {number} of each population: commits of the period by their ids, runs by the sequence numbers of "
        "their entries, failures by fingerprint, a colon and the entry that first saw them. To choose another seed: "
        "--seed."
    )
    rows = [(each.commit.commit, shown(each.commit.committed), each.commit.author, each.state) for each in own.commits]
    yield from cut(("commit", "committed", "author", "state"), rows, number)
    runs = [(str(run.entry.sequence), shown(run.moment), run.entry.kind, run.entry.verdict) for run in own.runs]
    yield from cut(("entry", "end", "kind", "verdict"), runs, number)
    found = [(each.id, each.rule, each.first_seen, each.state) for each in own.failures]
    yield from cut(("failure", "rule", "first seen", "state"), found, number)
