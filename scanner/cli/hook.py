"""`assay hook`: what pre-commit runs on staged files."""

from __future__ import annotations

import os
import sys

import click

from scanner import reports
from scanner.cli.environment import cache_folder
from scanner.gate import CLEAN, NOTHING
from scanner.model import SEVERITIES, Severity
from scanner.scan import Options, scan


@click.command("hook")
@click.argument("files", nargs=-1)
@click.option("--fix", "fixing", is_flag=True, help="Make safe fixes in the files, and scan nothing.")
@click.option(
    "--fail-on",
    type=click.Choice([severity.value for severity in SEVERITIES]),
    default=Severity.HIGH.value,
    show_default=True,
    help="The least severity that stops a commit.",
)
def command(files: tuple[str, ...], fail_on: str, *, fixing: bool) -> int:
    """Scan staged files; files of which none is Assay's concern pass.

    A commit is stopped by what should not even be kept for a day; the scan in CI holds the rest.

    Exit codes are those of `assay scan`, but for nothing to assess, which is 0 here.
    """
    if not files:
        return CLEAN
    if fixing:
        return _fix(files)
    result = scan(files, Options(fail_on=Severity(fail_on), cache_folder=cache_folder(os.environ)))
    if result.verdict.exit_code in (CLEAN, NOTHING):
        return CLEAN
    for piece in reports.render("table", result, colour=sys.stdout.isatty()):
        click.echo(piece, nl=False)
    return result.verdict.exit_code


def _fix(files: tuple[str, ...]) -> int:
    """Fix what is safe; pre-commit itself stops a commit whose files a hook changed."""
    from scanner.cli.fix import command as fix

    code: int = fix.main([*files, "--allow-incomplete"], standalone_mode=False)
    return CLEAN if code == NOTHING else code
