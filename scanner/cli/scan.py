"""`assay scan`."""

from __future__ import annotations

from functools import partial
from typing import Any

import click
from msgspec.structs import replace

from scanner import sources
from scanner.cli.option_groups import INPUT, Command, option
from scanner.cli.reading import fails_on, reads_files, reports_on, resolved_options, strict
from scanner.cli.running import EXIT_CODES, LATER, UNFREED, Wanted, writes_results
from scanner.cli.waiver_options import accepts_waivers, waiver_options
from scanner.errors import UsageError
from scanner.model import Severity
from scanner.scan import scan

_HELP = f"""Scan files and folders.

    Without PATHS the scan reads the current folder, or the `paths` of assay.yaml; `-` reads standard input.
    {EXIT_CODES}"""


@click.command("scan", cls=Command, help=_HELP)
@click.argument("paths", nargs=-1)
@reports_on
@writes_results
@fails_on(Severity.LOW, "Exit with 1 when a finding has this severity or a higher one.")
@accepts_waivers
@reads_files
@strict
@option(INPUT, "--git-revision", metavar="REV", help="Read the files of this commit, not those on disk.")
@click.pass_context
def command(context: click.Context, /, **given: Any) -> int:
    """Scan files and folders."""
    wanted = Wanted.of(given)
    revision = given["git_revision"]
    if revision == "":
        raise UsageError("--git-revision is empty", hint="name a commit, a branch or a tag")
    chosen = resolved_options(context)
    paths = chosen.value("paths")
    accepted = waiver_options(chosen, given, origins=True)
    options = replace(wanted.options(chosen, revision, **given), **accepted)
    work = partial(scan, paths, options, unfreed=UNFREED, later=LATER)
    return wanted.run(chosen, work, on_disk=revision is None and sources.STDIN not in paths)
