"""Cleans up after an operation that fails or is interrupted by a signal.

Inner operations are cleaned up before outer ones. The signal then ends the process as it would have without this
module: a shell sees the exit code 128 plus the number of the signal. An interrupt ends it with that exit code.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from scanner.exit_codes import INTERRUPTED

_ENDING = (signal.SIGTERM, signal.SIGHUP)
"""What ends a run from outside, without an exception in it."""
_begun: list[tuple[int, Callable[[], None]]] = []
"""How to undo what was begun, and the process that has to."""


def exit_when_interrupted() -> None:
    """Let an interrupt end the process as other signals do, unless whoever started it has it ignored.

    Python would raise KeyboardInterrupt. In the import of a module this becomes another error, or is lost.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)


@contextmanager
def on_failure(undo: Callable[[], None]) -> Iterator[None]:
    """Undo what was begun where the block raises, and where a signal ends the run within it.

    `undo` must not mind that nothing was begun yet, and may be called twice: only so no moment is without it. The
    handler works by itself and raises nothing, as an exception out of nowhere may be swallowed on its way. A process
    that was forked ends and undoes nothing that it has not begun itself.
    """
    begun = os.getpid(), undo
    _begun.append(begun)
    caught: list[signal.Signals] = []
    try:
        with suppress(ValueError):  # not in the main thread, where no handler can be set
            for number in _ENDING:
                if signal.getsignal(number) is signal.SIG_DFL:
                    signal.signal(number, _end)
                    caught.append(number)
        yield
    except BaseException:
        undo()
        raise
    finally:
        for number in caught:
            signal.signal(number, signal.SIG_DFL)
        _begun.remove(begun)


@contextmanager
def temporary_folder(above: str = "") -> Iterator[str]:
    """A private folder, in another one or that of the system, which is gone at the end of the block however it ends."""
    from shutil import rmtree
    from tempfile import gettempdir

    folder = os.path.join(above or gettempdir(), f"assay-{os.urandom(16).hex()}")
    with on_failure(lambda: rmtree(folder, ignore_errors=True)):
        os.mkdir(folder, 0o700)
        yield folder
        rmtree(folder, ignore_errors=True)


def _end(number: int, _: FrameType | None) -> None:
    for each in (*_ENDING, signal.SIGINT):
        signal.signal(each, signal.SIG_IGN)
    for process, undo in reversed(_begun):
        if process == os.getpid():
            undo()
    if number == signal.SIGINT:
        os._exit(INTERRUPTED)
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
