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
from scanner.configuration.file import NAME, ConfigurationFile, of_content
from scanner.errors import UsageError
from scanner.model import Severity
from scanner.options import Options
from scanner.sources import git, git_base
from scanner.sources.git_base import Base

_HELP = f"""Compare files and folders with the base of a change.

    The base is the common ancestor of HEAD and --base. Only what the change made worse counts: findings that are new,
    that have a worse value, or that failed on the base and cannot be judged any more. The configuration counts as it is
    on the base. With --baseline, a file takes the place of the base: no history is needed, and the configuration file
    on disk counts.
    {EXIT_CODES}"""


@click.command("gate", cls=Command, help=_HELP)
@click.argument("paths", nargs=-1)
@reports_on
@writes_results
@fails_on(Severity.LOW, "Exit with 1 when the change made a finding of this severity or a higher one worse.")
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
    found = git_base.find((os.curdir,), base, os.environ, revision or "HEAD")
    chosen = resolved_options(context, file=_configuration(found, context.params.get("config")))
    options = _of(wanted.options(chosen, revision, **given), staged=staged)
    return wanted.run(
        chosen, partial(compare, chosen.value("paths"), options, found), on_disk=not staged and not revision
    )


def _with_baseline(context: click.Context, wanted: Wanted, baseline: str, *, staged: bool, **given: Any) -> int:
    """Compare with a file in place of a commit."""
    from scanner import baseline_comparison
    from scanner.gate import baseline_file

    revision, read = given["git_revision"], baseline_file.read(baseline)
    chosen = resolved_options(context)
    options = _of(wanted.options(chosen, revision, **given), staged=staged)
    work = partial(baseline_comparison.compare, chosen.value("paths"), options, read, baseline)
    return wanted.run(chosen, work, on_disk=not staged and not revision)


def _of(options: Options, *, staged: bool) -> Options:
    index = os.environ.get("GIT_INDEX_FILE", "") if staged else ""
    index = os.path.abspath(index) if index else ""
    return replace(options, selection=replace(options.selection, staged=staged, index=index))


def _configuration(base: Base, named: str | None) -> ConfigurationFile | None:
    """The configuration file as it is on the base; None where it has none."""
    path = named or NAME
    content = git.content_at(base.commit, path)
    return None if content is None else of_content(path, content, named=named is not None)
