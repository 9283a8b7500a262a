"""The wheel carries its data and works away from the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


def run(*command: str, cwd: Path, **environment: str) -> str:
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_wheel_installs_elsewhere_and_finds_its_rules(tmp_path: Path, repository: Path) -> None:
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path), cwd=repository)
    (wheel,) = tmp_path.glob("*.whl")
    target = tmp_path / "installed"
    run(
        sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(target),
        str(wheel), cwd=tmp_path,
    )  # fmt: skip
    assert (target / "scanner" / "_data" / "templates" / "report.html.j2").is_file()
    assert (target / "scanner" / "_data" / "templates" / "init-github.yml").is_file()
    assert (target / "scanner" / "subjects" / "architecture.schema.json").is_file()
    assert (target / "scanner" / "gate" / "baseline.schema.json").is_file()
    for arguments in (("rules", "list"), ("frameworks", "list")):
        elsewhere = {"PYTHONPATH": str(target), "XDG_CACHE_HOME": str(tmp_path)}
        there = run(sys.executable, "-m", "scanner", *arguments, cwd=tmp_path, **elsewhere)
        here = run(sys.executable, "-m", "scanner", *arguments, cwd=repository)
        assert there == here
    location = run(
        sys.executable, "-c", "import scanner; print(scanner.__file__)", cwd=tmp_path, PYTHONPATH=str(target)
    )
    assert str(target) in location
