"""The click commands -> a page for each command of `assay`, with every option."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from markup import code, fence, heading, paragraph, prose, table

from scanner.cli import assay


def commands() -> dict[str, click.Command]:
    """The commands of `assay` by name, in the order of its help."""
    context = click.Context(assay, info_name="assay")
    found = {name: assay.get_command(context, name) for name in assay.list_commands(context)}
    return {name: command for name, command in found.items() if command and not command.hidden}


def index() -> Iterator[str]:
    """The list of all commands."""
    yield "# Commands"
    yield paragraph(prose(assay.help or ""))
    rows = [
        (f"[{code(f'assay {name}')}]({name}.md)", prose(command.get_short_help_str(limit=200)))
        for name, command in commands().items()
    ]
    yield table(("command", "what it does"), rows)
    yield from _parameters(assay, click.Context(assay, info_name="assay"))


def page_of(name: str) -> Iterator[str]:
    """The page of one command and of its subcommands."""
    parent = click.Context(assay, info_name="assay")
    yield from _command(commands()[name], click.Context(commands()[name], info_name=name, parent=parent), 1)


def _command(command: click.Command, context: click.Context, level: int) -> Iterator[str]:
    yield heading(level, context.command_path)
    yield from _told(command.help or "")
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    yield f"```\n{usage}\n```"
    yield from _parameters(command, context)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner and not inner.hidden:
                yield from _command(inner, click.Context(inner, info_name=name, parent=context), level + 1)


def _told(text: str) -> Iterator[str]:
    """The paragraphs of a help text; a paragraph with the mark that prevents wrapping keeps its lines."""
    for each in inspect.cleandoc(text).split("\n\n"):
        if each.startswith("\b"):
            yield fence(each.removeprefix("\b\n"), "")
        elif each.strip():
            yield paragraph(prose(each))


class _Recorder(click.HelpFormatter):
    """Collects the lists of a help text by their headings."""

    def __init__(self) -> None:
        super().__init__()
        self.lists: dict[str, list[tuple[str, str]]] = {}
        self._heading = ""

    @contextmanager
    def section(self, name: str) -> Iterator[None]:
        """All following writes belong to the section."""
        self._heading = name
        yield

    def write_dl(self, rows: Iterable[tuple[str, str]], *_: object, **__: object) -> None:
        """Collect a list of the section."""
        self.lists.setdefault(self._heading, []).extend(rows)


def _parameters(command: click.Command, context: click.Context) -> Iterator[str]:
    """The options by the headings of `--help`, without the help option and subcommands."""
    recorder = _Recorder()
    command.format_options(context, recorder)
    for name, listed in recorder.lists.items():
        rows = [(code(names), prose(told)) for names, told in listed if "--help" not in names]
        if rows and name != "Commands":
            yield table((name, "what it does"), rows)


def navigation() -> list[Any]:
    """The menu of the commands."""
    return ["commands/index.md", *({f"assay {name}": f"commands/{name}.md"} for name in commands())]
