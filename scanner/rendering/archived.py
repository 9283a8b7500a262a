"""Objects of a dependency that is in an archive: they stand where the Chart.yaml names the dependency."""

from __future__ import annotations

import posixpath
import re

from scanner.documents.positions import Node
from scanner.late import regex
from scanner.marks import Region
from scanner.sources import markers

_SOURCE = regex(r"# Source: charts/([^/\n]+)/.*\n")
_KEY = r"^[ -]*(?:name|alias):[ ]*[\"']?{}[\"']?[ ]*(?:#.*)?$"
_LISTED = regex(r"^dependencies:", re.MULTILINE)


def noted(inner: str, text: str) -> str:
    """A rendered text with the file of the archive that gave it, relative to the chart."""
    return f"# Source: {inner}\n{text}"


class Places:
    """Places an object, with all in it, at the entry of the dependency that it comes from."""

    def __init__(self, chart: str, text: str) -> None:
        self._region = _region(chart, text)

    def __call__(self, path: tuple[str | int, ...], _: Node) -> Region | None:
        """The entry, for the object as a whole; what is in it stands where it does."""
        return None if path else self._region


def is_noted(path: str, text: str) -> bool:
    """Whether a text that is shown at a path says which file of an archive gave it."""
    return posixpath.basename(path) == markers.CHART and bool(_SOURCE.match(text))


def _region(chart: str, text: str) -> Region | None:
    source, listed = _SOURCE.match(text), _LISTED.search(chart)
    if not source or not listed:
        return None
    key = re.compile(_KEY.format(re.escape(source[1])))
    before = chart[: listed.start()].count("\n")
    for number, line in enumerate(chart[listed.start() :].split("\n"), before):
        if key.search(line):
            start, end = len(line) - len(line.lstrip(" -")), len(line.rstrip())
            return number, start, end, number, start, number, end
    return None
