"""Starts the program of an engine: apart from everything, bounded in time and output, its words kept."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

_MAX_BYTES = 1024**3
"""What a program may print, or write into one file."""
_MAX_SAID = 1_000_000
_RECORD = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ \[[^]]*\] \[[^]]*\]\s*", re.MULTILINE)
"""The beginning of an entry in a log as Python writes it."""


@dataclass(frozen=True, slots=True)
class Done:
    """How a program ended."""

    printed: bytes
    said: tuple[str, ...]
    """The entries of its standard error, without times and names of threads."""
    code: int
    late: bool = False
    """It was ended because its time was over."""


def run(command: Sequence[str], environment: Mapping[str, str], folder: str, seconds: float) -> Done:
    """Run a program in a folder to its end, or for so many seconds; what it started ends with it.

    Raises OSError where it cannot be started.
    """
    from tempfile import TemporaryFile

    with TemporaryFile() as out, TemporaryFile() as err:
        process = subprocess.Popen(  # noqa: S603 - a program that was found on PATH or beside Python, no shell
            command, env=dict(environment), stdin=subprocess.DEVNULL, stdout=out, stderr=err,
            cwd=folder, start_new_session=True, preexec_fn=_bounded,  # noqa: PLW1509 - no thread of ours runs here
        )  # fmt: skip
        late = False
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            late = True
        finally:
            _end(process)
        return Done(_read(out, _MAX_BYTES), _records(_read(err, _MAX_SAID)), process.returncode, late)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the program, with every process that it started, where it has not ended by itself."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _bounded() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (_MAX_BYTES, _MAX_BYTES))


def _read(file: BinaryIO, most: int) -> bytes:
    file.seek(0)
    return file.read(most)


def _records(said: bytes) -> tuple[str, ...]:
    text = said.decode("utf-8", "surrogateescape")
    return tuple(record.strip() for record in _RECORD.split(text) if record.strip())
