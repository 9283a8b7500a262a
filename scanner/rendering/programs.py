"""Programs that render: found on PATH, run without a network, bounded in time and output."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Sequence

from scanner.cleanup import temporary_folder
from scanner.confinement import children_seconds, confined
from scanner.errors import UnreadableError
from scanner.foreign_errors import complaint

_SECONDS = 15
"""Seconds of a processor that a program may take."""
_WAITING = 120
"""Seconds on the clock after which a program is given up: less than a worker has for a file."""
_MAX_BYTES = 64 * 1024 * 1024


def run(command: Sequence[str], root: str, copy: str) -> str:
    """What a program prints; raises UnreadableError with its own words, and paths from the root, where it fails.

    `copy` is the folder in which it finds everything below its absolute path. It sees an empty home, no settings, no
    Git to fetch with and a proxy that answers nothing.
    """
    from tempfile import TemporaryFile

    with temporary_folder(copy) as home, TemporaryFile() as out, TemporaryFile() as err:
        before = children_seconds()
        try:
            done = subprocess.run(  # noqa: S603 - a program from PATH, no shell
                command, env=_environment(home), stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                cwd=home, timeout=_WAITING, check=False, start_new_session=True,
                preexec_fn=confined(seconds=_SECONDS, file=_MAX_BYTES, apart=True),
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise UnreadableError(f"{_name(command)} did not end") from None
        except OSError as error:
            raise UnreadableError(f"{_name(command)} cannot be run: {(error.strerror or '').lower()}") from None
        if done.returncode < 0 and children_seconds() - before >= _SECONDS:
            raise UnreadableError(f"{_name(command)} needs more than {_SECONDS} seconds of CPU time")
        for file in (out, err):
            file.seek(0)
        if os.fstat(out.fileno()).st_size >= _MAX_BYTES:
            raise UnreadableError(f"{_name(command)} printed more than {_MAX_BYTES // 1024**2} MiB")
        if done.returncode:
            text = err.read(100_000).decode(errors="replace")
            for folder in (f"{home}/", home, copy):
                text = text.replace(folder, "")
            said = complaint(text, root)
            raise UnreadableError(f"{_name(command)}: {said or 'failed'}")
        return out.read().decode(errors="replace")


def identity(program: str) -> tuple[object, ...]:
    """What changes with a program: its place, and the size, the number and the times of the file there.

    Empty for what is not a file. No program that sets times can set the last of them.
    """
    try:
        real = os.path.realpath(program)
        told = os.stat(real)
    except OSError:
        return ()
    numbers = (told.st_dev, told.st_ino, told.st_mode, told.st_size, told.st_mtime_ns, told.st_ctime_ns)
    return (program, real, *numbers) if stat.S_ISREG(told.st_mode) else ()


def holds(program: str, package: bytes) -> bool:
    """Whether a program is compiled, and from a package that does the work, so that it is not done by another program.

    A script, or a program that only starts others, such as one that manages versions, may do something else tomorrow.
    """
    import mmap

    try:
        with open(program, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return content[:4] in _COMPILED and content.find(package) >= 0
    except (OSError, ValueError):
        return False


_COMPILED = {b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe"}
"""The first bytes of programs that the processor runs."""


def _name(command: Sequence[str]) -> str:
    return os.path.basename(command[0])


def _environment(home: str) -> dict[str, str]:
    nowhere = "http://127.0.0.1:9"
    return {
        "PATH": home,
        "HOME": home,
        "LC_ALL": "C",
        "GOGC": "200",  # both are short-lived Go programs: a quarter less CPU time for a fifth more memory
        "KUBECONFIG": os.devnull,
        "HTTP_PROXY": nowhere,
        "HTTPS_PROXY": nowhere,
        "HELM_CACHE_HOME": home,
        "HELM_CONFIG_HOME": home,
        "HELM_DATA_HOME": home,
        "HELM_PLUGINS": home,
    }
