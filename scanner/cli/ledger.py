"""`assay ledger`: append, push, show, verify, export and publish."""

from __future__ import annotations

import click

from scanner.cli.lazy_group import LazyGroup

_COMMANDS = {
    "append": "Record an evidence pack or the results of a run.",
    "push": "Send recorded runs to the remote repository.",
    "show": "List recorded runs.",
    "verify": "Verify that no recorded run was changed.",
    "export": "Write recorded runs as a table or a database.",
    "publish": "Copy recorded runs to a PostgreSQL database.",
}
"""Each command, which is the module `ledger_NAME` beside this one, and the first sentence of its help."""


class _Commands(LazyGroup):
    told = _COMMANDS
    modules = "scanner.cli.ledger_"


@click.group("ledger", cls=_Commands)
def command() -> None:
    """Record runs in a ledger in which no line can be changed unseen."""
