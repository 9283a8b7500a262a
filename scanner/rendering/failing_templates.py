"""Templates at which Helm stops: a chart is rendered without them, and each is told with Helm's words."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from msgspec import Struct, field

from scanner.errors import UnreadableError
from scanner.late import regex

_MOST = 5
"""Templates of a chart that may fail; Helm is run once more for each."""
_TEMPLATE = regex(r"(?<![^\s(])[^\s/()]+/(templates/[^\s:()]+\.(?:ya?ml|json))(?=[:\s)])")
"""A template of the chart itself, behind the name of the chart: the first one in a message is where Helm stopped."""
_Sections = Sequence[tuple[str, str]]
"""(path within the chart, text) of each document."""


class Attempt(Struct):
    """What was rendered of a chart in a folder, and what was not."""

    folder: str
    failed: dict[str, str] = field(default_factory=dict)
    """Template, by its path within the chart -> why Helm does not render it."""

    def without_failing(self, render: Callable[[], _Sections]) -> _Sections:
        """What the chart gives without the templates that fail, which are empty for the time.

        Raises UnreadableError where something else fails, or too many of them.
        """
        away: set[str] = set()
        with ExitStack() as restored:
            while True:
                try:
                    return render()
                except UnreadableError as error:
                    named = _TEMPLATE.search(error.message)
                    path = self._path(named[1]) if named else ""
                    if not named or not path or named[1] in away or len(away) == _MOST:
                        raise
                    restored.callback(_write, path, _taken(path))
                    away.add(named[1])
                    self.failed.setdefault(named[1], error.message)

    def _path(self, named: str) -> str:
        """The file of a template; empty for any other file: a chart decides what Helm says."""
        path = os.path.join(self.folder, named)
        inside = os.path.realpath(path).startswith(os.path.join(os.path.realpath(self.folder), "templates", ""))
        return path if inside and ".." not in named.split("/") and os.path.isfile(path) else ""


def _taken(path: str) -> bytes:
    """The content of a file, which is emptied: other templates may take it in, such as for its digest."""
    with open(path, "rb") as file:
        content = file.read()
    _write(path, b"")
    return content


def _write(path: str, content: bytes) -> None:
    with open(path, "wb") as file:
        file.write(content)
