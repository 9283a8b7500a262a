"""The `github` report: workflow commands, which GitHub Actions shows as annotations of files.

GitHub shows 10 annotations of each level of a step: the worst are written, and the last one counts the others.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.errors import AssayError
from scanner.finished_scan import Scan
from scanner.reports.ci.annotations import Annotation, lines
from scanner.reports.format import TextFormat
from scanner.reports.safe_text import safe

_LEVELS = {"error": "error", "warning": "warning", "note": "notice"}
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = {**_DATA, **str.maketrans({":": "%3A", ",": "%2C"})}


def render(scan: Scan) -> Iterator[str]:
    """`::error file=…,line=…::message` for each annotation, errors first, then the verdict in words."""
    return lines(scan, _command, _LEVELS, remarked=True)


def trouble(error: AssayError) -> str:
    """An error that ended a run before there was anything to report, as a workflow command."""
    told = [f"{error.location}: {error.message}" if error.location else error.message]
    told += [f"hint: {error.hint}"] if error.hint else []
    return "::error title=assay::" + "\n".join(map(safe, told)).translate(_DATA)


def _command(annotation: Annotation) -> str:
    properties = {**_place(annotation), "title": annotation.title}
    told = ",".join(f"{name}={str(value).translate(_PROPERTY)}" for name, value in properties.items())
    return f"::{annotation.level} {told}::" + "\n".join(annotation.lines).translate(_DATA)


def _place(annotation: Annotation) -> dict[str, str | int]:
    """The place as GitHub takes it: columns only for a region within one line."""
    place = annotation.place
    if place is None or place.path == "-":
        return {}
    found: dict[str, str | int] = {"file": safe(place.path)}
    if place.line:
        found |= {"line": place.line, "endLine": max(place.line, place.end_line)}
    if place.column and place.end_line == place.line:
        found |= {"col": place.column, "endColumn": max(place.column, place.end_column)}
    return found


FORMAT = TextFormat(
    media_type="text/x-github-workflow-commands",
    for_terminal=False,
    shows_fixes=False,
    tells_commit=False,
    render=render,
)
