"""The pictures of agent setups, swarms and systems in the page; a large one is a table."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

from msgspec import Struct

from scanner.agent_graph import SetupGraph
from scanner.finished_scan import Scan

if TYPE_CHECKING:
    from markupsafe import Markup

    from scanner.reports.graph.table import Row

_MOST = 12
"""Graphs in a page."""
_ROWS = 300
"""Rows of a table."""


class GraphSection(Struct, frozen=True):
    """One setup or system."""

    name: str
    picture: Markup | None
    rows: tuple[Row, ...]
    """The table in the place of a picture."""
    more: int = 0
    """The number of rows that are left out."""
    is_system: bool = False


def drawn(scan: Scan) -> tuple[GraphSection, ...]:
    """The first graphs that show a relation."""
    return tuple(_section(graph, scan) for graph in _related(scan)[:_MOST])


def left_out(scan: Scan) -> int:
    """The number of graphs that are not in the page."""
    return max(0, len(_related(scan)) - _MOST)


def _related(scan: Scan) -> Sequence[SetupGraph]:
    return [graph for graph in scan.graphs if graph.edges]


def _section(graph: SetupGraph, scan: Scan) -> GraphSection:
    from markupsafe import Markup

    from scanner.reports.graph.marks import MOST
    from scanner.reports.graph.svg import embedded
    from scanner.reports.graph.table import table

    if len(graph.nodes) > MOST:
        rows = tuple(islice(table(graph, scan.listed), _ROWS))
        return GraphSection(graph.name, None, rows, len(graph.nodes) - len(rows), graph.is_system)
    picture = Markup(embedded(graph, scan.listed))  # noqa: S704 - escapes all that it draws
    return GraphSection(graph.name, picture, (), is_system=graph.is_system)
