"""`assay fix`."""

from __future__ import annotations

from typing import Any

import click
from msgspec.structs import replace

from scanner.cli.option_groups import OUTPUT, SELECTION, Command, option
from scanner.cli.progress import Progress
from scanner.cli.reading import options, reads_files, resolved_options, tell_changes
from scanner.cli.terminal import counted
from scanner.cli.waiver_options import accepts_waivers, waiver_options
from scanner.completeness import is_incomplete
from scanner.exit_codes import CLEAN, FAILED, INCOMPLETE, NOTHING
from scanner.fixing import Fixes, FixSelection, SkippedFix, fix
from scanner.fixing.diff import unified
from scanner.fixing.overwrite import write
from scanner.masking import mask
from scanner.model import Finding, InputStatus
from scanner.reports.safe_text import safe


@click.command("fix", cls=Command)
@click.argument("paths", nargs=-1)
@option(OUTPUT, "--diff", is_flag=True, help="Print the changes as a diff and write nothing.")
@option(SELECTION, "--unsafe", is_flag=True, help="Apply fixes too that may change the behaviour of a working system.")
@option(
    SELECTION,
    "--rule",
    "rules",
    multiple=True,
    metavar="RULE",
    help="Apply only the fix of this rule. May be repeated.",
)
@accepts_waivers
@reads_files
@option(OUTPUT, "--quiet", is_flag=True, help="Print errors only.")
@click.pass_context
def command(
    context: click.Context,
    /,
    rules: tuple[str, ...],
    *,
    diff: bool,
    unsafe: bool,
    quiet: bool,
    **given: Any,
) -> int:
    """Fix findings in the scanned files.

    Without PATHS the command reads the current folder, or the `paths` of assay.yaml. Comments, order and style are
    preserved. Each changed file is assessed again before it is written: a fix that does not resolve its finding, or
    that causes another finding, is not applied and is reported. A finding that a waiver in force covers is left alone.
    Helm charts, overlays and code blocks are not edited.

    \b
    Exit codes:
      0  every finding that can be fixed is fixed
      1  a fix was not applied, or --diff printed changes
      2  wrong usage, configuration or rule
      3  nothing to assess
      4  incomplete: an input could not be assessed
      5  internal error
    """
    chosen = resolved_options(context)
    with Progress(shown=not quiet) as progress:
        selection = FixSelection(unsafe, frozenset(rules))
        wanted = replace(options(chosen, given), **waiver_options(chosen, given, origins=False))
        fixes = fix(chosen.value("paths"), wanted, selection, progress)
    if not quiet:
        tell_changes(fixes.configuration)
    if diff:
        for line in (line for result in fixes.files if result.fixed for line in unified(result)):
            click.echo(line[:1] + "\t".join(map(safe, line[1:].split("\t"))))
    else:
        fixes = _written(fixes)
    _tell(fixes, diff=diff, quiet=quiet)
    return _exit_code(fixes, diff=diff, allow_incomplete=given["allow_incomplete"])


def _written(fixes: Fixes) -> Fixes:
    """Write every file; what could not be written is not fixed."""
    done = []
    for result in fixes.files:
        reason = write(fixes.root, result) if result.fixed else ""
        skipped = tuple(SkippedFix(finding, reason) for finding in result.fixed) if reason else ()
        done.append(replace(result, fixed=() if reason else result.fixed, skipped=(*result.skipped, *skipped)))
    return replace(fixes, files=tuple(done))


def _tell(fixes: Fixes, *, diff: bool, quiet: bool) -> None:
    """Each finding and what became of it, and how many of each there are."""
    fixed = [finding for result in fixes.files for finding in result.fixed]
    left = [item for result in fixes.files for item in result.skipped]
    failed = [result for result in fixes.files if result.failed]
    for finding in () if quiet or diff else fixed:
        click.echo(f"{_place(finding)} {finding.rule}: {_words(finding)}")
    for finding in () if quiet else (finding for result in fixes.files for finding in result.caused):
        said = f"the fixes cause a less severe finding: {_shown(finding.message)} ({finding.severity})"
        click.echo(f"{_place(finding)} {finding.rule}: {said}", err=True)
    for item in left:
        click.echo(f"{_place(item.finding)} {item.finding.rule}: not fixed: {_shown(item.reason)}", err=True)
    for result in failed:
        click.echo(f"{_shown(result.path)}: not fixed: {_shown(result.failed)}", err=True)
    for item in () if quiet else fixes.suggested:
        said = f"{_place(item.finding)} {item.finding.rule}: to {_words(item.finding)} is yours to do"
        click.echo(f"{said}: {_shown(item.reason)}", err=True)
    for finding in () if quiet else fixes.waived:
        click.echo(f"{_place(finding)} {finding.rule}: left alone: waived by {_shown(finding.waiver)}", err=True)
    for rule, count in () if quiet else sorted(fixes.unsafe.items()):
        risk = f" is not safe: {fixes.risks[rule]}" if fixes.risks.get(rule) else " may change behaviour"
        click.echo(f"{rule}: the fix of {counted(count, 'finding')}{risk}", err=True)
    if not quiet:
        click.echo(f"assay: {_summary(fixes, len(fixed), len(left) + len(failed), diff=diff)}", err=True)


def _summary(fixes: Fixes, fixed: int, left: int, *, diff: bool) -> str:
    changed = sum(bool(result.fixed) for result in fixes.files)
    verb = "would fix" if diff else "fixed"
    parts = [f"{verb} {counted(fixed, 'finding')} in {counted(changed, 'file')}"]
    if left:
        parts.append(f"not fixed: {left}")
    if fixes.suggested:
        parts.append(f"yours to do: {len(fixes.suggested)}")
    if fixes.waived:
        parts.append(f"left alone, waived: {len(fixes.waived)}")
    if fixes.unsafe:
        parts.append(f"with --unsafe: {sum(fixes.unsafe.values())} more")
    return "; ".join(parts)


def _place(finding: Finding) -> str:
    return f"{_shown(finding.location.path)}:{finding.location.line}:"


def _words(finding: Finding) -> str:
    return _shown(finding.fix.words) if finding.fix else ""


def _shown(text: str) -> str:
    """What others wrote, without credentials, on one line."""
    return safe(mask(text))


def _exit_code(fixes: Fixes, *, diff: bool, allow_incomplete: bool) -> int:
    missing = any(is_incomplete(item, strict=False) and not item.accepted for item in fixes.inputs)
    if missing and not allow_incomplete:
        return INCOMPLETE
    if any(result.skipped or result.failed or (diff and result.fixed) for result in fixes.files):
        return FAILED
    return CLEAN if missing or any(item.status is InputStatus.ASSESSED for item in fixes.inputs) else NOTHING
