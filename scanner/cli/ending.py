"""Runs the command line with room for what it calls, and ends the process quickly."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

from scanner.cli import main

_ROOM = 1 << 16
"""Entries of the stack of a function that needs few. Half of the memory that is taken remains for what it calls."""


def _with_room(work: Callable[[], NoReturn]) -> NoReturn:
    """Call a function where the frames of all that it calls have room.

    CPython keeps the frames of calls in pieces of 16 kB. A call that needs a new piece takes it from the operating
    system, and its return gives it back: where a loop calls from the end of a piece, each call takes 8 microseconds
    more. This is a twentieth of the time of a small scan. The first piece is made as large as its first frame needs.
    """
    work()


_with_room.__code__ = _with_room.__code__.replace(co_stacksize=_ROOM)


def run_to_end() -> NoReturn:
    """Run the command line and end the process.

    Python would free each object before it ends, which takes a tenth of the time of a small scan; the operating system
    frees the memory at once. Where output cannot be written, Python ends as ever, to say so.
    """
    try:
        _with_room(main)
    except SystemExit as ended:
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(ended.code if isinstance(ended.code, int) else 0)
        raise
