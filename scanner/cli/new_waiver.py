"""`assay waivers new`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from scanner.cli.finding_choice import PLACE_EXAMPLE, is_at, is_fingerprint, place_of
from scanner.cli.option_groups import OUTPUT, Command, option
from scanner.cli.progress import Progress
from scanner.cli.reading import options, reads_files, resolved_options
from scanner.cli.waiver_options import NAME, accepts_waivers, today
from scanner.errors import PackError, UnreadableError, UsageError
from scanner.limits import MIB
from scanner.model import Finding, Outcome
from scanner.reports.safe_text import safe
from scanner.safe_read import read
from scanner.safe_write import write_file
from scanner.scan import scan

_TO_DO = "fill in the empty fields, then run: assay waivers check"


@click.command("new", cls=Command)
@click.argument("which", metavar="FINGERPRINT|PLACE")
@click.argument("paths", nargs=-1)
@accepts_waivers
@reads_files
@option(OUTPUT, "--file", "target", metavar="FILE", help="Add the entry to this file of waivers, or create the file.")
@click.pass_context
def command(context: click.Context, /, which: str, target: str | None, **given: Any) -> None:
    """Print an entry for a finding, or add it to a file.

    FINGERPRINT is that of a finding in a report, or its first six characters or more; PLACE is the place of a finding
    as reports print it, such as deploy/web.yaml:12:9. The command scans PATHS, or the current folder. A person fills in
    the empty fields of the entry.
    """
    from scanner.gate.waivers.adding import entry_of, identity_of, new_file, refuse_second

    chosen = resolved_options(context)
    with Progress(shown=True) as progress:
        result = scan(chosen.value("paths"), options(chosen, given), progress)
    finding = _one([each for each in result.findings if each.outcome is Outcome.FAIL], which)
    entry = [safe(line) for line in entry_of(finding, str(today(given["today"])))]
    if target:
        _add(target, entry)
        return
    there = chosen.value("waivers") or NAME
    if os.path.lexists(there):
        refuse_second(there, _content(there), identity_of(finding))
        click.echo(f"# an entry of the list `waivers` in {safe(there)}; --file {safe(there)} adds it")
        click.echo("\n".join(f"  {line}" for line in entry))
    else:
        click.echo(f"# {NAME}, which --file {NAME} writes")
        click.echo(new_file(entry), nl=False)


def _one(failures: Sequence[Finding], which: str) -> Finding:
    """The failure that is meant; raises UsageError where it is none or one of several."""
    place = place_of(which)
    if not is_fingerprint(which) and not place:
        hint = f"give a fingerprint (six characters or more) or a place such as {PLACE_EXAMPLE}, as reports print it"
        raise UsageError(f"{which} is neither a fingerprint nor the place of a finding", hint=hint)
    found = [each for each in failures if (is_at(each, place) if place else each.fingerprint.startswith(which))]
    if not found:
        hint = "name the paths of the report and use its options; only a failure can be waived"
        what = "at" if place else "with the fingerprint"
        raise UsageError(f"the scan has no failure {what} {which}", hint=hint)
    if len({each.fingerprint for each in found}) > 1:
        lines = [f"{each.fingerprint[:12]}  {each.rule}  {each.message}" for each in found]
        raise UsageError(
            f"there are several failures: give the fingerprint of one of them in place of {which}", excerpt=lines
        )
    return found[0]


def _add(target: str, entry: list[str]) -> None:
    """Write a file of waivers with an entry more; nothing is read or written through a link."""
    from scanner.gate.waivers.adding import new_file, with_entry

    if os.path.lexists(target):
        write_file(Path(target), (with_entry(target, _content(target), entry),))
        click.echo(f"added the waiver to {safe(target)}: {_TO_DO}")
    else:
        write_file(Path(target), (new_file(entry),), new=True)
        click.echo(f"wrote {safe(target)} with the waiver: {_TO_DO}")


def _content(path: str) -> bytes:
    try:
        return read(path, MIB, follow=False)
    except UnreadableError as error:
        raise PackError(error.message, path) from None
