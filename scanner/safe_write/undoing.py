"""Undoes what was begun where it does not come to its end, be it by an exception or by a signal."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

_ENDING = (signal.SIGTERM, signal.SIGHUP)
"""What ends a run from outside, without an exception in it."""


@contextmanager
def undone(undo: Callable[[], None]) -> Iterator[None]:
    """Undo what was begun where the block raises, and where a signal ends the run within it.

    `undo` must not mind that nothing was begun yet: only so no moment is without it. The handler works by itself and
    raises nothing, as an exception out of nowhere may be swallowed on its way. A process that was forked ends and
    undoes nothing.
    """
    process = os.getpid()

    def end(number: int, _: FrameType | None) -> None:
        for each in caught:
            signal.signal(each, signal.SIG_IGN)
        if os.getpid() == process:
            undo()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    caught: list[signal.Signals] = []
    try:
        with suppress(ValueError):  # not in the main thread, where no handler can be set
            for number in _ENDING:
                if signal.getsignal(number) is signal.SIG_DFL:
                    signal.signal(number, end)
                    caught.append(number)
        yield
    except BaseException:
        undo()
        raise
    finally:
        for number in caught:
            signal.signal(number, signal.SIG_DFL)
