"""`assay evidence request`."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from scanner import library
from scanner.cli.environment import cache_folder
from scanner.cli.evidence_manual import ManualFile
from scanner.cli.option_groups import INPUT, OUTPUT, SELECTION, Command, option, takes_framework_files
from scanner.cli.waiver_options import today
from scanner.evidence.manual import NAME, PRESENT, Key, ManualState
from scanner.frameworks import catalogue, scope
from scanner.frameworks.catalogue import Control, Framework
from scanner.masking import mask
from scanner.reports.ci.csv_rows import cell
from scanner.reports.safe_text import safe

_COLUMNS = ("framework", "edition", "control", "title", "state", "why", "owner", "due", "what files show")


@click.command("request", cls=Command)
@option(
    SELECTION,
    "--framework",
    "frameworks",
    multiple=True,
    required=True,
    metavar="ID",
    help="List what people owe for this framework: an id, id@edition or a family. May be repeated.",
)
@takes_framework_files
@option(
    SELECTION,
    "--scope",
    "scope_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Leave out the controls that do not apply by this file.",
)
@option(
    INPUT, "--evidence", "evidence_file", metavar="FILE", help=f"Read the records from this file.  [default: {NAME}]"
)
@option(
    INPUT, "--today", "day", metavar="YYYY-MM-DD", help="Judge records as of this day.  [default: the current date]"
)
@option(
    OUTPUT,
    "--format",
    "form",
    type=click.Choice(["text", "csv"]),
    default="text",
    show_default=True,
    help="Write lines of text, or a table.",
)
def command(
    frameworks: tuple[str, ...],
    framework_files: tuple[Path, ...],
    scope_file: Path | None,
    evidence_file: str | None,
    day: str | None,
    form: str,
) -> None:
    """List the evidence that people still owe.

    These are the controls that files cannot show in full and for which evidence.yaml has no record, or one that is
    incomplete, overdue, stale or altered.
    """
    import os

    from scanner.policy import pack

    cache = library.Cache(cache_folder(os.environ))
    every = catalogue.load(cache, framework_files, pack.load_all(cache).ids)
    chosen = catalogue.choose(every, frameworks)
    scopes = scope.load(scope_file, every) if scope_file else {}
    excluded = {(*own, control) for own, each in scopes.items() for control in each.not_applicable}
    owed = ManualFile.of(evidence_file).owed(chosen, today(day), excluded)
    rows = [row for framework in chosen for row in _rows(framework, owed)]
    click.echo(_table(rows) if form == "csv" else "\n".join([*map(_line, rows), _sum(rows)]), nl=form != "csv")


def _rows(framework: Framework, owed: dict[Key, list[ManualState]]) -> Iterator[tuple[Control, Framework, ManualState]]:
    for control in framework.controls:
        for each in owed.get((framework.id, framework.edition, control.id), ()):
            if each.state != PRESENT:
                yield control, framework, each


_Row = tuple[Control, Framework, ManualState]


def _line(row: _Row) -> str:
    control, framework, each = row
    owner = f", {each.record.owner}" if each.record else ""
    due = f", due {each.record.due}" if each.record and each.record.due else ""
    why = f": {each.why}" if each.record and each.why else ""
    return safe(mask(f"{framework.id}@{framework.edition} {control.id} {each.state}{owner}{due}{why}. {control.title}"))


def _sum(rows: Sequence[_Row]) -> str:
    states = [each.state for _, _, each in rows]
    told = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(sorted(states)))
    return f"{len(rows)} records are owed" + (f": {told}" if told else "")


def _table(rows: Sequence[_Row]) -> str:
    target = io.StringIO()
    writer = csv.writer(target, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for control, framework, each in rows:
        own = each.record
        head = (framework.id, framework.edition, control.id, control.title, each.state, each.why)
        tail = (own.owner if own else "", own.due if own else "", control.evidence)
        writer.writerow([cell(mask(text)) for text in (*head, *tail)])
    return target.getvalue()
