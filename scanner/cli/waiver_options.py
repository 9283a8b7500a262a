"""The options about waivers: which file counts, and as of which day."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import click

from scanner import safe_read
from scanner.cli.option_groups import GATE, option
from scanner.configuration.resolve import ResolvedOptions
from scanner.errors import PackError, UnreadableError, UsageError
from scanner.limits import MIB
from scanner.sources import boundary
from scanner.waived import AppliedWaivers, WaiverFile, day

NAME = "assay-waivers.yaml"
"""The file that counts without an option, in the folder of the configuration file or the current folder."""

_OPTIONS = (
    option(
        GATE,
        "--waivers",
        type=click.Path(exists=True, dir_okay=False),
        metavar="FILE",
        help=f"Accept the findings that the waivers in this file cover.  [default: {NAME}, if it exists]",
    ),
    option(
        GATE,
        "--inline-ignores",
        is_flag=True,
        help="Count annotations and comments in the scanned files that ignore a rule as waivers.",
    ),
    option(GATE, "--today", metavar="YYYY-MM-DD", help="Judge waivers as of this day.  [default: the current date]"),
)


def accepts_waivers(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options about waivers."""
    for each in reversed(_OPTIONS):
        command = each(command)
    return command


def waiver_options(chosen: ResolvedOptions, given: Mapping[str, Any], *, origins: bool) -> dict[str, Any]:
    """What the options about waivers mean for a scan; with `origins`, Git is asked who wrote the waivers.

    Raises UsageError for a day that is none, and for a file that must not be read.
    """
    file = waiver_file(chosen, origins=origins)
    inline = bool(chosen.value("inline-ignores"))
    needed = file is not None or inline or given["today"] is not None
    return {"waivers": file, "inline_ignores": inline, "today": today(given["today"]) if needed else None}


def tell_waivers(waivers: AppliedWaivers) -> None:
    """Say on standard error what became of each waiver, for a command without a report that begins with it."""
    if waivers:
        from scanner.masking import mask
        from scanner.reports.safe_text import safe
        from scanner.reports.waivers import sentences, title

        click.echo(f"waivers: {safe(mask(title(waivers)))}", err=True)
        for each in sentences(waivers):
            click.echo(f"  {safe(mask(each))}", err=True)


def today(text: str | None) -> date:
    """The day that an option names, else the current date in UTC, or the one that SOURCE_DATE_EPOCH gives."""
    if text is None:
        from scanner.cli.running import now

        return datetime.fromisoformat(now()).astimezone(UTC).date()
    found = day(text)
    if found is None:
        raise UsageError(f"--today is not a date: {text!r}", hint="write it as YYYY-MM-DD, such as 2026-11-29")
    return found


def waiver_paths(chosen: ResolvedOptions) -> tuple[tuple[str, ...], bool]:
    """Where the file of waivers may be, and whether an option names it."""
    if named := chosen.value("waivers"):
        return (named,), True
    folder = os.path.dirname(chosen.configuration.file)
    return tuple(dict.fromkeys((os.path.join(folder, NAME), NAME))), False


def waiver_file(chosen: ResolvedOptions, *, origins: bool) -> WaiverFile | None:
    """The file of waivers that counts, None where there is none."""
    paths, named = waiver_paths(chosen)
    if named:
        boundary.stay_inside(paths[0])
        return _read(paths[0], named=True, origins=origins, where=chosen.values["waivers"].where)
    for path in paths:
        if os.path.islink(path):
            hint = f"name the file: --waivers {NAME}"
            raise UsageError(f"{path} is a symbolic link, and Assay does not follow it", hint=hint)
        if os.path.lexists(path):
            return _read(path, named=False, origins=origins)
    return None


def _read(path: str, *, named: bool, origins: bool, where: str = "") -> WaiverFile:
    try:
        content = safe_read.read(path, safe_read.NAMED_BYTES if named else MIB, follow=named)
    except UnreadableError as error:
        if not os.path.lexists(path):
            raise UsageError(f"no such file: {path}", where) from None
        raise PackError(error.message, path) from None
    found: dict[int, Any] = {}
    if origins:
        from scanner.sources import blame

        found = blame.origins(path)
    return WaiverFile(path, content, named, origins=found)
