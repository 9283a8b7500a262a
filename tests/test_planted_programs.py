"""Programs that a repository holds under names of those that Assay starts, and names that would be options to them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

PROGRAMS = ("git", "helm", "kustomize", "kubectl", "checkov")
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: 'a:1'}]}\n"
CHART = "apiVersion: v2\nname: %s\nversion: 0.1.0\n"
RELATIVE = {
    "not set": None,
    "empty": "",
    "the working directory": f".{os.pathsep}/usr/bin{os.pathsep}/bin",
    "an empty folder": f"{os.pathsep}/usr/bin{os.pathsep}/bin",
    "a relative folder": f"bin{os.pathsep}/usr/bin{os.pathsep}/bin",
}


def planted(folder: Path, where: str, names: tuple[str, ...], text: str) -> None:
    (folder / where).mkdir(exist_ok=True)
    for name in names:
        (folder / where / name).write_text(text)
        (folder / where / name).chmod(0o755)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A checkout with a chart and an overlay, in which each program would leave a file."""
    folder = tmp_path / "checkout"
    (folder / "chart/templates").mkdir(parents=True)
    (folder / "chart/Chart.yaml").write_text(CHART % "web")
    (folder / "chart/templates/pod.yaml").write_text(POD)
    (folder / "overlay").mkdir()
    (folder / "overlay/kustomization.yaml").write_text("resources: [pod.yaml]\n")
    (folder / "overlay/pod.yaml").write_text(POD)
    for where in (".", "bin"):
        planted(folder, where, PROGRAMS, f"#!/bin/sh\n: > '{tmp_path / 'started'}'\n")
    subprocess.run(["git", "init", "--quiet", "."], cwd=folder, check=True)
    return folder


@pytest.mark.parametrize("path", RELATIVE)
@pytest.mark.parametrize("where", ["in the repository", "elsewhere"])
def test_no_program_of_the_repository_is_started(repository: Path, path: str, where: str) -> None:
    (repository.parent / "elsewhere").mkdir()
    environment = {name: value for name, value in os.environ.items() if name != "PATH"}
    if (given := RELATIVE[path]) is not None:
        environment["PATH"] = given
    cwd = repository if where == "in the repository" else repository.parent / "elsewhere"
    for further in (("--output", "json"), ("--git-revision", "HEAD"), ("--engine", "checkov")):
        command = [sys.executable, "-m", "scanner", "scan", str(repository), *further]
        done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode in {1, 2, 4}, done.stderr
    assert not (repository.parent / "started").exists()


@pytest.mark.parametrize(
    "name", ["--no-hooks", "--post-renderer=evil", "--dependency-update", "'--output-dir=x'", "-f"]
)
def test_the_name_of_a_chart_is_no_option(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "chart/templates").mkdir(parents=True)
    (tmp_path / "chart/Chart.yaml").write_text(CHART % name)
    (tmp_path / "chart/templates/pod.yaml").write_text(POD)
    planted(tmp_path, "bin", ("helm",), f"#!/bin/sh\nprintf '%s\\n' \"$@\" > '{tmp_path / 'given'}'\n")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    command = [sys.executable, "-m", "scanner", "scan", "chart"]
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    verb, release, *_ = (tmp_path / "given").read_text().splitlines()
    assert (verb, release) == ("template", "release-name")
