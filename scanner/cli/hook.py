"""`assay hook`: what pre-commit runs before a commit or a push."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from scanner.cli.option_groups import INPUT, OUTPUT, Command, deploys, option
from scanner.cli.reading import (
    fails_on,
    is_configured,
    options,
    resolved_options,
    tell_changes,
    tell_configuration,
)
from scanner.cli.terminal import on_standard_output
from scanner.cli.waiver_options import accepts_waivers, tell_waivers, waiver_options
from scanner.configuration.resolve import ResolvedOptions
from scanner.errors import UsageError
from scanner.exit_codes import CLEAN, NOTHING
from scanner.kept_pass import Passed, kept_pass
from scanner.model import Severity
from scanner.options import Options
from scanner.sources import changed_files, git_changes, git_folder
from scanner.sources.file_filter import FileFilter
from scanner.sources.markers import MARKERS

if TYPE_CHECKING:
    from scanner.commit_check import Stopping
    from scanner.reports.format import Presentation
    from scanner.scan import Evaluated
    from scanner.sources.git_changes import ChangeSet

_HELP = """Judge files before a commit or a push.

    In a Git checkout, the staged content of the named files is judged. Only findings count that are new or worse than
    in HEAD; in the first commit, all do. Rules that compare objects do not run, unless --full is given. If nothing is
    staged, or outside of Git, the files on disk are judged, and every finding counts. PRE_COMMIT_FROM_REF and
    PRE_COMMIT_TO_REF, which pre-commit sets before a push, name the commits to compare in place of HEAD and what is
    staged. Without FILES and without --full, nothing is judged.

    The default threshold is high; the scan in CI reports the lower severities. The exit codes are those of
    `assay scan`, except that nothing to assess is 0.
    """


class _OnNames(Command):
    """A command that gets the names of changed files behind its options, with nothing between them."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        options = args[: args.index("--")] if "--" in args else args
        for name in options:
            if name.startswith("-") and os.path.lexists(name):
                hint = "rename or remove the file, or end the options with `--`, as in `args: [--]` of the hook"
                raise UsageError(f"{name} is an option, and here it is the name of a file too", hint=hint)
        return super().parse_args(ctx, args)


@click.command("hook", cls=_OnNames, help=_HELP)
@click.argument("files", nargs=-1)
@option(INPUT, "--full", is_flag=True, help="Judge all files of the checkout, or the given ones, by all rules.")
@option(OUTPUT, "--fix", "fixing", is_flag=True, help="Apply safe fixes to the files in place of judging them.")
@deploys
@fails_on(Severity.HIGH, "Exit with 1, and so stop the commit, when a finding has this severity or a higher one.")
@accepts_waivers
@is_configured
@click.pass_context
def command(context: click.Context, /, files: tuple[str, ...], *, full: bool, fixing: bool, **given: Any) -> int:
    """Judge files before a commit or a push."""
    if full and fixing:
        raise UsageError("--full and --fix exclude each other", hint="`assay fix .` fixes all files")
    if not files and not full:
        click.echo(
            "assay: no file is named, so nothing is judged; `assay hook --full` judges the whole checkout", err=True
        )
        return CLEAN
    if fixing:
        return _fix(files, given)
    started = time.monotonic()
    chosen = resolved_options(context)
    wanted = replace(options(chosen, given), **waiver_options(chosen, given, origins=False))
    with git_folder.looked_through_once():
        checked = _checked(files, chosen, wanted, full=full)
    if checked is None:
        return CLEAN
    if isinstance(checked, Passed):
        tell_changes(checked.configuration)
        tell_waivers(checked.waivers)
        return CLEAN
    return _stop(checked, started)


def _stop(checked: Evaluated, started: float) -> int:
    """Say what stops the commit."""
    from scanner.commit_check import stopping
    from scanner.reports.format import Presentation

    found = stopping(checked)
    tell_configuration(found.scan.run.configuration)
    presentation = on_standard_output(Presentation(), os.environ, time.monotonic() - started)
    for line in _lines(found, presentation):
        click.echo(line.encode(sys.stdout.encoding, "backslashreplace"))
    return found.scan.verdict.exit_code


def _checked(
    files: Sequence[str], chosen: ResolvedOptions, wanted: Options, *, full: bool
) -> Evaluated | Passed | None:
    """What comes of the files, or of all; None where there is nothing to judge."""
    if not full and not (files := [*_wanted(files, chosen, wanted)]):
        return None
    change = git_changes.find(files or (os.curdir,), os.environ)
    if change and not change.changes:
        if change.head.revision or os.environ.get("GIT_INDEX_FILE"):  # Git sets it while it makes a commit
            return None
        change = None
    if change and not full:
        return _named(files, wanted, change)
    from scanner.commit_check import check_all
    from scanner.scan import evaluate

    if not full:
        return _passed(evaluate(files, replace(wanted, joined=False)))
    paths = files or chosen.value("paths") or (os.curdir,)
    return _passed(check_all(paths, wanted, change) if change else evaluate(paths, wanted))


def _named(files: Sequence[str], wanted: Options, change: ChangeSet) -> Evaluated | Passed:
    """What comes of the named files of a change, which may be known."""
    named = changed_files.named(change, files, MARKERS)
    now = replace(wanted, joined=False, selection=wanted.selection.at(change.head))
    where = named.head(now.selection)
    kept = kept_pass(where, now)
    if kept and (known := kept.find()):
        return known
    from scanner.commit_check import check_files

    checked = check_files(named, where, now)
    passed = _passed(checked)
    if kept and isinstance(passed, Passed) and not checked.before and not checked.read.ended:
        kept.put(passed, kept_pass(where, now))
    return passed


def _passed(checked: Evaluated) -> Evaluated | Passed:
    """What is said of files that pass; the others as they are."""
    if checked.verdict().exit_code not in (CLEAN, NOTHING):
        return checked
    return Passed(checked.configuration, checked.waivers)


def _wanted(files: Sequence[str], chosen: ResolvedOptions, wanted: Options) -> Iterator[str]:
    """The files that a scan with the same configuration would read; pre-commit names all that were changed."""
    below = [os.path.abspath(path) for path in chosen.value("paths")]
    patterns = FileFilter(wanted.selection)
    for file in files:
        full = os.path.abspath(file)
        if below and not any(f"{full}/".startswith(f"{path.rstrip('/')}/") for path in below):
            continue
        if os.path.isdir(full) or patterns.takes(os.path.relpath(full)):
            yield file


def _lines(found: Stopping, presentation: Presentation) -> Iterator[str]:
    """What stops the commit, one line for the rest, and the verdict."""
    from scanner.reports import table
    from scanner.reports.next_steps import about
    from scanner.reports.text_layout import TextLayout

    yield from table.without_summary(found.scan, presentation)
    rest = (
        (found.below, f"below {found.scan.run.fail_on}"),
        (found.before, "as before the change"),
        (found.unknown, "unknown"),
        (found.unassessed, "not assessed before the change either"),
    )
    told = [f"{number} {what}" for number, what in rest if number]
    if told:
        yield f"not listed: {', '.join(told)}; `assay scan` lists all"
    screen = TextLayout.of(presentation)
    yield screen.paint(found.scan.verdict.reason, "red")
    if steps := "; ".join(about(found.scan, found.scan.findings, at_once=True)):
        yield from screen.paragraph(steps, "next", 10)


def _fix(files: tuple[str, ...], given: Mapping[str, Any]) -> int:
    """Fix what is safe; pre-commit itself stops a commit whose files a hook changed."""
    from scanner.cli.fix import command as fix

    config = ("--config", given["config"]) if given["config"] else ()
    waivers = ("--waivers", given["waivers"]) if given["waivers"] else ()
    inline = ("--inline-ignores",) if given["inline_ignores"] else ()
    today = ("--today", given["today"]) if given["today"] else ()
    target = ("--deploy-target", given["deploy_target"]) if given["deploy_target"] else ()
    chosen = [part for name in ("select", "skip") for text in given[name] for part in (f"--{name}", text)]
    code: int = fix.main(
        [*config, *waivers, *inline, *today, *target, *chosen, "--allow-incomplete", "--", *files],
        standalone_mode=False,
    )
    return CLEAN if code == NOTHING else code
