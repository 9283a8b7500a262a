"""Starts the program of an engine: apart from everything, bounded in time and output, its words kept."""

from __future__ import annotations

import math
import os
import re
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import BinaryIO

from msgspec import Struct

from scanner.cleanup import on_failure
from scanner.confinement import children_seconds, confined
from scanner.late import regex
from scanner.limits import Limits

_MAX_BYTES = 1024**3
"""What a program may print, or write into one file."""
_MEMORY = 2
"""How many times the memory of an input each process may take: a program may lay out more than it fills."""
_WAITING = 2
"""How many times its seconds of a processor a program may take on the clock; they are many."""
_MAX_SAID = 1_000_000
_RECORD = regex(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ \[[^]]*\] \[[^]]*\]\s*", re.MULTILINE)
"""The beginning of an entry in a log as Python writes it."""


class ProcessResult(Struct, frozen=True):
    """How a program ended."""

    printed: bytes
    said: tuple[str, ...]
    """The entries of its standard error, without times and names of threads."""
    code: int
    late: bool = False
    """It was ended because its time was over."""


def run(command: Sequence[str], environment: Mapping[str, str], folder: str, limits: Limits) -> ProcessResult:
    """Run a program in a folder to its end, or as far as the limits go; what it started ends with it.

    Raises OSError where it cannot be started.
    """
    from tempfile import TemporaryFile

    bounds = confined(seconds=math.ceil(limits.engine), file=_MAX_BYTES, memory=_MEMORY * limits.memory, apart=True)
    with TemporaryFile() as out, TemporaryFile() as err:
        before = children_seconds()
        process = subprocess.Popen(  # noqa: S603 - a program that was found on PATH or beside Python, no shell
            command, env=dict(environment), stdin=subprocess.DEVNULL, stdout=out, stderr=err,
            cwd=folder, start_new_session=True, preexec_fn=bounds,  # noqa: PLW1509 - no thread of ours runs here
        )  # fmt: skip
        late = False
        with _ended(process):
            try:
                process.wait(_WAITING * limits.engine)
            except subprocess.TimeoutExpired:
                late = True
        late = late or (process.returncode < 0 and children_seconds() - before >= limits.engine)
        return ProcessResult(_read(out, _MAX_BYTES), _records(_read(err, _MAX_SAID)), process.returncode, late)


@contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """End the program with every process that it started as the block ends, or this process, however it ends.

    A process that waits for nothing else sees to that: the system ends by itself only the program.
    """
    here, there = os.pipe()
    guard = os.fork()
    if not guard:
        _guard(process.pid, here, there)
    os.close(here)

    def end() -> None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)

    try:
        with on_failure(end):
            yield
    finally:
        end()
        process.wait()
        os.kill(guard, signal.SIGKILL)
        os.waitpid(guard, 0)
        os.close(there)


def _guard(group: int, here: int, there: int) -> None:
    """The life of the process that waits for the end of the one that started it."""
    try:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        os.close(there)
        os.read(here, 1)
        os.killpg(group, signal.SIGKILL)
    finally:
        os._exit(0)


def _read(file: BinaryIO, most: int) -> bytes:
    file.seek(0)
    return file.read(most)


def _records(said: bytes) -> tuple[str, ...]:
    text = said.decode("utf-8", "surrogateescape")
    return tuple(record.strip() for record in _RECORD.split(text) if record.strip())
