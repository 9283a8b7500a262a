"""What `assay scan` and `assay gate` share: their outputs, their options, and what they say at the end."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import click
from msgspec import Struct
from msgspec.structs import replace

from scanner import sources
from scanner.cli.environment import git_state, tracks_all
from scanner.cli.option_groups import ENGINES, OUTPUT, option
from scanner.cli.outputs import FORMATS, Output, parse, write
from scanner.cli.progress import Progress
from scanner.cli.reading import options, taking, tell_changes, tell_configuration
from scanner.cli.terminal import counted
from scanner.cli.waiver_options import tell_waivers
from scanner.configuration.resolve import ResolvedOptions
from scanner.engines import NAMES as ENGINE_NAMES
from scanner.errors import UsageError
from scanner.finished_scan import Scan
from scanner.model import Input, InputStatus
from scanner.options import Options
from scanner.reports.format import Presentation, duration_text
from scanner.reports.unassessed import hidden

UNFREED: list[object] = []
"""What a run is done with: to free thousands of objects takes longer than the end of the process, which follows."""
LATER: list[Callable[[], object]] = []
"""What is left to do once the result of a run is written."""
_NOTES = 5
EXIT_CODES = """
    \b
    Exit codes:
      0  no finding at or above --fail-on
      1  findings at or above --fail-on
      2  wrong usage, configuration or rule
      3  nothing to assess
      4  incomplete: an input or a rule could not be assessed
      5  internal error
"""
runs_engines = option(
    ENGINES,
    "--engine",
    "engines",
    multiple=True,
    type=click.Choice(ENGINE_NAMES),
    default=ENGINE_NAMES[:1],
    show_default=True,
    help="Run this engine. `checkov` runs Checkov together with Assay's own rules.",
)
"""The option that names further engines."""
_WRITTEN = (
    option(
        OUTPUT,
        "--output",
        "outputs",
        multiple=True,
        metavar="FORMAT[=FILE]",
        help=f"Write the results in this format, to FILE or to standard output: {', '.join(FORMATS)}. "
        "May be repeated.  [default: table]",
    ),
    runs_engines,
    option(
        OUTPUT,
        "--show",
        multiple=True,
        type=click.Choice(["unknown"]),
        help="List unknown outcomes with their places in the table.",
    ),
    option(
        OUTPUT,
        "--statistics",
        is_flag=True,
        help="Print counts by rule in place of the findings, in the formats table and concise.",
    ),
    option(
        OUTPUT,
        "--include-passes",
        is_flag=True,
        help="List passed outcomes too, in the formats json, jsonl, sarif, html and junit.",
    ),
    option(
        OUTPUT,
        "--explain-inputs",
        is_flag=True,
        help="Print the status of every input in place of the findings; the same as --output inputs.",
    ),
    option(OUTPUT, "--quiet", is_flag=True, help="Write no summary to standard error."),
)


def writes_results(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that select engines, outputs and what they list."""
    return taking(command, _WRITTEN)


class Wanted(Struct):
    """What a command writes, and how."""

    outputs: tuple[Output, ...]
    show: tuple[str, ...]
    statistics: bool
    quiet: bool

    @classmethod
    def of(cls, given: dict[str, Any]) -> Wanted:
        """The outputs that options ask for; takes these options out."""
        names = given.pop("outputs")
        outputs = parse((*names, "inputs") if given.pop("explain_inputs") else names)
        return cls(outputs, given.pop("show"), given.pop("statistics"), given.pop("quiet"))

    def options(self, chosen: ResolvedOptions, revision: str | None, **given: Any) -> Options:
        """What the options mean for a scan, with what the outputs need."""
        forms = [output.form for output in self.outputs]
        looked_up = any(form.tells_commit for form in forms) and not revision
        git_commit, git_dirty = git_state(_scope(chosen).root) if looked_up else ("", None)
        return replace(
            options(chosen, given, revision or ""),
            include_passes=given["include_passes"],
            engines=given["engines"],
            started=now(),
            arguments=tuple(sys.argv[1:]),
            git_commit=git_commit,
            git_dirty=git_dirty,
            fixes=any(form.shows_fixes for form in forms),
        )

    def run(self, chosen: ResolvedOptions, work: Callable[[Callable[[Input], object]], Scan], *, on_disk: bool) -> int:
        """Do the work, write its result and return its exit code; `on_disk` says whether files on disk are read."""
        started = time.monotonic()
        UNFREED.clear()  # of an earlier run in the same process
        with Progress(shown=not self.quiet) as progress:
            result = work(progress)
        UNFREED.append(result)
        try:
            return self._reported(result, chosen, started, on_disk=on_disk)
        finally:
            while LATER:
                LATER.pop()()

    def _reported(self, result: Scan, chosen: ResolvedOptions, started: float, *, on_disk: bool) -> int:
        """Write the result of work that was `started` at some time, and return its exit code."""
        dirty = result.run.git_dirty
        if dirty is False and on_disk:
            dirty = not tracks_all(_scope(chosen).root, _decided(result, chosen))
        result = replace(result, run=replace(result.run, ended=now(), git_dirty=dirty))
        seconds = time.monotonic() - started
        paths = tuple(chosen.value("paths") or (".",)) if on_disk else ()
        presentation = Presentation(unknown="unknown" in self.show, statistics=self.statistics, paths=paths)
        write(result, self.outputs, presentation, seconds)
        if not self.quiet:
            _summarise(result, seconds, to_files=all(output.target for output in self.outputs))
        return result.verdict.exit_code


def _decided(result: Scan, chosen: ResolvedOptions) -> Iterator[str]:
    """The files below the root that decided the result: those that were read, the configuration and the waivers."""
    yield from (each.path for each in result.inputs if each.status is not InputStatus.SKIPPED)
    for file in (chosen.configuration.file, result.waivers.file):
        name = os.path.relpath(file, _scope(chosen).root) if file else ".."
        if not name.startswith(".."):
            yield name


def _scope(chosen: ResolvedOptions) -> sources.Scope:
    """What the paths cover; whether they are there, the scan says."""
    anything = sources.Selection(may_be_missing=True)
    return sources.scope(chosen.value("paths"), anything, chosen.configuration.place("paths"))


def _summarise(result: Scan, seconds: float, *, to_files: bool) -> None:
    """Say on standard error what standard output does not: all that matters where every output goes to a file."""
    configuration = result.run.configuration
    if to_files:
        tell_changes(configuration)
        tell_waivers(result.waivers)
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
