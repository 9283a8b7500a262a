"""A group of commands, of which each is loaded only when it is used."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

import click


class _Listed(click.Group):
    """Commands in the order in which they are given."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


class LazyGroup(click.Group):
    """Loads a command only when it is used, so that `--version` and `--help` are fast.

    `told` are the commands with the first sentences of their help. Each is `command` of a module, whose name begins
    with `modules` and ends with that of the command.
    """

    told: Mapping[str, str] = {}
    modules = ""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands, in their order."""
        return list(self.told)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command with a name; None where there is none."""
        if cmd_name not in self.told:
            return None
        command: click.Command = import_module(f"{self.modules}{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with the first sentences of their help, without loading them."""
        _Listed(commands={name: click.Command(name, help=told) for name, told in self.told.items()}).format_commands(
            ctx, formatter
        )
