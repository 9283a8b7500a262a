"""The `json` report: the whole scan as one JSON document (docs/results.md)."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.finished_scan import DISCLAIMER, Scan
from scanner.reports import results
from scanner.reports.format import TextFormat
from scanner.reports.json_text import Entries, json_text


def render(scan: Scan) -> Iterator[str]:
    """Return the scan as JSON, piece by piece; equal scans give equal bytes."""
    compared = results.comparison(scan)
    return json_text(
        {
            "format": results.VERSION,
            "tool": results.tool(scan),
            "run": results.run(scan),
            "verdict": results.verdict(scan),
            "inputs": results.inputs(scan),
            "rules": Entries(results.rules(scan)),
            "findings": results.findings(scan),
            "waivers": results.waivers(scan),
            "controls": results.controls(scan),
            "frameworks": results.frameworks(scan),
            "summary": results.summary(scan),
            **({"card_data_scope": results.card_scopes(scan)} if scan.card_scopes else {}),
            **({"comparison": compared} if compared else {}),
            "disclaimer": DISCLAIMER,
        }
    )


FORMAT = TextFormat(
    media_type="application/json", for_terminal=False, shows_fixes=True, tells_commit=True, render=render
)
