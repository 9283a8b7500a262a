"""`assay evidence`: build, verify, request and what else works with evidence packs."""

from __future__ import annotations

from importlib import import_module

import click

_COMMANDS = {
    "build": "Scan and write an evidence pack.",
    "verify": "Verify an evidence pack.",
    "request": "List the evidence that people still owe.",
}
"""Each command, which is the module `evidence_NAME` beside this one, and the first sentence of its help."""


class _Lazy(click.Group):
    """Loads a command only when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = import_module(f"scanner.cli.evidence_{cmd_name}").command
        return command


@click.group("evidence", cls=_Lazy)
def command() -> None:
    """Build and verify evidence packs for auditors."""
