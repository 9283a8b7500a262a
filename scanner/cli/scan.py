"""`assay scan`."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import click
from msgspec.structs import replace

from scanner import sources
from scanner.cli.environment import git_state
from scanner.cli.option_groups import ENGINES, INPUT, OUTPUT, Command, option
from scanner.cli.outputs import FORMATS, parse, write
from scanner.cli.progress import Progress
from scanner.cli.reading import (
    fails_on,
    options,
    reads_files,
    reports_on,
    resolved_options,
    strict,
    tell_changes,
    tell_configuration,
)
from scanner.cli.terminal import counted
from scanner.cli.waiver_options import accepts_waivers, waiver_options
from scanner.configuration.resolve import ResolvedOptions
from scanner.engines import NAMES as ENGINE_NAMES
from scanner.errors import UsageError
from scanner.model import Scan, Severity
from scanner.reports.format import Presentation, duration_text
from scanner.reports.unassessed import hidden
from scanner.scan import Options, scan

_NOTES = 5


@click.command("scan", cls=Command)
@click.argument("paths", nargs=-1)
@reports_on
@option(
    OUTPUT,
    "--output",
    "outputs",
    multiple=True,
    metavar="FORMAT[=FILE]",
    help=f"Write the results in this format, to FILE or to standard output: {', '.join(FORMATS)}. May be repeated.  "
    "[default: table]",
)
@fails_on(Severity.LOW, "Exit with 1 when a finding has this severity or a higher one.")
@accepts_waivers
@reads_files
@strict
@option(INPUT, "--git-revision", metavar="REV", help="Read the files of this commit, not those on disk.")
@option(
    ENGINES,
    "--engine",
    "engines",
    multiple=True,
    type=click.Choice(ENGINE_NAMES),
    default=ENGINE_NAMES[:1],
    show_default=True,
    help="Run this engine. `checkov` runs Checkov together with Assay's own rules.",
)
@option(
    OUTPUT,
    "--show",
    multiple=True,
    type=click.Choice(["unknown"]),
    help="List unknown outcomes with their places in the table.",
)
@option(
    OUTPUT,
    "--statistics",
    is_flag=True,
    help="Print counts by rule in place of the findings, in the formats table and concise.",
)
@option(
    OUTPUT,
    "--include-passes",
    is_flag=True,
    help="List passed outcomes too, in all formats but table and concise.",
)
@option(
    OUTPUT,
    "--explain-inputs",
    is_flag=True,
    help="Print the status of every input in place of the findings; the same as --output inputs.",
)
@option(OUTPUT, "--quiet", is_flag=True, help="Write no summary to standard error.")
@click.pass_context
def command(
    context: click.Context,
    /,
    outputs: tuple[str, ...],
    show: tuple[str, ...],
    *,
    statistics: bool,
    explain_inputs: bool,
    quiet: bool,
    **given: Any,
) -> int:
    """Scan files and folders.

    Without PATHS the scan reads the current folder, or the `paths` of assay.yaml; `-` reads standard input.

    \b
    Exit codes:
      0  no finding at or above --fail-on
      1  findings at or above --fail-on
      2  wrong usage, configuration or rule
      3  nothing to assess
      4  incomplete: an input or a rule could not be assessed
      5  internal error
    """
    wanted = parse((*outputs, "inputs") if explain_inputs else outputs)
    fixes = any(output.form.shows_fixes for output in wanted)
    commit = any(output.form.tells_commit for output in wanted)
    reuse = not any(output.form.assesses_anew for output in wanted)
    chosen = resolved_options(context)
    started = time.monotonic()
    with Progress(shown=not quiet) as progress:
        result = scan(
            chosen.value("paths"), _options(chosen, fixes=fixes, commit=commit, reuse=reuse, **given), progress
        )
    result = replace(result, run=replace(result.run, ended=now()))
    seconds = time.monotonic() - started
    on_disk = given["git_revision"] is None and sources.STDIN not in chosen.value("paths")
    paths = tuple(chosen.value("paths") or (".",)) if on_disk else ()
    presentation = Presentation(unknown="unknown" in show, statistics=statistics, paths=paths)
    write(result, wanted, presentation, seconds)
    if not quiet:
        _summarise(result, seconds, to_files=all(output.target for output in wanted))
    return result.verdict.exit_code


def _options(chosen: ResolvedOptions, *, commit: bool, fixes: bool, reuse: bool, **given: Any) -> Options:
    """What the options mean for a scan; with `commit`, the Git commit of the paths is looked up."""
    revision = given["git_revision"]
    if revision == "":
        raise UsageError("--git-revision is empty", hint="name a commit, a branch or a tag")
    looked_up = commit and not revision
    git_commit, git_dirty = git_state(_scope(chosen).root) if looked_up else ("", None)
    return replace(
        options(chosen, given, revision or ""),
        include_passes=given["include_passes"],
        engines=given["engines"],
        started=now(),
        arguments=tuple(sys.argv[1:]),
        git_commit=git_commit,
        git_dirty=git_dirty,
        fixes=fixes,
        reuse=reuse,
        **waiver_options(chosen, given, origins=True),
    )


def _scope(chosen: ResolvedOptions) -> sources.Scope:
    return sources.scope(chosen.value("paths"), where=chosen.configuration.place("paths"))


def _summarise(result: Scan, seconds: float, *, to_files: bool) -> None:
    """Say on standard error what standard output does not: all that matters where every output goes to a file."""
    configuration = result.run.configuration
    if to_files:
        tell_changes(configuration)
    else:
        tell_configuration(configuration)
    _tell(result.notes)
    if to_files:
        if said := hidden(result):
            click.echo(f"assay: {said}", err=True)
        read = f"{counted(len(result.inputs), 'input')}, {counted(len(result.rules), 'rule')}"
        click.echo(f"assay: {result.verdict.reason} ({read}, {duration_text(seconds)})", err=True)


def _tell(notes: Sequence[str]) -> None:
    """Print the notes of another engine: the first few, and the number of the others."""
    from scanner.reports.safe_text import safe

    for note in notes[:_NOTES]:
        click.echo(f"assay: {safe(note)}", err=True)
    if len(notes) > _NOTES:
        click.echo(f"assay: and {len(notes) - _NOTES} more like these", err=True)


def now() -> str:
    """The current time, or the one that SOURCE_DATE_EPOCH gives, in RFC 3339."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    try:
        moment = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    except (ValueError, OverflowError, OSError):
        hint = "unset it, or set it to seconds such as 1700000000"
        raise UsageError(f"SOURCE_DATE_EPOCH is not a number of seconds since 1970: {epoch!r}", hint=hint) from None
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
