"""A machine with other work: a scan says the same bytes as on an idle one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree

import pytest

from tests.command_line import assay_process
from tests.test_hostile import LONGEST, ROWS

pytestmark = pytest.mark.slow
SPINNING = "{{range until 100000}}{{range until 100000}}{{end}}{{end}}"
AT_ONE_MOMENT = {"SOURCE_DATE_EPOCH": "1700000000"}


@pytest.fixture
def bundle(tmp_path: Path, repository: Path) -> Path:
    """The example, every hostile input, and a chart that is never done."""
    copytree(repository / "examples", tmp_path / "examples")
    for number, (name, row) in enumerate(ROWS.items()):
        if name not in LONGEST:
            (tmp_path / f"hostile-{number}").mkdir()
            (tmp_path / f"hostile-{number}" / row.file).write_bytes(row.bytes())
    (tmp_path / "chart" / "templates").mkdir(parents=True)
    (tmp_path / "chart" / "Chart.yaml").write_text("apiVersion: v2\nname: web\nversion: 1.0.0\n")
    (tmp_path / "chart" / "templates" / "a.yaml").write_text(SPINNING)
    return tmp_path


@contextmanager
def load() -> Iterator[None]:
    """Two processes for each processor that do nothing but work."""
    number = 2 * len(os.sched_getaffinity(0))
    spinning = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(number)]
    try:
        yield
    finally:
        for process in spinning:
            process.kill()
            process.wait()


def test_a_scan_under_load_says_the_same(bundle: Path) -> None:
    arguments = ("scan", ".", "--quiet", "--include-passes", "--output", "json", "--limit", "seconds=4")
    alone = assay_process(*arguments, cwd=bundle, **AT_ONE_MOMENT)
    with load():
        loaded = assay_process(*arguments, cwd=bundle, **AT_ONE_MOMENT)
    assert alone.returncode == loaded.returncode == 4
    assert "needs more than 4 seconds of CPU time" in alone.stdout
    assert loaded.stdout == alone.stdout
    assert (alone.stderr, loaded.stderr) == ("", "")
