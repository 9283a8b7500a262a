"""`assay explain`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace

from scanner.cli.finding_choice import is_at, is_fingerprint, place_of
from scanner.cli.option_groups import Command
from scanner.cli.progress import Progress
from scanner.cli.reading import options, reads_files, resolved_options
from scanner.cli.rule_page import show_rule
from scanner.cli.terminal import on_standard_output
from scanner.errors import UsageError
from scanner.finished_scan import Scan
from scanner.model import Finding
from scanner.reports import table
from scanner.reports.fingerprints import unique
from scanner.reports.format import Presentation
from scanner.reports.safe_text import safe
from scanner.scan import scan


@click.command("explain", cls=Command)
@click.argument("what", metavar="RULE|FINGERPRINT|PLACE")
@click.argument("paths", nargs=-1)
@reads_files
@click.pass_context
def command(context: click.Context, /, what: str, **given: Any) -> None:
    """Explain a rule or a finding.

    RULE is the id of a rule; PATHS are not read. FINGERPRINT is that of a finding in a report, or its first six
    characters or more; PLACE is the place of findings as reports print it, such as deploy/web.yaml:12:9. For these the
    command scans PATHS, or the current folder, and shows the findings.
    """
    chosen = resolved_options(context)
    place = place_of(what)
    if not place and not is_fingerprint(what):
        if os.path.lexists(what):
            hint = f"give a rule, a fingerprint, or the place of a finding, such as {what}:12"
            raise UsageError(f"{what} is a file or a folder", hint=hint)
        show_rule(what, tuple(map(Path, chosen.value("rule-folders"))))
        return
    with Progress(shown=True) as progress:
        result = scan(chosen.value("paths"), options(chosen, given), progress)
    found = [
        finding
        for finding, own in zip(result.findings, unique(result.findings), strict=True)
        if (is_at(finding, place) if place else finding.fingerprint.startswith(what) or own.startswith(what))
    ]
    if not found:
        hint = "name the paths of the report and use its options; for a report with --framework: --profile strict"
        raise UsageError(f"the scan has no finding {'at' if place else 'with the fingerprint'} {what}", hint=hint)
    _show(replace(result, findings=tuple(found)))


def _show(found: Scan) -> None:
    """Print findings as the table has them, then what it leaves out."""
    presentation = on_standard_output(Presentation(unknown=True), os.environ, 0)
    for line in table.findings(found, presentation):
        click.echo(line)
    for finding in found.findings:
        for label, text in _details(found, finding):
            click.echo(click.wrap_text(f"{label:<12} {safe(text)}", 100, subsequent_indent=" " * 13))
    for rule in dict.fromkeys(finding.rule for finding in found.findings):
        click.echo(f"\n`assay explain {rule}` shows the whole rule and its controls")


def _details(found: Scan, finding: Finding) -> Iterator[tuple[str, str]]:
    yield "subject", f"{finding.subject_kind} {finding.subject_id}"
    for label, text in (
        ("field", finding.location.field),
        ("observed", finding.observed),
        ("expected", finding.expected),
        ("to decide", finding.provide),
        ("limits", found.rules[finding.rule].limits),
    ):
        if text:
            yield label, text
