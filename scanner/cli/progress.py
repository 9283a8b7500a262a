"""How far a long scan has come, on a terminal only."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Self

from scanner.cleanup import on_failure
from scanner.model import Input

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

_PATIENCE = 0.5
"""Seconds after which a person wonders; a shorter scan shows, and loads, nothing."""
_PAUSE = 0.1
_WIPED = b"\r\x1b[2K\x1b[?25h"
"""Empties the line and shows the cursor."""


class Progress:
    """Counts inputs as they are done; draws on standard error, without a thread, and wipes itself out at the end."""

    def __init__(self, *, shown: bool) -> None:
        self._shown = shown and sys.stderr.isatty()
        self._next = time.monotonic() + _PATIENCE
        self._done = 0
        self._bar: Bar | None = None
        self._ending = on_failure(self._wipe)

    def __enter__(self) -> Self:
        self._ending.__enter__()
        return self

    def __call__(self, _: Input) -> None:
        """One more input is done."""
        self._done += 1
        if self._shown and time.monotonic() >= self._next:
            self._draw()
            self._next = time.monotonic() + _PAUSE

    def _draw(self) -> None:
        if self._bar is None:
            from rich.console import Console
            from rich.progress import Progress as NewBar
            from rich.progress import TextColumn, TimeElapsedColumn

            columns = (TextColumn("assay: {task.completed} inputs"), TimeElapsedColumn())
            console = Console(stderr=True)
            self._bar = NewBar(*columns, console=console, transient=True, auto_refresh=False)
            self._bar.add_task("")
            self._bar.start()
        self._bar.update(self._bar.task_ids[0], completed=self._done, refresh=True)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            self._bar.stop()
            self._bar = None
        self._ending.__exit__(kind, error, trace)

    def _wipe(self) -> None:
        """Leave the terminal as it was, where a signal ends the run and may have stopped the drawing halfway."""
        if self._bar:
            with suppress(OSError):
                os.write(sys.stderr.fileno(), _WIPED)
