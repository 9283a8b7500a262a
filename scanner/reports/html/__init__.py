"""The report for people: one HTML file that needs no network and no second file, and can be read without its script."""

from __future__ import annotations

from msgspec.structs import asdict

from scanner.finished_scan import Scan
from scanner.reports.format import TextFormat
from scanner.reports.html.data import block
from scanner.reports.html.page import render_page
from scanner.reports.html.page_data import view
from scanner.reports.safe_text import shown


def render(scan: Scan) -> str:
    """Return the report of a scan as one self-contained HTML document."""
    data = view(scan)
    return render_page(
        "report.html.j2",
        styles=("report.css", "graph.css") if data.graphs or data.systems or data.card_scopes else ("report.css",),
        scripts=("report-data.js", "report-findings.js", "report.js"),
        block=block((group for band in data.bands for group in band.groups), data.further, shown),
        **asdict(data),
    )


FORMAT = TextFormat(media_type="text/html", for_terminal=False, shows_fixes=True, tells_commit=True, render=render)
