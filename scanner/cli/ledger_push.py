"""`assay ledger push`."""

from __future__ import annotations

import click

from scanner.cli.ledger_options import ROOT
from scanner.cli.option_groups import Command
from scanner.cli.verification import shown
from scanner.evidence.ledger.pushing import push
from scanner.sources.git_tree import without_user


@click.command("push", cls=Command)
@click.argument("remote", default="origin")
def command(remote: str) -> int:
    """Send the branch of the ledger to REMOTE, which is origin if it is not given.

    This and `assay ledger publish` are the only commands of Assay that use the network. Git does it, with your settings
    and credentials and without the hooks of the repository. If others sent entries meanwhile, these are fetched and
    stay as they are; your own get the next numbers and follow them. The branch is never forced: a ledger that lost or
    changed a line since it was last seen is refused.
    """
    done = push(ROOT, remote)
    again = ", with new numbers behind those of others" if done.placed_again else ""
    name = shown(without_user(remote))
    click.echo(f"assay: sent {done.sent} entries to {name}{again}; the ledger has {done.entries} entries", err=True)
    return 0
