"""Work in a process of its own, and what it cost with all the processes that it started."""

from __future__ import annotations

import os
import pickle
import resource
import signal
import traceback
from collections.abc import Callable
from typing import Any, NamedTuple

_LONGEST = 60
"""Seconds of processor time after which what hangs is ended: many times what any input takes."""
LARGEST = 500 * 1024**2
"""Bytes of memory that a scan of one input may hold at a time."""
_BARE = 64 * 1024**2
"""Bytes that a scan of nothing holds; the tests' own process holds others in their place."""
_PATIENCE = 300
"""Seconds after which a scan that neither works nor ends is given up."""


class Measured(NamedTuple):
    """What a call gave, and its cost."""

    result: Any
    memory: int
    """Bytes at its peak, in the largest of its processes."""


def measured(work: Callable[[], Any]) -> Measured:
    """Do the work in a process of its own; what it returns must be plain values."""
    here, there = os.pipe()
    process = os.fork()
    if not process:
        _work(work, here, there)
    os.close(there)
    with open(here, "rb") as pipe:
        answer = pipe.read()
    _, status, usage = os.wait4(process, 0)
    if status:
        message = f"the scan ended with status {status}"
        raise AssertionError(message)
    held, result = pickle.loads(answer)
    peak = usage.ru_maxrss * 1024 - held + _BARE
    return Measured(result, peak)


def _work(work: Callable[[], Any], here: int, there: int) -> None:
    """The life of the process."""
    status = 1
    try:
        os.close(here)
        signal.alarm(_PATIENCE)
        resource.setrlimit(resource.RLIMIT_CPU, (_LONGEST, _LONGEST))
        with open("/proc/self/statm", encoding="ascii") as file:
            held = int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        answer = pickle.dumps((held, work()))
        with open(there, "wb") as pipe:
            pipe.write(answer)
        status = 0
    except Exception:  # noqa: BLE001 - told here, since nothing of this process reaches the test but its status
        traceback.print_exc()
    finally:
        os._exit(status)
