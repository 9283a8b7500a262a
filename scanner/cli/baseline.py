"""`assay baseline`: write, show, prune."""

from __future__ import annotations

import os
import shlex
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace

from scanner import baseline_comparison
from scanner.cli.option_groups import Command
from scanner.cli.reading import options, reads_files_for_all_rules, resolved_options, tell_configuration
from scanner.cli.running import runs_engines
from scanner.cli.terminal import counted
from scanner.errors import PackError, UsageError
from scanner.exit_codes import CLEAN, NOTHING
from scanner.gate import baseline_file
from scanner.gate.baseline_file import Baseline, Entry
from scanner.model import SEVERITIES, InputStatus, Outcome
from scanner.reports.safe_text import safe
from scanner.safe_write import write_file
from scanner.scan import Evaluated, evaluate

_SHOWN = 60
"""Characters of a value that are shown."""


@click.group("baseline")
def command() -> None:
    """Write, show and prune baselines.

    A baseline is a file with the findings of a tree. `assay gate --baseline FILE` fails only for findings that are new
    or worse than in the file, and needs no Git history.
    """


@command.command("write", cls=Command)
@click.argument("file", type=click.Path(), metavar="FILE")
@click.argument("paths", nargs=-1)
@reads_files_for_all_rules
@runs_engines
@click.pass_context
def write(context: click.Context, /, file: str, **given: Any) -> int:
    """Scan files and folders and write all findings to FILE.

    All rules run, of every profile, also those that the configuration leaves out, so that the file suits every gate. It
    contains no messages, no text of the files and no credentials, and a finding on a line.
    """
    _refuse_other(file)
    now = _scanned(context, given)
    if not any(item.status is InputStatus.ASSESSED for item in now.read.inputs):
        click.echo("assay: nothing to assess, so no baseline is written", err=True)
        return NOTHING
    baseline = baseline_comparison.baseline_of(now)
    write_file(Path(file), baseline_comparison.text_of(baseline))
    click.echo(f"{safe(file)}: {'; '.join(_counts(baseline))}, by the rules of all profiles")
    click.echo(f"Commit it, then run: assay gate --baseline {safe(shlex.quote(file))}")
    return CLEAN


@command.command("show")
@click.argument("file", type=click.Path(exists=True, dir_okay=False), metavar="FILE")
def show(file: str) -> None:
    """Print the counts and the entries of a baseline.

    It contains the findings of all profiles, so there may be more than a scan reports. In place of the severity, an
    entry that is not a failure has `unknown` or `error`.
    """
    baseline = baseline_file.read(file)
    click.echo(f"{safe(file)}: {'; '.join(_counts(baseline))}, by the rules of all profiles")
    click.echo(f"written by Assay {safe(baseline.tool.version)}, rule set {baseline.ruleset_digest[:12]}\n")
    if baseline.findings:
        click.echo("PATH: SEVERITY RULE SUBJECT [FIELD] [VALUE] FINGERPRINT")
    for entry in baseline.findings:
        click.echo(safe(_line(entry)))
    for each in baseline.unread:
        click.echo(safe(f"{each.path}: not assessed in full ({', '.join(each.kinds)})"))


@command.command("prune", cls=Command)
@click.argument("file", type=click.Path(exists=True, dir_okay=False), metavar="FILE")
@click.argument("paths", nargs=-1)
@reads_files_for_all_rules
@runs_engines
@click.pass_context
def prune(context: click.Context, /, file: str, **given: Any) -> None:
    """Scan files and folders and remove the entries from FILE whose findings are gone.

    Nothing is added. Entries of files outside of PATHS, and of rules that do not run, are kept.
    """
    before = baseline_file.read(file)
    after = baseline_comparison.pruned(before, _scanned(context, given))
    if after != before:
        write_file(Path(file), baseline_comparison.text_of(after))
    removed = len(before.findings) - len(after.findings)
    click.echo(f"{safe(file)}: {counted(removed, 'stale finding')} removed; {'; '.join(_counts(after))}")


def _scanned(context: click.Context, given: dict[str, Any]) -> Evaluated:
    """The scan of all rules."""
    chosen = resolved_options(context)
    wanted = baseline_comparison.complete(replace(options(chosen, given), engines=given["engines"]))
    now = evaluate(chosen.value("paths"), wanted, reported=False)
    tell_configuration(chosen.configuration)
    return now


def _refuse_other(file: str) -> None:
    """Raise UsageError for a file that holds something else: a path may have been given in its place."""
    if not os.path.isfile(file) or not os.path.getsize(file):
        return
    try:
        baseline_file.read(file)
    except PackError:
        message = f"{file} is there and is not a baseline"
        raise UsageError(message, hint="name a new file, or remove this one") from None


def _counts(baseline: Baseline) -> Iterator[str]:
    failed = Counter(entry.severity for entry in baseline.findings if entry.outcome is Outcome.FAIL)
    severities = ", ".join(f"{failed[severity]} {severity}" for severity in SEVERITIES if failed[severity])
    yield f"{failed.total()} fail{f' ({severities})' if severities else ''}"
    others = Counter(entry.outcome for entry in baseline.findings if entry.outcome is not Outcome.FAIL)
    yield from (f"{number} {outcome}" for outcome, number in sorted(others.items()))
    if baseline.unread:
        yield f"{counted(len(baseline.unread), 'input')} not assessed in full"


def _line(entry: Entry) -> str:
    label = entry.severity if entry.outcome is Outcome.FAIL else entry.outcome
    value = entry.evidence or ""
    value = value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…"
    parts = (entry.subject.id, entry.field, value, entry.fingerprint)
    return f"{entry.path}: {label} {entry.rule} {' '.join(filter(None, parts))}"
