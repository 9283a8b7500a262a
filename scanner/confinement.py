"""Processes that end with the one that started them, and take no more than they are given.

What is said here holds on Linux. Elsewhere a process asks once a second whether its parent is still there, and limits
that a system does not have are left out.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any

_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000


@cache
def _library() -> Any:
    """The C library where it can be asked for a signal at the death of the parent, else None; loaded when needed."""
    if sys.platform != "linux":
        return None
    import ctypes

    return ctypes.CDLL(None)


def end_with(parent: int) -> None:
    """Let this process, which was just forked from `parent`, end when that one does, however it ends."""
    if (library := _library()) is not None:
        library.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    if os.getppid() != parent:  # it ended before it could be told
        os._exit(1)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def confined(*, seconds: int = 0, file: int = 0, memory: int = 0, apart: bool = False) -> Callable[[], None]:
    """What a program does between fork and exec: it ends with this process, and is bounded.

    `seconds` are those of a processor, `file` the bytes that it may write into one file, `memory` those of address
    space; what is 0 stays as it is. `apart` takes the network away, this machine's own services with it, where the
    system lets this process do that.
    """
    parent, library = os.getpid(), _library()  # between fork and exec nothing should be loaded
    bounds = {resource.RLIMIT_CPU: seconds, resource.RLIMIT_FSIZE: file, resource.RLIMIT_AS: memory}

    def confine() -> None:
        if library is not None:
            if apart and library.unshare(_CLONE_NEWNET):
                library.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
            end_with(parent)  # after what would undo it
        for limit, wanted in bounds.items():
            if wanted:
                _lower(limit, wanted)

    return confine


def _lower(limit: int, wanted: int) -> None:
    """Set a limit of this process for good, unless a lower one is in force."""
    with suppress(OSError, ValueError):
        _, hard = resource.getrlimit(limit)
        value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(limit, (value, value))


def limit_memory(allowed: int) -> None:
    """Bound the address space of this process to what it has now and `allowed` bytes more."""
    with suppress(OSError, ValueError):  # no such file on this system
        with open("/proc/self/statm", encoding="ascii") as file:
            present = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        wanted = present + allowed
        resource.setrlimit(resource.RLIMIT_AS, (wanted if hard < 0 else min(wanted, hard), hard))


def children_seconds() -> float:
    """Seconds of a processor that processes took which this one started and which have ended."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime
