"""The `comment` report: a page of Markdown for a comment on a pull request or merge request.

Its first line is a mark that is not shown, by which a program finds its previous comment and replaces it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from scanner.finished_scan import Scan
from scanner.reports.ci.digest import Size, page
from scanner.reports.format import TextFormat

MARK = "<!-- assay -->"
MOST_BYTES = 65_536
"""GitHub counts characters; as many bytes hold no more of them."""
_SIZE = Size(bytes=MOST_BYTES - 2_048, places=10)
"""Whoever sends the comment may add a line."""


def render(scan: Scan) -> Iterator[str]:
    """The mark, then the page of a scan, line by line."""
    return chain((f"{MARK}\n",), page(scan, _SIZE))


FORMAT = TextFormat(
    media_type="text/markdown", for_terminal=False, shows_fixes=False, tells_commit=False, render=render
)
