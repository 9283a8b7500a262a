"""`assay evidence`: build, verify, request and what else works with evidence packs."""

from __future__ import annotations

import click

from scanner.cli.lazy_group import LazyGroup

_COMMANDS = {
    "build": "Scan and write an evidence pack.",
    "verify": "Verify an evidence pack.",
    "diff": "Compare two evidence packs.",
    "request": "List the evidence that people still owe.",
    "period": "Report what happened in a period, from the ledger and the history of a branch.",
}
"""Each command, which is the module `evidence_NAME` beside this one, and the first sentence of its help."""


class _Commands(LazyGroup):
    told = _COMMANDS
    modules = "scanner.cli.evidence_"


@click.group("evidence", cls=_Commands)
def command() -> None:
    """Build and verify evidence packs for auditors."""
