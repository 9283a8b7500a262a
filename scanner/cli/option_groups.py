"""Options under headings in the help of a command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

INPUT = "Input"
SELECTION = "Rules and frameworks"
OUTPUT = "Output"
GATE = "Exit code"
ENGINES = "Engines"
LIMITS = "Limits and speed"
_ORDER = (INPUT, SELECTION, OUTPUT, GATE, ENGINES, LIMITS)
_OTHER = "Options"


class _Option(click.Option):
    """An option that knows its heading."""

    def __init__(self, *names: Any, heading: str, **attributes: Any) -> None:
        super().__init__(*names, **attributes)
        self.heading = heading


class Command(click.Command):
    """A command whose help lists its options by heading, those without one last."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write a section for each heading that has options, in one order for all commands."""
        rows: dict[str, list[tuple[str, str]]] = {heading: [] for heading in (*_ORDER, _OTHER)}
        for parameter in self.get_params(ctx):
            row = parameter.get_help_record(ctx) if isinstance(parameter, click.Option) else None
            if row:
                rows[getattr(parameter, "heading", _OTHER)].append(row)
        for heading, of_it in rows.items():
            if of_it:
                with formatter.section(heading):
                    formatter.write_dl(of_it)


def option(heading: str, *names: str, **attributes: Any) -> Callable[..., Any]:
    """An option as `click.option` makes it, under a heading."""
    return click.option(*names, cls=_Option, heading=heading, **attributes)


takes_framework_files = option(
    SELECTION,
    "--framework-file",
    "framework_files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Use the framework in this file, too. May be repeated.",
)
"""The option that names framework files of the user."""
deploys = option(
    INPUT,
    "--deploy-target",
    type=click.Choice(("stack", "compose")),
    help="Assess Compose files as this command of Docker applies them.  [default: as each file shows]",
)
"""The option that says who deploys Compose files."""
