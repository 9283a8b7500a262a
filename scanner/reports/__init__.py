"""A finished scan -> text, one module per format. Knows only `model` and the templates."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.finished_scan import Scan
from scanner.reports.format import Presentation, TextFormat, load

FORMATS = {
    "table": "scanner.reports.table",
    "concise": "scanner.reports.concise",
    "inputs": "scanner.reports.inputs",
    "json": "scanner.reports.json_results",
    "jsonl": "scanner.reports.jsonl_results",
    "sarif": "scanner.reports.sarif",
    "sarif-github": "scanner.reports.sarif.github",
    "html": "scanner.reports.html",
    "html-summary": "scanner.reports.html.summary",
    "github": "scanner.reports.ci.github",
    "github-summary": "scanner.reports.ci.github_summary",
    "comment": "scanner.reports.ci.comment",
    "gitlab-codequality": "scanner.reports.ci.codequality",
    "gitlab-sast": "scanner.reports.ci.gitlab_sast",
    "azure": "scanner.reports.ci.azure",
    "junit": "scanner.reports.ci.junit",
    "sonarqube": "scanner.reports.ci.sonarqube",
    "rdjson": "scanner.reports.ci.rdjson",
    "csv": "scanner.reports.ci.csv_rows",
}
"""Format -> the module that declares it as `FORMAT`."""


_PIECE = 100_000


def find(name: str) -> TextFormat:
    """What one of FORMATS declares of itself."""
    return load(FORMATS[name])


def render(name: str, scan: Scan, presentation: Presentation | None = None) -> Iterator[str]:
    """A scan in one of FORMATS, in pieces of some 100 kB, with the presentation where the format supports it."""
    form = find(name)
    written = form.present(scan, presentation) if form.present and presentation else form.render(scan)
    waiting: list[str] = []
    size = 0
    for part in (written,) if isinstance(written, str) else written:
        waiting.append(part)
        size += len(part)
        if size >= _PIECE:
            yield "".join(waiting)
            waiting, size = [], 0
    yield "".join(waiting)
