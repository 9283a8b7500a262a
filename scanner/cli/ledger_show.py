"""`assay ledger show`."""

from __future__ import annotations

import json

import click

from scanner.cli.ledger_options import ROOT, in_file, path_of
from scanner.cli.option_groups import OUTPUT, SELECTION, Command, option
from scanner.cli.verification import shown
from scanner.errors import UsageError
from scanner.evidence.canonical import indented
from scanner.evidence.ledger.entry import Entry, line_of
from scanner.evidence.ledger.reading import Chain, entries_of, ledger_bytes

_SHORT = 12


@click.command("show", cls=Command)
@click.argument("sequences", nargs=-1, metavar="[NUMBER]...", type=click.IntRange(min=1))
@in_file
@option(
    SELECTION,
    "--last",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    metavar="N",
    help="List this many entries, 0 for all.",
)
@option(OUTPUT, "--head", is_flag=True, help="Print only the digest of the last line, for an anchor.")
def command(sequences: tuple[int, ...], file: str | None, last: int, *, head: bool) -> int:
    """List the last entries of the ledger, or print the entries with these numbers in full.

    Nothing is verified; `assay ledger verify` does that.
    """
    chain = entries_of(ledger_bytes(ROOT, path_of(file)))
    if head:
        if not chain.lines:
            raise UsageError("the ledger is empty")
        click.echo(chain.lines[-1].digest)
        return 0
    if sequences:
        _print(chain, sequences)
        return 0
    listed = chain.entries[-last:] if last else chain.entries
    for entry in listed:
        click.echo(_row(entry))
    faults = f", {len(chain.faults)} faults: see `assay ledger verify`" if chain.faults else ""
    click.echo(f"{len(listed)} of {len(chain.entries)} entries{faults}", err=True)
    return 0


def _row(entry: Entry) -> str:
    """An entry on one line."""
    dirty = "+changes" if entry.dirty else ""
    waived = f", {entry.totals.waived} waived" if entry.totals.waived else ""
    parts = (
        f"{entry.sequence}",
        entry.time,
        entry.kind,
        f"{entry.verdict} ({entry.totals.failed} failed{waived})",
        f"{entry.commit[:_SHORT] or 'no commit'}{dirty}",
        entry.branch or "-",
        entry.actor or "-",
        entry.digest[: len("sha256:") + _SHORT],
    )
    return shown("  ".join(parts))


def _print(chain: Chain, sequences: tuple[int, ...]) -> None:
    found = {entry.sequence: entry for entry in chain.entries}
    for number in sequences:
        if number not in found:
            raise UsageError(f"the ledger has no entry {number}")
        text = indented(json.loads(line_of(found[number]))).decode()
        for line in text.splitlines():
            click.echo(line[: len(line) - len(line.lstrip())] + shown(line.lstrip()))
