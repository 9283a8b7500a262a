"""`assay ledger append`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from scanner.cli.evidence_run import actor_of
from scanner.cli.ledger_options import ROOT, in_file, path_of
from scanner.cli.option_groups import INPUT, Command, option
from scanner.cli.verification import shown
from scanner.evidence.ledger.appending import append_to_branch, append_to_file
from scanner.evidence.ledger.recording import entry_of


@click.command("append", cls=Command)
@click.argument("what", nargs=-1, required=True, metavar="PACK|RESULTS...", type=click.Path(path_type=Path))
@in_file
@option(
    INPUT,
    "--actor",
    metavar="NAME",
    help="Record this as who ran the command that wrote RESULTS.  [default: the user that the CI service states]",
)
def command(what: tuple[Path, ...], file: str | None, actor: str | None) -> int:
    """Record evidence packs and results of runs, one line of the ledger each.

    PACK is a folder or a ZIP file of `assay evidence build`. RESULTS is a file that `--output json=FILE` of `assay
    gate` or `assay scan` wrote; its commit is looked up in the repository of the current folder.

    The branch gets one commit for each line. The work tree and the index stay as they are, and nothing is sent. A pack
    or a file of results that the ledger has is not recorded again.

    Exits with 0 when all runs are recorded, whatever their verdict was, and with 2 for wrong usage.
    """
    name = actor_of(actor, os.environ).name
    entries = [(path, entry_of(path, ROOT, name)) for path in what]
    target = path_of(file)
    for path, entry in entries:
        done = append_to_file(target, entry) if target else append_to_branch(ROOT, entry)
        state = "already recorded as" if done.already else "recorded as"
        about = f"{entry.kind} {entry.verdict}"
        click.echo(f"assay: {shown(str(path))}: {state} entry {done.sequence}, {about}, {done.digest}", err=True)
    return 0
