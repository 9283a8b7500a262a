"""The beginnings of files that an ignore file hides: whoever reads a report may want to know what was left out.

The cost is bounded: an ignored folder may hold all that a build made.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress

from scanner.errors import UnreadableError
from scanner.safe_read import beginning
from scanner.sources.source import INSTALLED_FOLDERS, UNREAD_FOLDERS

_TELLING = (".yaml", ".yml", ".json", ".md", ".js", ".mjs", ".cjs", ".ts")
"""Endings of names that manifests, specs and agent configurations go by."""
_MOST_ENTRIES = 5000
_MOST_FILES = 500
_HEAD = 4096
"""Bytes of each file."""


class Peeking:
    """Looks into what is ignored, as far as a budget for a whole walk goes."""

    def __init__(self) -> None:
        self._entries, self._files = _MOST_ENTRIES, _MOST_FILES

    def heads(self, path: str) -> tuple[bytes, ...]:
        """The first bytes of a file, or of the files in a folder, that may be of concern by their names."""
        return tuple(head for file in self._below(path) if (head := self._head(file)))

    def _below(self, path: str) -> Iterator[str]:
        pending = [path]
        while pending and self._files:
            here = pending.pop()
            if os.path.islink(here):
                continue
            if not os.path.isdir(here):
                if here.lower().endswith(_TELLING):
                    yield here
                continue
            with suppress(OSError), os.scandir(here) as listed:
                names = []
                for entry in listed:
                    if not self._entries:
                        break
                    self._entries -= 1
                    if entry.name not in INSTALLED_FOLDERS and entry.name not in UNREAD_FOLDERS:
                        names.append(entry.name)
                pending += (os.path.join(here, name) for name in sorted(names, reverse=True))

    def _head(self, path: str) -> bytes:
        self._files -= 1
        with suppress(UnreadableError):
            return beginning(path, _HEAD)
        return b""
