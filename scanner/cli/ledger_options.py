"""What the commands of `assay ledger` have in common: which ledger they are about."""

from __future__ import annotations

from pathlib import Path

from scanner.cli.option_groups import INPUT, option
from scanner.evidence.ledger.reading import BRANCH

ROOT = Path()
"""The repository whose ledger is read is that around the current folder."""

in_file = option(
    INPUT,
    "--file",
    metavar="FILE",
    help=f"The ledger is this file.  [default: the branch {BRANCH} of the repository of the current folder]",
)


def path_of(file: str | None) -> Path | None:
    """The file that an option names."""
    return Path(file) if file else None
