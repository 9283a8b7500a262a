"""`--output FORMAT[=FILE]` of the reports about evidence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
from msgspec import Struct

from scanner.cli.option_groups import OUTPUT, option
from scanner.errors import UsageError
from scanner.evidence.sections import Paper, as_html, as_markdown, as_text
from scanner.reports.json_text import json_text
from scanner.safe_write import write_file

_MOST_ROWS = {"text": 200, "markdown": 200, "html": 5000}
_FORMS = (*_MOST_ROWS, "json")

takes_outputs = option(
    OUTPUT,
    "--output",
    "outputs",
    multiple=True,
    metavar="FORMAT[=FILE]",
    help=f"Write this format: {', '.join(_FORMS)}. May be repeated with files.  [default: text]",
)


class Outputs(Struct, frozen=True):
    """Each format with its file, which is empty for standard output."""

    wanted: Sequence[tuple[str, str]]

    @classmethod
    def of(cls, given: Sequence[str]) -> Outputs:
        """What the options name; raises UsageError for an unknown format and for two on standard output."""
        found = []
        for text in given or ("text",):
            name, equals, target = text.partition("=")
            if name not in _FORMS:
                raise UsageError(f"there is no format {name!r}", hint="known: " + ", ".join(_FORMS))
            if equals and not target:
                raise UsageError(f"--output {text} names no file", hint=f"name one: --output {name}=FILE")
            found.append((name, target))
        if sum(not target for _, target in found) > 1:
            hint = "give the others a file: --output html=FILE"
            raise UsageError("only one --output may go to standard output", hint=hint)
        return cls(found)

    def write(self, data: Callable[[], Any], paper: Callable[[int], Paper]) -> None:
        """Write each format, of the data, or of sections with at most so many rows in a table."""
        render = {"text": as_text, "markdown": as_markdown, "html": as_html}
        for form, target in self.wanted:
            text = "".join(json_text(data())) if form == "json" else render[form](paper(_MOST_ROWS[form]))
            if target:
                write_file(Path(target), [text])
            else:
                click.echo(text.encode("utf-8", "backslashreplace"), nl=False)
