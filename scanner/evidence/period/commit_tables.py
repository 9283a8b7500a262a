"""Whether the control ran for each commit of a branch, as sentences and tables."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.evidence.period.data import check_command, totals
from scanner.evidence.period.joining import CommitState, JoinedCommit
from scanner.evidence.period.moments import lasted, shown
from scanner.evidence.period.report import PeriodReport
from scanner.evidence.sections import Command, Part, Table, cut

_COMMITS = ("commit", "committed", "author", "kind", "state", "run", "notes", "subject")
_MEANING = {
    CommitState.PASSED: "the run passed",
    CommitState.WAIVED: "the run passed only because waivers cover failures",
    CommitState.WEAKENED: "the run passed, and found that the configuration was weakened",
    CommitState.FAILED: "the run failed, and the commit is on the branch",
    CommitState.INCOMPLETE: "the run could not assess everything",
    CommitState.NOT_COMPARED: "the gate passed, and compared with a commit that is not an earlier one of the branch",
    CommitState.LATE: "runs ended only after the maximum delay",
    CommitState.WITHIN: "no run on these files; a run that passed compared a later commit with an earlier one",
    CommitState.NONE: "no run on these files",
}


def control(report: PeriodReport, most: int) -> Iterator[Part]:
    """How many commits have which state, and each commit."""
    yield from _figures(report)
    if report.out_of_order:
        yield "Commits whose date is before that of the commit they follow: " + ", ".join(report.out_of_order[:most])
    settings = [(*pair.split(" ", 1), str(number)) for pair, number in totals(report)["configurations"].items()]
    if settings:
        yield "The runs that decide had these rules and configurations:"
    yield from cut(("rules", "configuration", "commits"), settings, most)
    others = [each for each in report.commits if each.state is not CommitState.PASSED]
    yield f"Commits in another state than passed: {len(others)}."
    yield from cut(_COMMITS, list(map(_commit, others)), most)
    passed = [each for each in report.commits if each.state is CommitState.PASSED]
    yield f"Commits in the state passed: {len(passed)}."
    yield from cut(_COMMITS, list(map(_commit, passed)), most)


def _figures(report: PeriodReport) -> Iterator[Part]:
    numbers, choices = totals(report), report.choices
    yield f"Branch: {report.history.name}, last commit: {report.history.tip}"
    kinds, delay = ", ".join(choices.kinds), lasted(choices.max_delay)
    yield (
        f"{numbers['commits']} commits came to the branch in the period: its first parents. A "
        f"run counts for a commit if it is of the kind {kinds}, had exactly the files of the commit (equal Git tree, "
        f"nothing uncommitted), and ended at most {delay} after the commit. Of several, the last one before the "
        "commit decides, or else the first one after it."
    )
    states = numbers["states"].items()
    yield Table(
        ("state", "commits", "meaning"),
        [(state, str(number), _MEANING[CommitState(state)]) for state, number in states]
        + [("all", str(numbers["commits"]), "")],
    )
    yield (
        f"With a run: {numbers['with_run']}, of which {numbers['run_before_commit']} ended before the time of the "
        f"commit and {numbers['run_after_commit']} after it. By kind of commit: "
        + ", ".join(f"{number} {kind}" for kind, number in numbers["kinds"].items())
        + f". The branch has {numbers['branch']['all']} commits: {numbers['branch']['before']} before the period, "
        f"{numbers['branch']['within']} in it, {numbers['branch']['after']} after it."
    )
    yield "The same commits by Git, the latest first:"
    yield Command(check_command(report))


def _commit(each: JoinedCommit) -> tuple[str, ...]:
    own = each.commit
    run = f"entry {each.run.entry.sequence}, {shown(each.run.moment)}" if each.run else ""
    notes = "; ".join(each.notes)
    return own.commit, shown(own.committed), own.author, each.kind, each.state.value, run, notes, own.subject
