"""One fault in a copy of the tree, and the tests that should notice it."""

from __future__ import annotations

import contextlib
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mutation import chosen_tests
from mutation.operators import Mutation
from mutation.tested_lines import Test

_START = 60
"""Seconds of processor time for starting pytest and collecting, and more than that on a slow machine."""
_FACTOR = 5
"""How much longer than without the fault tests may take."""
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S.*?)(?: - .*)?$", re.MULTILINE)


@dataclass(frozen=True)
class Result:
    """What became of a fault, and through which test or for which reason."""

    mutation: Mutation
    caught: bool
    why: str


def run(mutation: Mutation, tree: Path, tests: Sequence[Test], hints: Sequence[str] = ()) -> Result:
    """Run tests over a copy of a tree with a fault in it, until one fails."""
    if not tests:
        return Result(mutation, caught=False, why="no test runs the line")
    first = [test for test in tests if test.name in hints]
    ordered = [*first, *(test for test in tests if test.name not in hints)]
    with tempfile.TemporaryDirectory(dir=tree.parent) as folder:
        copy = Path(folder, "tree")
        shutil.copytree(tree, copy, symlinks=True)
        _put(mutation, copy)
        limit = _START + _FACTOR * sum(test.seconds for test in ordered)
        code, said = _pytest(copy, ordered, int(limit))
    if code == 0:
        return Result(mutation, caught=False, why=f"{len(ordered)} tests run the line")
    failed = _FAILED.search(said)
    return Result(mutation, caught=True, why=failed.group(1) if failed else f"pytest ended with {code}")


def _put(mutation: Mutation, copy: Path) -> None:
    path = copy / mutation.path
    path.write_text(mutation.applied(path.read_text(encoding="utf-8")), encoding="utf-8")
    for compiled in path.parent.glob(f"__pycache__/{path.stem}.*.pyc"):
        compiled.unlink()


def _pytest(copy: Path, tests: Sequence[Test], limit: int) -> tuple[int, str]:
    """The exit code of pytest, and what it said; what is beyond the limit of processor time is ended."""
    names = copy.parent / "chosen"
    names.write_text("".join(f"{test.name}\n" for test in tests), encoding="utf-8")
    surroundings = {
        **os.environ,
        chosen_tests.FILE: str(names),
        "PYTHONPATH": os.pathsep.join((str(copy), str(Path(__file__).parent.parent))),
    }
    options = ("-q", "-x", "-rfE", "--tb=no", "--no-header", "-p", "no:cacheprovider", "--hypothesis-seed=0")
    files = sorted({test.file for test in tests})
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-p", "mutation.chosen_tests", *options, *files],
        cwd=copy,
        env=surroundings,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    resource.prlimit(process.pid, resource.RLIMIT_CPU, (limit, limit))
    try:
        said, _ = process.communicate(timeout=10 * limit)
    except subprocess.TimeoutExpired:
        said = ""
    finally:
        _end(process)
    return process.returncode, said


def _end(process: subprocess.Popen[str]) -> None:
    """End what the tests left running."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
