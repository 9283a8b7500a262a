"""`assay ledger export`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from scanner.cli.ledger_options import ROOT, in_file, path_of
from scanner.cli.option_groups import OUTPUT, Command, option
from scanner.errors import UsageError
from scanner.evidence.ledger.exporting import as_csv, as_sqlite
from scanner.evidence.ledger.reading import Chain, entries_of, ledger_bytes
from scanner.safe_write import write_file


@click.command("export", cls=Command)
@in_file
@option(
    OUTPUT,
    "--format",
    "form",
    type=click.Choice(["csv", "jsonl", "sqlite"]),
    default="csv",
    show_default=True,
    help="Write a table, the lines of the ledger as they are, or an SQLite database with tables of entries, failures, "
    "controls and waivers.",
)
@option(
    OUTPUT,
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write to this file.  [default: standard output; sqlite needs a file]",
)
def command(file: str | None, form: str, output: Path | None) -> int:
    """Write the entries of the ledger in another format.

    What is written can be made again from the ledger at any time. A ledger with faults is not exported.
    """
    if form == "sqlite" and output is None:
        raise UsageError("a database needs a file", hint="name one: --output ledger.sqlite")
    data = ledger_bytes(ROOT, path_of(file))
    chain = entries_of(data)
    if chain.faults:
        hint = "see `assay ledger verify`"
        raise UsageError(f"the ledger has faults, so it is not exported: {chain.faults[0]}", hint=hint)
    pieces = _pieces(form, data, chain)
    if output:
        write_file(output, pieces)
        return 0
    for piece in pieces:
        click.echo(piece, nl=False)
    return 0


def _pieces(form: str, data: bytes, chain: Chain) -> Iterable[str | bytes]:
    if form == "csv":
        return as_csv(chain)
    return (data,) if form == "jsonl" else (as_sqlite(chain),)
