"""The `github-summary` report: a page of Markdown for `$GITHUB_STEP_SUMMARY`.

GitHub drops a summary of more than 1 MiB as a whole, so what does not fit is counted.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.finished_scan import Scan
from scanner.reports.ci.digest import Size, page
from scanner.reports.format import TextFormat

MOST_BYTES = 1024 * 1024
_SIZE = Size(bytes=MOST_BYTES - 48 * 1024, places=100)
"""Other commands of the step may add to the summary."""


def render(scan: Scan) -> Iterator[str]:
    """The page of a scan, line by line."""
    return page(scan, _SIZE)


FORMAT = TextFormat(
    media_type="text/markdown", for_terminal=False, shows_fixes=False, tells_commit=False, render=render
)
