"""`assay hook`: what pre-commit runs on staged files."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Any

import click
from msgspec.structs import replace

from scanner import reports
from scanner.cli.option_groups import OUTPUT, Command, option
from scanner.cli.outputs import Output, write
from scanner.cli.reading import fails_on, is_configured, options, resolved_options, tell_changes, tell_configuration
from scanner.cli.waiver_options import accepts_waivers, tell_waivers, waiver_options
from scanner.errors import UsageError
from scanner.exit_codes import CLEAN, NOTHING
from scanner.model import Severity
from scanner.reports.format import Presentation
from scanner.scan import evaluate


class _OnNames(Command):
    """A command that gets the names of changed files behind its options, with nothing between them."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        options = args[: args.index("--")] if "--" in args else args
        for name in options:
            if name.startswith("-") and os.path.lexists(name):
                hint = "rename the file, or remove it"
                raise UsageError(f"{name} is an option, and here it is the name of a file too", hint=hint)
        return super().parse_args(ctx, args)


@click.command("hook", cls=_OnNames)
@click.argument("paths", nargs=-1, metavar="[FILES]...")
@option(OUTPUT, "--fix", "fixing", is_flag=True, help="Apply safe fixes to the files in place of the scan.")
@fails_on(Severity.HIGH, "Exit with 1, and so stop the commit, when a finding has this severity or a higher one.")
@accepts_waivers
@is_configured
@click.pass_context
def command(context: click.Context, /, paths: tuple[str, ...], *, fixing: bool, **given: Any) -> int:
    """Scan the given files before a commit.

    The default threshold is high; the scan in CI reports the lower severities. The exit codes are those of
    `assay scan`, except that nothing to assess is 0.
    """
    if not paths:
        return CLEAN
    if fixing:
        return _fix(paths, given)
    started = time.monotonic()
    resolved = resolved_options(context)
    chosen = replace(options(resolved, given), **waiver_options(resolved, given, origins=False))
    evaluated = evaluate(paths, chosen)
    if evaluated.verdict().exit_code in (CLEAN, NOTHING):
        tell_changes(evaluated.configuration)
        tell_waivers(evaluated.waivers)
        return CLEAN
    result = evaluated.result()
    tell_configuration(result.run.configuration)
    table = Output("table", reports.find("table"), None)
    write(result, (table,), Presentation(paths=paths), time.monotonic() - started)
    return result.verdict.exit_code


def _fix(files: tuple[str, ...], given: Mapping[str, Any]) -> int:
    """Fix what is safe; pre-commit itself stops a commit whose files a hook changed."""
    from scanner.cli.fix import command as fix

    config = ("--config", given["config"]) if given["config"] else ()
    chosen = [part for name in ("select", "skip") for text in given[name] for part in (f"--{name}", text)]
    code: int = fix.main([*config, *chosen, "--allow-incomplete", "--", *files], standalone_mode=False)
    return CLEAN if code == NOTHING else code
