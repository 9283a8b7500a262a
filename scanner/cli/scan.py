"""`assay scan`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from scanner import reports, sources
from scanner.cli.environment import git_state
from scanner.cli.frameworks import takes_framework_files
from scanner.cli.progress import Progress
from scanner.cli.reading import options, reads_files
from scanner.engines import NAMES as ENGINES
from scanner.errors import UsageError
from scanner.model import SEVERITIES, Scan, Severity
from scanner.scan import Options, scan

_EVIDENCE = "evidence"
_LEDGER = "inputs"
_FORMATS = (*reports.FORMATS, _EVIDENCE)
_NOTES = 5
_SHORT = ("table", _LEDGER)
"""Formats that tell neither the commit nor fixes."""


@click.command("scan")
@click.argument("paths", nargs=-1)
@click.option("--framework", "frameworks", multiple=True, metavar="ID", help="An id, id@edition or family; repeats.")
@takes_framework_files
@click.option(
    "--scope",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Which paths belong to a framework, and which of its controls do not apply.",
)
@click.option(
    "--output",
    "outputs",
    multiple=True,
    metavar="FORMAT[=FILE]",
    help=f"One of {', '.join(_FORMATS)}; repeats; without FILE to standard output.  [default: table]",
)
@click.option(
    "--fail-on",
    type=click.Choice([severity.value for severity in SEVERITIES]),
    default=Severity.LOW.value,
    show_default=True,
    help="The least severity that fails the scan.",
)
@reads_files
@click.option("--git-revision", metavar="REV", help="Read the files of a commit, not those on disk.")
@click.option(
    "--engine",
    "engines",
    multiple=True,
    type=click.Choice(ENGINES),
    default=ENGINES[:1],
    show_default=True,
    help="Assay, and with it Checkov on what it reads; repeats.",
)
@click.option(
    "--policies",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    metavar="PATH",
    help="A file or folder of ValidatingAdmissionPolicies to hold the objects to; repeats.",
)
@click.option("--include-passes", is_flag=True, help="List passing outcomes too.")
@click.option("--explain-inputs", is_flag=True, help="Say what became of every input, instead of the findings.")
@click.option("--quiet", is_flag=True, help="No summary on standard error.")
def command(
    paths: tuple[str, ...], outputs: tuple[str, ...], *, explain_inputs: bool, quiet: bool, **given: Any
) -> int:
    """Scan files and folders; `-` is standard input, and no path is the current folder.

    \b
    Exit codes: 0 passed, 1 findings at or above --fail-on, 2 usage or rule error,
    3 nothing to assess, 4 incomplete (something could not be assessed), 5 internal error.
    """
    wanted = _outputs((*outputs, _LEDGER) if explain_inputs else outputs)
    told = any(name not in _SHORT for name, _ in wanted)
    with Progress(shown=not quiet) as progress:
        result = scan(paths, _options(paths, told=told, **given), progress)
    result = replace(result, run=replace(result.run, ended=_now()))
    _write(result, wanted)
    if not quiet:
        _tell(result.notes)
    if not quiet and all(target for _, target in wanted):
        click.echo(f"assay: {result.verdict.reason}", err=True)
    return result.verdict.exit_code


def _options(paths: tuple[str, ...], *, told: bool, **given: Any) -> Options:
    """What the options mean for a scan; `told` where some output says of which commit it is, and shows fixes."""
    revision = given["git_revision"]
    if revision == "":
        raise UsageError("--git-revision is empty", hint="name a commit, a branch or a tag")
    commit, dirty = git_state(sources.scope(paths).root) if told and not revision else ("", None)
    own = ("frameworks", "framework_files", "scope", "include_passes", "engines", "policies")
    return replace(
        options(given, revision or ""),
        **{name: given[name] for name in own},
        fail_on=Severity(given["fail_on"]),
        started=_now(),
        arguments=tuple(sys.argv[1:]),
        git_commit=commit,
        git_dirty=dirty,
        fixes=told,
    )


def _outputs(given: Sequence[str]) -> list[tuple[str, str]]:
    """(format, file) of each --output; the file is empty for standard output."""
    wanted = []
    for text in given or ("table",):
        name, _, file = text.partition("=")
        if name not in _FORMATS:
            message = f"there is no output format {name!r}"
            raise UsageError(message, hint="known: " + ", ".join(_FORMATS))
        if name == _EVIDENCE and not file:
            message = "evidence is a folder of files"
            raise UsageError(message, hint="name it: --output evidence=FOLDER")
        wanted.append((name, file))
    if sum(not file for _, file in wanted) > 1:
        message = "only one --output may go to standard output"
        raise UsageError(message, hint="give the others a file: --output sarif=results.sarif")
    return wanted


def _write(result: Scan, wanted: Sequence[tuple[str, str]]) -> None:
    for name, file in wanted:
        if name == _EVIDENCE:
            from scanner.evidence import seal

            seal(result, Path(file))
            continue
        terminal = not file and sys.stdout.isatty() and "NO_COLOR" not in os.environ
        pieces = reports.render(name, result, colour=terminal)
        if file:
            _write_file(Path(file), pieces)
            continue
        encoding = sys.stdout.encoding if name in _SHORT else "utf-8"
        for piece in pieces:
            click.echo(piece.encode(encoding, "backslashreplace"), nl=False)


def _write_file(path: Path, pieces: Iterable[str]) -> None:
    """Write beside the target and move into place, so that nobody reads half a report.

    A device or a pipe, such as /dev/null, is written into: a file in its place would break it for everyone.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        device = path.exists() and not path.is_file()
        with (path if device else temporary).open("w", encoding="utf-8", errors="surrogateescape") as file:
            file.writelines(pieces)
        if not device:
            temporary.replace(path)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {(error.strerror or '').lower()}") from None


def _tell(notes: Sequence[str]) -> None:
    """What another engine said, shortened: the first few, and how many more."""
    from scanner.reports.safe_text import safe

    for note in notes[:_NOTES]:
        click.echo(f"assay: {safe(note)}", err=True)
    if len(notes) > _NOTES:
        click.echo(f"assay: and {len(notes) - _NOTES} more like these", err=True)


def _now() -> str:
    """The current time, or the one that SOURCE_DATE_EPOCH gives, in RFC 3339."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    try:
        moment = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    except (ValueError, OverflowError, OSError):
        raise UsageError(f"SOURCE_DATE_EPOCH is no time: {epoch!r}") from None
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
