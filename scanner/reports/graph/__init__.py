"""The graphs of a finished scan as text: SVG, Mermaid and DOT; a large graph as a table."""

from __future__ import annotations

from scanner.finished_scan import Scan
from scanner.reports.graph import dot, mermaid, svg
from scanner.reports.graph.table import table

FORMATS = {"svg": svg.pictures, "mermaid": mermaid.flowcharts, "dot": dot.digraphs}
"""Format -> what renders graphs with the findings on them."""


def render(name: str, scan: Scan) -> str:
    """The graphs of a scan in one of FORMATS."""
    return FORMATS[name](scan.graphs, scan.findings)


__all__ = ["FORMATS", "render", "table"]
