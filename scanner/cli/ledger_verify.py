"""`assay ledger verify`."""

from __future__ import annotations

from pathlib import Path

import click

from scanner.cli.ledger_options import ROOT, in_file, path_of
from scanner.cli.option_groups import INPUT, Command, option
from scanner.cli.verification import tell
from scanner.evidence.ledger.checking import verify
from scanner.exit_codes import CLEAN, FAILED


@click.command("verify", cls=Command)
@in_file
@option(
    INPUT,
    "--anchor",
    "anchors",
    multiple=True,
    metavar="TAG|TSR|DIGEST",
    help="Require that the ledger still holds what a tag or a commit has, the line that a time stamp (RFC 3161) in a "
    "file is for, or a line with this digest. May be repeated.",
)
@option(
    INPUT,
    "--tsa",
    "authority",
    metavar="CA",
    type=click.Path(path_type=Path),
    help="Trust time stamps by these certificates (PEM).",
)
def command(file: str | None, anchors: tuple[str, ...], authority: Path | None) -> int:
    """Verify the ledger: no line is edited, missing, moved or there twice.

    Each line records the digest of the line before it. On the branch, each commit records the digest of its line, and
    the ledger is compared with the one that was last sent. Who can write the branch can write all of this again; an
    anchor that is kept elsewhere shows that nobody did.

    Exits with 0 for a ledger that is intact, 1 if a fault is named, and 2 for wrong usage.
    """
    chain, found = verify(ROOT, path_of(file), anchors, authority)
    tell(found, f"{len(chain.entries)} entries, the last is {chain.lines[-1].digest if chain.lines else 'none'}")
    return FAILED if found.faults else CLEAN
