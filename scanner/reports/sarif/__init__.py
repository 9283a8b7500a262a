"""The `sarif` report: the whole scan as SARIF 2.1.0. What GitHub takes of it is written by `github`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.reports.format import TextFormat
from scanner.reports.json_text import json_text
from scanner.reports.sarif.invocation import invocation
from scanner.reports.sarif.log import head, log, properties
from scanner.reports.sarif.notifications import each_of
from scanner.reports.sarif.results import results
from scanner.reports.sarif.rules import descriptors
from scanner.reports.sarif.taxonomies import supported, taxonomies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.finished_scan import Scan


def render(scan: Scan) -> Iterator[str]:
    """Return the scan as SARIF, piece by piece; equal scans give equal bytes."""
    components, references = taxonomies(scan)
    run = head(scan, descriptors(scan, references))
    if components:
        run["tool"]["driver"]["supportedTaxonomies"] = supported(components)
        run["taxonomies"] = components
    run["invocations"] = [invocation(scan, each_of(scan))]
    run["properties"] = properties(scan)
    run["results"] = results(scan)
    return json_text(log(run))


FORMAT = TextFormat(
    media_type="application/sarif+json", for_terminal=False, shows_fixes=True, tells_commit=True, render=render
)
