"""The `azure` report: logging commands, which Azure Pipelines shows as issues of a run.

Azure keeps 10 errors and 10 warnings of a task: the worst are written, and the last one counts the others.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.finished_scan import Scan
from scanner.reports.ci.annotations import Annotation, lines
from scanner.reports.format import TextFormat
from scanner.reports.safe_text import safe

_LEVELS = {"error": "error", "warning": "warning", "note": "warning"}
_DATA = str.maketrans({"%": "%AZP25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = {**_DATA, **str.maketrans({";": "%3B", "]": "%5D"})}


def render(scan: Scan) -> Iterator[str]:
    """`##vso[task.logissue type=error;…]message` for each issue, errors first, then the verdict in words."""
    return lines(scan, _command, _LEVELS, remarked=False)


def _command(annotation: Annotation) -> str:
    properties = {"type": annotation.level, **_place(annotation), "code": annotation.rule}
    told = "".join(f"{name}={str(value).translate(_PROPERTY)};" for name, value in properties.items() if value)
    text = " ".join((f"{annotation.title}:", *annotation.lines))
    return f"##vso[task.logissue {told}]" + text.translate(_DATA)


def _place(annotation: Annotation) -> dict[str, str | int]:
    place = annotation.place
    if place is None or place.path == "-":
        return {}
    return {"sourcepath": safe(place.path), "linenumber": place.line, "columnnumber": place.column}


FORMAT = TextFormat(
    media_type="text/x-azure-logging-commands",
    for_terminal=False,
    shows_fixes=False,
    tells_commit=False,
    render=render,
)
