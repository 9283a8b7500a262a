"""A finished scan -> text, one module per format. Knows only `model` and the templates."""

from __future__ import annotations

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


def render(name: str, scan: Scan, *, colour: bool = False) -> str:
    """A scan in one of FORMATS; `colour` is for a table that goes to a terminal."""
    module = import_module(FORMATS[name])
    text: str = module.render(scan, colour=colour) if name == "table" else module.render(scan)
    return text
