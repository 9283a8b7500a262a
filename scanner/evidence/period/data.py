"""The report about a period as JSON, in the format `assay-period/1`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from msgspec import to_builtins

from scanner.evidence.period import samples
from scanner.evidence.period.joining import KINDS, WITH_RUN, CommitState, JoinedCommit
from scanner.evidence.period.limits import LIMITS
from scanner.evidence.period.moments import shown
from scanner.evidence.period.report import PeriodReport
from scanner.evidence.period.runs import Run, counted
from scanner.masking import mask_data

FORMAT = "assay-period/1"
Json: TypeAlias = dict[str, Any]


def as_data(report: PeriodReport) -> Json:
    """The whole report, with credentials masked."""
    period = report.choices.period
    found: Json = {
        "format": FORMAT,
        "period": {
            "from": period.first.isoformat(),
            "to": period.last.isoformat(),
            "start": shown(period.start),
            "end": shown(period.end),
        },
        "ledger": _ledger(report),
        "branch": {"name": report.history.name, "tip": report.history.tip},
        "limits": LIMITS,
        "control": _control(report),
        "runs": _runs(report),
        "changes": to_builtins(report.changes),
        "failures": [{"id": each.id, **to_builtins(each)} for each in report.failures],
        "waivers": to_builtins(report.waivers),
        "samples": _samples(report),
    }
    masked: Json = mask_data(found)
    return masked


def _ledger(report: PeriodReport) -> Json:
    return {
        "source": report.source,
        "head": report.head,
        "lines": report.entries,
        "faults": [*report.chain_faults, *report.all_runs.faults],
        "repeated": report.all_runs.repeated,
        "recorded_late": report.all_runs.late_entries,
    }


def _control(report: PeriodReport) -> Json:
    return {
        "kinds": report.choices.kinds,
        "max_delay_seconds": report.choices.max_delay,
        "totals": totals(report),
        "check": check_command(report),
        "dates_out_of_order": report.out_of_order,
        "commits": [_commit(each) for each in report.commits],
    }


def totals(report: PeriodReport) -> Json:
    """The numbers of commits. The states add up to all commits of the period, and so do the kinds."""
    period, commits = report.choices.period, report.commits
    landed = [each.committed for each in report.history.commits]
    with_run = [each for each in commits if each.state in WITH_RUN]
    return {
        "commits": len(commits),
        "states": {state.value: sum(each.state is state for each in commits) for state in CommitState},
        "with_run": len(with_run),
        "run_before_commit": sum(each.before for each in with_run),
        "run_after_commit": sum(not each.before for each in with_run),
        "kinds": {kind: sum(each.kind == kind for each in commits) for kind in KINDS},
        "branch": {
            "before": sum(moment < period.start for moment in landed),
            "within": len(commits),
            "after": sum(moment >= period.end for moment in landed),
            "all": len(landed),
        },
        "configurations": counted(
            f"{each.run.entry.ruleset} {each.run.entry.configuration}" for each in with_run if each.run
        ),
    }


def check_command(report: PeriodReport) -> str:
    """The command whose lines are the commits of the report."""
    period = report.choices.period
    since, until = shown(period.start), shown(period.end - 1)
    return f"git log --first-parent --format=%H --since-as-filter={since} --until={until} {report.history.tip}"


def _commit(each: JoinedCommit) -> Json:
    own = each.commit
    return {
        "commit": own.commit,
        "tree": own.tree,
        "kind": each.kind,
        "author": own.author,
        "authored": shown(own.authored),
        "committer": own.committer,
        "committed": shown(own.committed),
        "subject": own.subject,
        "state": each.state,
        "run": _run(each.run) if each.run else None,
        "run_before_commit": each.before if each.run else None,
        "notes": each.notes,
    }


def _run(run: Run) -> Json:
    own = run.entry
    return {
        "sequence": own.sequence,
        "time": shown(run.moment),
        "kind": own.kind,
        "verdict": own.verdict,
        "exit_code": own.exit_code,
        "reason": own.reason,
        "commit": own.commit,
        "tree": run.tree,
        "dirty": own.dirty,
        "branch": own.branch,
        "base": own.base,
        "actor": own.actor,
        "version": own.version,
        "ruleset": own.ruleset,
        "configuration": own.configuration,
        "digest": own.digest,
    }


def _runs(report: PeriodReport) -> Json:
    runs: Sequence[Run] = report.runs
    return {
        "number": len(runs),
        "kinds": counted(run.entry.kind for run in runs),
        "verdicts": counted(run.entry.verdict for run in runs),
        "dirty": sum(run.entry.dirty for run in runs),
        "on_branch": len(report.on_branch),
        "not_in_branch": [run.entry.sequence for run in report.not_in_branch],
        "first": _run(runs[0]) if runs else None,
        "last": _run(runs[-1]) if runs else None,
        "max_gap_seconds": report.choices.max_gap,
        "gaps": to_builtins(report.gaps),
        "runs": [_run(run) for run in runs],
    }


def _samples(report: PeriodReport) -> Json:
    own = report.samples
    return {
        "seed": own.seed,
        "algorithm": samples.ALGORITHM,
        "number": report.choices.samples,
        "commits": [each.commit.commit for each in own.commits],
        "runs": [str(run.entry.sequence) for run in own.runs],
        "failures": [each.id for each in own.failures],
    }
