"""What charts and overlays were rendered to, kept under all that rendering depends on.

That is every file in the private copy, which is all that the program can read, the program, what it was asked, and
Assay's own code. Only what rendering gave is kept: why it failed may be a matter of the machine, such as its memory.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from scanner import __version__
from scanner.rendering.private_copy import PrivateCopy
from scanner.sources import RenderingResult

if TYPE_CHECKING:
    from scanner.kept.store import Store

_FORMAT = "1"
"""Of entries: another one is another key."""
Texts: TypeAlias = "tuple[tuple[str, str], ...]"
"""What was rendered, each text with the file that it is shown at."""
Entry: TypeAlias = tuple[bytes, bytes]
"""The key and the value of what may be kept."""


class Asked(Struct, frozen=True):
    """What is rendered, beside the files in the private copy."""

    program: tuple[object, ...]
    """The identity of what renders; empty where it has none."""
    how: tuple[object, ...]
    """What it is asked, without the names of temporary folders, and what else decides what becomes of its answer."""
    same_each_time: Callable[[], bool]
    """Whether it would give the same again, as far as that can be known."""


class Request(Struct, frozen=True):
    """What all charts and overlays of a scan are rendered with."""

    values: Mapping[str, bytes]
    """The files of values for charts, with their content, of which a later one wins."""
    kubernetes: str
    """The version of the cluster, for charts that ask for it."""
    kept: KeptResults


class KeptResults:
    """Looks up what was rendered before; each process that renders has one, a copy of the first."""

    def __init__(self, folder: Path | None, outside: Sequence[str]) -> None:
        self._folder = folder
        self._outside = outside
        self._code = ""
        self._same = ""
        self._open: tuple[Store | None] | None = None
        self._new: list[Entry] = []
        if folder and _usable(folder, outside):
            from scanner.kept import code, inspection

            inspection.prepare()
            self._code = code.own()
            with suppress(OSError):
                runtime = (__version__, sys.version, sys.getrecursionlimit())
                self._same = repr((_FORMAT, *runtime, self._code, code.libraries())) if self._code else ""

    def once(
        self,
        copy: PrivateCopy,
        plain: RenderingResult,
        asked: Asked,
        render: Callable[[], Texts],
        examine: Callable[[Texts], RenderingResult],
    ) -> RenderingResult:
        """What was rendered before from the same, else what `render` gives, examined.

        `plain` is the result without what is kept. Where the texts may not be kept, what was found out about them is.
        What `render` and `examine` raise is passed on.
        """
        if not self._same or not asked.program:
            return examine(render())
        from scanner.rendering import kept_entry

        key, store = self._key(copy, asked), self._store()
        value = store.get(key) if store else None
        found = kept_entry.read(value, plain, copy.contents) if value is not None else None
        if found:
            result, whole = found
            return result if whole else replace(result, texts=render())
        made = examine(render())
        if entry := kept_entry.written(made, copy, asked.same_each_time):
            self._new.append((key, entry))
        return made

    def taken(self) -> tuple[list[Entry], list[bytes]]:
        """What is new since this was last asked, and the keys of what was used, for the process that keeps them."""
        new, self._new = self._new, []
        used: list[bytes] = []
        if self._open and self._open[0]:
            used, self._open[0].used = self._open[0].used, []
        return new, used

    def keep(self, new: Sequence[Entry], used: Sequence[bytes]) -> None:
        """Keep what is new, unless the code was changed: nobody knows which of the two made it."""
        if not self._folder or not (new or used):
            return
        from scanner.kept import code, store

        if code.own() != self._code:
            return
        with store.opened(self._folder, self._outside) as kept:
            if kept:
                kept.used.extend(used)
                kept.put(new)

    def _store(self) -> Store | None:
        from scanner.kept import store

        if self._open is None and self._folder:
            self._open = (store.open_store(self._folder, self._outside),)
        return self._open[0] if self._open else None

    def _key(self, copy: PrivateCopy, asked: Asked) -> bytes:
        files = sorted((os.path.normpath(name), _digest(content)) for name, content in copy.contents.items())
        told = (self._same, copy.ground.place, copy.ground.limits, asked.program, asked.how, files)
        return hashlib.sha256(repr(told).encode("utf-8", "surrogatepass")).digest()


def _usable(folder: Path, outside: Sequence[str]) -> bool:
    """Whether the database can be used; a new one is made before several processes open it."""
    from scanner.kept import store

    with store.opened(folder, outside) as kept:
        return kept is not None


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
