"""How `assay evidence verify` and `assay ledger verify` print what they find."""

from __future__ import annotations

import click

from scanner.evidence.verifying import Verification
from scanner.masking import mask
from scanner.reports.safe_text import safe

_MOST = 100
"""Faults that are printed."""


def tell(found: Verification, whole: str) -> None:
    """Print the faults and the notes, and at last whether `whole` is intact."""
    for fault in found.faults[:_MOST]:
        click.echo(f"fault: {shown(fault)}")
    if (more := len(found.faults) - _MOST) > 0:
        click.echo(f"and {more:,} more faults")
    for note in found.notes:
        click.echo(f"note: {shown(note)}")
    state = f"{len(found.faults)} faults" if found.faults else "intact"
    click.echo(f"{state}: {whole}")


def shown(text: str) -> str:
    """A text of a pack or a ledger, for a terminal."""
    return safe(mask(text))
