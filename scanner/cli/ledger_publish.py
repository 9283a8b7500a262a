"""`assay ledger publish`."""

from __future__ import annotations

import click

from scanner.cli.ledger_options import ROOT, in_file, path_of
from scanner.cli.option_groups import INPUT, OUTPUT, Command, option
from scanner.cli.verification import shown
from scanner.errors import UsageError
from scanner.evidence.ledger.publishing import publish, publishable, repository_name
from scanner.exit_codes import CLEAN, FAILED


@click.command("publish", cls=Command)
@option(
    OUTPUT,
    "--to",
    metavar="URL",
    help="Add to the register at this address: postgresql://USER@HOST/DATABASE. Give the password as PGPASSWORD or in "
    "~/.pgpass.",
)
@option(
    INPUT,
    "--repository",
    metavar="NAME",
    help="The name of the repository in the register.  [default: host and path in the address of origin]",
)
@in_file
@option(OUTPUT, "--schema", is_flag=True, help="Print the SQL that makes a register, and publish nothing.")
def command(to: str | None, repository: str | None, file: str | None, *, schema: bool) -> int:
    """Copy the entries of the ledger to a register in PostgreSQL.

    The register accepts only entries that follow those that it has, and never changes one. Entries of the branch are
    published after `assay ledger push` sent them. If the register has another history of the repository, nothing is
    added and both entries are shown.

    Exits with 0 when the register has all of these entries, with 1 if it has another history, and with 2 for wrong
    usage.
    """
    if schema:
        from scanner.evidence.ledger.register_schema import SCHEMA

        click.echo(SCHEMA, nl=False)
        return CLEAN
    if not to:
        raise UsageError("the register is not named", hint="name it: --to postgresql://USER@HOST/DATABASE")
    name = repository or repository_name(ROOT)
    if not name:
        raise UsageError("the repository has no remote origin to be named by", hint="name it: --repository NAME")
    data, left = publishable(ROOT, path_of(file))
    done = publish(to, name, data)
    if done.conflict:
        click.echo(f"fault: the register has another entry {done.conflict.sequence} of {shown(name)}")
        click.echo(f"here:  {shown(done.conflict.here)}")
        click.echo(f"there: {shown(done.conflict.there)}")
        return FAILED
    rest = f"; {left} entries were not sent to a remote repository and are left out" if left else ""
    click.echo(f"assay: added {done.sent} entries of {shown(name)}; the register has {done.there}{rest}", err=True)
    return CLEAN
