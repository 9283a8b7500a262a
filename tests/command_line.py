"""The command line as a shell runs it: in this process, which is quicker, or in a process of its own."""

from __future__ import annotations

import gc
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scanner.cli import main

Done = subprocess.CompletedProcess[str]


def assay(*arguments: str, cwd: Path, stdin: str = "", **environment: str) -> Done:
    """Run a command in this process, in a folder, and return its exit code and what it wrote."""
    done = assay_in_bytes(*arguments, cwd=cwd, stdin=stdin.encode(), **environment)
    return Done(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def assay_in_bytes(
    *arguments: str, cwd: Path, stdin: bytes = b"", encoding: str = "utf-8", **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Run a command in this process; `encoding` is that of its streams.

    Arguments, streams, folder and environment are the command's own and are put back, and so is the garbage collector,
    which the command line turns off. What only a process has (signals, file descriptors, the start of the interpreter)
    needs `assay_process`.
    """
    out, err = io.BytesIO(), io.BytesIO()
    collecting = gc.isenabled()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(cwd)
        patch.setattr(sys, "argv", ["assay", *arguments])
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding))
        patch.setattr(sys, "stdout", io.TextIOWrapper(out, encoding, write_through=True))
        patch.setattr(sys, "stderr", io.TextIOWrapper(err, encoding, "backslashreplace", write_through=True))
        for name, value in environment.items():
            patch.setenv(name, value)
        with pytest.raises(SystemExit) as ended:
            main()
        said = out.getvalue(), err.getvalue()  # closed with the streams above
    if collecting:
        gc.enable()
    assert isinstance(ended.value.code, int)
    return subprocess.CompletedProcess(["assay", *arguments], ended.value.code, *said)


def fault(done: Done) -> str:
    """What a command says went wrong, with the hint in brackets."""
    return re.sub(r"\n  hint: (.*)", r" (\1)", done.stderr)


def assay_process(*arguments: str, cwd: Path, stdin: str = "", **environment: str) -> Done:
    """Run a command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "scanner", *arguments],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )
