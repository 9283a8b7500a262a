"""`assay graph`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from scanner.cli.option_groups import OUTPUT, Command, option
from scanner.cli.progress import Progress
from scanner.cli.reading import options, reads_files, resolved_options
from scanner.errors import UsageError
from scanner.reports.graph import FORMATS, render
from scanner.safe_write import write_file
from scanner.scan import scan


@click.command("graph", cls=Command)
@click.argument("paths", nargs=-1)
@option(
    OUTPUT,
    "--output",
    default="svg",
    show_default=True,
    metavar="FORMAT[=FILE]",
    help=f"Write the graph in this format: {', '.join(FORMATS)}.",
)
@reads_files
@click.pass_context
def command(context: click.Context, /, output: str, **given: Any) -> None:
    """Draw architectures and agents with their findings.

    Without PATHS the command reads the current folder, or the `paths` of assay.yaml. The graph only shows what was
    read; `assay scan` tells what was not, and decides the exit code.
    """
    name, equals, target = output.partition("=")
    if name not in FORMATS:
        raise UsageError(f"there is no format of graphs {name!r}", hint="known: " + ", ".join(FORMATS))
    if equals and not target:
        raise UsageError(f"--output {output} names no file", hint=f"name one: --output {name}=FILE")
    chosen = resolved_options(context)
    with Progress(shown=True) as progress:
        result = scan(chosen.value("paths"), options(chosen, given), progress)
    text = render(name, result)
    if target:
        write_file(Path(target), [text])
    else:
        click.echo(text.encode(), nl=False)
