"""`assay gate`: whether a change makes something worse."""

from __future__ import annotations

import os
from functools import partial
from typing import Any

import click
from msgspec.structs import replace

from scanner.cli.option_groups import INPUT, Command, option
from scanner.cli.reading import fails_on, reads_files, reports_on, resolved_options, strict
from scanner.cli.running import EXIT_CODES, Wanted, writes_results
from scanner.cli.waiver_options import accepts_waivers, waiver_options
from scanner.errors import UsageError
from scanner.model import Severity
from scanner.sources import Selection, git_base, git_folder

_HELP = f"""Compare files and folders with the base of a change.

    The base is the common ancestor of HEAD and --base. Only what the change made worse counts: findings that are new,
    that have a worse value, or that the base could decide and the changed files cannot. The configuration counts as it
    is on the base. With --baseline, a file takes the place of the base: no history is needed, and the configuration
    file on disk counts.
    {EXIT_CODES}"""


@click.command("gate", cls=Command, help=_HELP)
@click.argument("paths", nargs=-1)
@reports_on
@writes_results
@fails_on(Severity.LOW, "Exit with 1 when the change made a finding of this severity or a higher one worse.")
@accepts_waivers
@reads_files
@strict
@option(
    INPUT,
    "--base",
    metavar="REV",
    help="Compare with the common ancestor of HEAD and this branch, commit or tag.  [default: the target of the pull "
    f"request or merge request in GitHub, GitLab and Azure DevOps, else {git_base.DEFAULT}]",
)
@option(
    INPUT,
    "--baseline",
    type=click.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="Compare with this file, which `assay baseline write` made, in place of a commit.",
)
@option(INPUT, "--git-revision", metavar="REV", help="Read the files of this commit, not those on disk.")
@option(INPUT, "--staged", is_flag=True, help="Read the files of Git's index, not those on disk.")
@click.pass_context
def command(context: click.Context, /, base: str | None, *, staged: bool, **given: Any) -> int:
    """Compare files and folders with the base of a change."""
    from scanner.changed_settings import Change
    from scanner.cli import gate_configuration, gate_waivers
    from scanner.comparison import compare

    wanted = Wanted.of(given)
    revision, baseline = given["git_revision"], given.pop("baseline")
    if revision == "" or base == "":
        raise UsageError("the name of a revision is empty", hint="name a commit, a branch or a tag")
    if staged and revision:
        raise UsageError("--staged and --git-revision exclude each other", hint="name one of them")
    if baseline is not None:
        if base:
            raise UsageError("--base and --baseline exclude each other", hint="name one of them")
        return _with_baseline(context, wanted, baseline, staged=staged, **given)
    with git_folder.looked_through_once():
        found = git_base.find((os.curdir,), base, os.environ, revision or "HEAD")
        selection = _selection(revision or "", staged=staged)
        sides = gate_configuration.sides(context, found, selection)
        options = wanted.options(sides.chosen, revision, **given)
        accepted = gate_waivers.sides(sides.chosen, found, selection)
        options = replace(
            options,
            selection=replace(options.selection, staged=staged, index=selection.index),
            **gate_waivers.options(accepted, sides.chosen, given),
        )
        change = Change(sides.changed(), accepted.head, accepted.past, sides.notes)
        work = partial(compare, sides.chosen.value("paths"), options, found, change=change)
        return wanted.run(sides.chosen, work, on_disk=not staged and not revision)


def _with_baseline(context: click.Context, wanted: Wanted, baseline: str, *, staged: bool, **given: Any) -> int:
    """Compare with a file in place of a commit."""
    from scanner import baseline_comparison
    from scanner.gate import baseline_file

    revision, read = given["git_revision"], baseline_file.read(baseline)
    chosen, selection = resolved_options(context), _selection(given["git_revision"] or "", staged=staged)
    options = wanted.options(chosen, revision, **given)
    options = replace(
        options,
        selection=replace(options.selection, staged=staged, index=selection.index),
        **waiver_options(chosen, given, origins=True),
    )
    work = partial(baseline_comparison.compare, chosen.value("paths"), options, read, baseline)
    return wanted.run(chosen, work, on_disk=not staged and not revision)


def _selection(revision: str, *, staged: bool) -> Selection:
    """The state of the checkout that is compared with the base."""
    index = os.environ.get("GIT_INDEX_FILE", "") if staged else ""  # Git sets it while a hook runs
    return Selection(revision=revision, staged=staged, index=os.path.abspath(index) if index else "")
