"""`--output FORMAT[=FILE]`: parses the option and writes the reports."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import click
from msgspec import Struct

from scanner import reports
from scanner.cli.terminal import on_standard_output
from scanner.errors import UsageError
from scanner.finished_scan import Scan
from scanner.reports.format import Presentation, TextFormat
from scanner.safe_write import write_file

FORMATS = tuple(reports.FORMATS)
"""Everything that `--output` may name."""
_FORMER = "evidence"
"""A name that `--output` took, and that is a command now."""


class Output(Struct, frozen=True):
    """One `--output`: a format and where it goes."""

    name: str
    form: TextFormat
    target: Path | None
    """A file; None for standard output."""


def parse(given: Sequence[str]) -> tuple[Output, ...]:
    """The outputs that were requested, or the table if none was.

    Raises UsageError for an unknown format, an empty file name, or two outputs that share standard output.
    """
    outputs = tuple(map(_parse, given or ("table",)))
    if sum(output.target is None for output in outputs) > 1:
        message = "only one --output may go to standard output"
        raise UsageError(message, hint="give the others a file: --output sarif=results.sarif")
    files = [os.path.normpath(output.target) for output in outputs if output.target and not _is_special(output.target)]
    if twice := next((name for name in files if files.count(name) > 1), ""):
        raise UsageError(f"two outputs go to {twice}", hint="give each a file of its own")
    return outputs


def _is_special(path: Path) -> bool:
    """Whether a path is neither a file nor a folder, so that several outputs may be written to it (/dev/null)."""
    return path.exists() and not path.is_file() and not path.is_dir()


def _parse(text: str) -> Output:
    name, equals, target = text.partition("=")
    if name == _FORMER:
        raise UsageError("there is no output format 'evidence'", hint="assay evidence build writes an evidence pack")
    if name not in FORMATS:
        raise UsageError(f"there is no output format {name!r}", hint="known: " + ", ".join(FORMATS))
    if equals and not target:
        hint = f"name one: --output {name}=FILE, or leave out the `=` for standard output"
        raise UsageError(f"--output {text} names no file", hint=hint)
    return Output(name, reports.find(name), Path(target) if target else None)


def write(result: Scan, outputs: Iterable[Output], presentation: Presentation, seconds: float) -> None:
    """Write a scan, which took some seconds, to every output.

    Raises UsageError where a file cannot be written.
    """
    for output in outputs:
        if output.target:
            write_file(output.target, reports.render(output.name, result, presentation))
        else:
            show(output.name, output.form, result, on_standard_output(presentation, os.environ, seconds))


def show(name: str, form: TextFormat, result: Scan, presentation: Presentation) -> None:
    """Write a scan to standard output, in the encoding that the format has there."""
    encoding = sys.stdout.encoding if form.for_terminal else "utf-8"
    for piece in reports.render(name, result, presentation):
        click.echo(piece.encode(encoding, "backslashreplace"), nl=False)
