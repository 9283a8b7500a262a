"""`assay waivers`: list, check, new, report, schema."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace

from scanner.cli import new_waiver
from scanner.cli.environment import git_state
from scanner.cli.option_groups import OUTPUT, Command, option
from scanner.cli.progress import Progress
from scanner.cli.reading import options, reads_files, resolved_options, tell_configuration
from scanner.cli.terminal import counted
from scanner.cli.waiver_options import NAME, accepts_waivers, waiver_options
from scanner.errors import UsageError
from scanner.exit_codes import CLEAN, FAILED
from scanner.finished_scan import Scan
from scanner.reports.safe_text import safe
from scanner.safe_write import write_file
from scanner.scan import scan
from scanner.sources import scope
from scanner.waived import WaiverState

_WRONG = (WaiverState.INVALID, WaiverState.EXPIRED)


@click.group("waivers")
def command() -> None:
    """List, check and report waivers, and write new ones."""


def _scans(function: Callable[..., Any]) -> Callable[..., Any]:
    """The arguments and options of a command that scans to find out what waivers cover."""
    for each in (click.pass_context, reads_files, accepts_waivers, click.argument("paths", nargs=-1)):
        function = each(function)
    return function


@command.command("list", cls=Command)
@_scans
def list_waivers(context: click.Context, /, **given: Any) -> None:
    """List all waivers and what became of each.

    The command scans PATHS, or the current folder, to find out which findings they cover.
    """
    from scanner.reports.waivers import sentences

    result = _scanned(context, given)
    click.echo(f"waivers: {safe(_title(result))}")
    for each in sentences(result.waivers):
        _tell(each)


@command.command("check", cls=Command)
@_scans
def check(context: click.Context, /, **given: Any) -> int:
    """Check all waivers.

    Exits with 1 if one is invalid or expired, and with 2 if the file is not a list of waivers. Each is compared with
    the findings of a scan of PATHS, or of the current folder.
    """
    from scanner.reports.waivers import sentence

    result = _scanned(context, given)
    wrong = [each for each in result.waivers.results if each.state in _WRONG]
    for each in wrong:
        _tell(sentence(each))
        for fault in each.waiver.faults:
            place = f"{fault.location.path}:{fault.location.line}"
            click.echo(f"    {safe(place)}: {safe(fault.message)}")
    click.echo(f"{counted(len(result.waivers.results), 'waiver')}, {len(wrong)} invalid or expired")
    return FAILED if wrong else CLEAN


@command.command("report", cls=Command)
@_scans
@option(
    OUTPUT,
    "--format",
    "form",
    type=click.Choice(["markdown", "json"]),
    default="markdown",
    show_default=True,
    help="Write the report in this format.",
)
@option(OUTPUT, "--output", "target", metavar="FILE", help="Write the report to this file.  [default: standard output]")
def report(context: click.Context, /, form: str, target: str | None, **given: Any) -> None:
    """Report all waivers for an auditor.

    The report has the state, requester, approver, dates and days left of each waiver, and the commit that introduced
    its approver.
    """
    from scanner.reports import waiver_report

    result = _scanned(context, given)
    text = waiver_report.as_json(result) if form == "json" else waiver_report.as_markdown(result)
    if target:
        write_file(Path(target), text)
        return
    for piece in text:
        click.echo(piece.encode("utf-8", "backslashreplace"), nl=False)


command.add_command(new_waiver.command)


@command.command("schema")
def schema() -> None:
    """Print the JSON Schema of a file of waivers."""
    from scanner.gate.waivers.reading import whole_schema

    click.echo(json.dumps(whole_schema(), indent=2, ensure_ascii=False))


def _scanned(context: click.Context, given: dict[str, Any]) -> Scan:
    """The scan that waivers are compared with; raises UsageError where there is no waiver to speak of."""
    resolved = resolved_options(context)
    tell_configuration(resolved.configuration)
    wanted = waiver_options(resolved, given, origins=True)
    if wanted["waivers"] is None and not wanted["inline_ignores"]:
        hint = "`assay waivers new FINGERPRINT` prints an entry for one"
        raise UsageError(f"there is no {NAME}, and --waivers names no file", hint=hint)
    where = scope(resolved.value("paths"), where=resolved.configuration.place("paths"))
    commit, dirty = git_state(where.root)
    chosen = replace(options(resolved, given), git_commit=commit, git_dirty=dirty, **wanted)
    with Progress(shown=True) as progress:
        return scan(resolved.value("paths"), chosen, progress)


def _tell(text: str) -> None:
    """Print a text of anybody in lines, none of which commands a CI service."""
    from scanner.reports.text_layout import TextLayout

    for line in TextLayout(width=100, colour=False).paragraph(text, indent=2):
        click.echo(line)


def _title(result: Scan) -> str:
    from scanner.reports.waivers import title

    return title(result.waivers)
