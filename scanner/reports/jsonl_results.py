"""The `jsonl` report: the same data as the `json` report, one object on a line, for programs that read a stream."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from scanner.finished_scan import DISCLAIMER, Scan
from scanner.reports import results
from scanner.reports.format import TextFormat
from scanner.reports.json_text import line_of


def render(scan: Scan) -> Iterator[str]:
    """Return the lines of a scan: `run` first, `summary` last; `type` is the kind of each line."""
    head = {
        "format": results.VERSION,
        "tool": results.tool(scan),
        "run": results.run(scan),
        "verdict": results.verdict(scan),
    }
    rules = ({"id": name, **rule} for name, rule in results.rules(scan))
    tail = {"summary": results.summary(scan), "disclaimer": DISCLAIMER}
    return chain(
        _lines("run", iter((head,))),
        _lines("input", results.inputs(scan)),
        _lines("rule", rules),
        _lines("finding", results.findings(scan)),
        _lines("waiver", results.waivers(scan)),
        _lines("control", results.controls(scan)),
        _lines("framework", results.frameworks(scan)),
        _lines("summary", iter((tail,))),
    )


def _lines(kind: str, items: Iterator[dict[str, Any]]) -> Iterator[str]:
    return (line_of({"type": kind, **item}) + "\n" for item in items)


FORMAT = TextFormat(
    media_type="application/jsonl", for_terminal=False, shows_fixes=True, tells_commit=True, render=render
)
