"""A finished scan -> text, one module per format. Knows only `model` and the templates."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from scanner.model import Scan

FORMATS = {
    "table": "scanner.reports.table",
    "inputs": "scanner.reports.inputs",
    "json": "scanner.reports.json_results",
    "sarif": "scanner.reports.sarif",
    "html": "scanner.reports.html",
}
"""Format -> the module whose `render` writes it."""


_PIECE = 100_000


def render(name: str, scan: Scan, *, colour: bool = False) -> Iterator[str]:
    """A scan in one of FORMATS, in pieces of some 100 kB; `colour` is for a table that goes to a terminal."""
    module = import_module(FORMATS[name])
    written = module.render(scan, colour=colour) if name == "table" else module.render(scan)
    waiting: list[str] = []
    size = 0
    for part in (written,) if isinstance(written, str) else written:
        waiting.append(part)
        size += len(part)
        if size >= _PIECE:
            yield "".join(waiting)
            waiting, size = [], 0
    yield "".join(waiting)
