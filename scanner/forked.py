"""A process that is a copy of this one, and the channel to it.

It does what `multiprocessing` does with the start method "fork", whose import and start take as long as a small file.
"""

from __future__ import annotations

import os
import pickle
import signal
import struct
from collections.abc import Callable, Iterable
from contextlib import suppress
from select import POLLIN, poll
from typing import Any

_LENGTH = struct.Struct("!Q")
_MOST_AT_ONCE = 1 << 20
_BUFFER = 1 << 20
"""Bytes that a pipe holds before its writer waits, where the system allows it."""


class Channel:
    """One end of a connection that carries Python values both ways."""

    def __init__(self, receives: int, sends: int) -> None:
        self._receives = receives
        self._sends = sends

    @classmethod
    def pair(cls) -> tuple[Channel, Channel]:
        """Two ends that are connected. Raises OSError where the system has no more files."""
        there_to_here, here_to_there = _pipe(), _pipe()
        return cls(there_to_here[0], here_to_there[1]), cls(here_to_there[0], there_to_here[1])

    def fileno(self) -> int:
        """What can be waited for until something is to be received."""
        return self._receives

    def send(self, value: object) -> None:
        """Send a value; raises OSError where nobody receives it."""
        data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
        rest = memoryview(_LENGTH.pack(len(data)) + data)
        while rest:
            rest = rest[os.write(self._sends, rest) :]

    def receive(self) -> Any:
        """The next value, which is waited for; raises EOFError where the other end is gone."""
        (length,) = _LENGTH.unpack(self._read(_LENGTH.size))
        return pickle.loads(self._read(length))  # noqa: S301 - from a copy of this process

    def _read(self, number: int) -> bytearray:
        data = bytearray()
        while len(data) < number:
            part = os.read(self._receives, min(number - len(data), _MOST_AT_ONCE))
            if not part:
                raise EOFError
            data += part
        return data

    def close(self) -> None:
        """Close this end; it may be closed already."""
        numbers, self._receives, self._sends = (self._receives, self._sends), -1, -1
        for number in numbers:
            if number >= 0:
                os.close(number)


def _pipe() -> tuple[int, int]:
    ends = os.pipe()
    with suppress(ImportError, AttributeError, OSError):
        import fcntl

        fcntl.fcntl(ends[1], fcntl.F_SETPIPE_SZ, _BUFFER)  # type: ignore[attr-defined,unused-ignore]
    return ends


def ready(channels: Iterable[Channel], seconds: float) -> set[Channel]:
    """The channels that have something to receive or whose other end is gone; waits for the first of them."""
    waiting, by_number = poll(), {each.fileno(): each for each in channels}
    for number in by_number:
        waiting.register(number, POLLIN)
    return {by_number[number] for number, _ in waiting.poll(int(seconds * 1000) + 1)}


class Process:
    """A copy of this process that does `work` and ends. Raises OSError where none can be started."""

    def __init__(self, work: Callable[[], object]) -> None:
        wait_for_killed()
        self._code: int | None = None
        self._number = os.fork()
        if not self._number:
            try:
                work()
            except BaseException:  # noqa: BLE001 - nothing of the copied program may run on
                os._exit(1)
            os._exit(0)

    def leave(self) -> None:
        """Have the process ended, and wait for that later: its memory is freed while this process works on."""
        self.kill()
        _KILLED.append(self)

    def end(self) -> None:
        """End the process where it did not end itself, and wait until it has."""
        self.kill()
        self.wait()

    def kill(self) -> None:
        """Have the process ended where it did not end itself."""
        if self._code is None:
            with suppress(ProcessLookupError):
                os.kill(self._number, signal.SIGKILL)

    def wait(self) -> int:
        """Wait for the end of the process.

        Returns its exit code, or the negative number of the signal that ended it.
        """
        if self._code is None:
            with suppress(ChildProcessError):  # somebody else waited for it
                _, status = os.waitpid(self._number, 0)
                self._code = os.waitstatus_to_exitcode(status)
        return self._code or 0


_KILLED: list[Process] = []
"""Those that were left."""


def wait_for_killed() -> None:
    """Wait until the processes that were left have ended, so that the system forgets them."""
    while _KILLED:
        _KILLED.pop().wait()
