"""Every file that is read is a regular one of bounded size: a pipe or an endless device is an error, not a wait."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner import safe_read
from tests.command_line import assay, fault

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: app}
spec:
  containers:
    - {name: a, image: "a:1", securityContext: {privileged: true}}
"""
SECONDS = 30
FILES = ("--framework-file", "--scope", "--policies", "--values", "--config")
FOLDERS = ("--rules", "--policies")


@pytest.fixture(autouse=True)
def bounded() -> Iterator[None]:
    """What waits for ever fails."""

    def late(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "work").mkdir()
    (tmp_path / "work/pod.yaml").write_text(POD)
    os.mkfifo(tmp_path / "work/pipe.yaml")
    return tmp_path / "work"


@pytest.mark.parametrize("option", FILES)
@pytest.mark.parametrize("path", ["pipe.yaml", "/dev/zero"])
def test_an_option_that_takes_a_file_takes_a_regular_one(folder: Path, option: str, path: str) -> None:
    done = assay("scan", "pod.yaml", option, path, cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{path}: not a regular file" in fault(done)


@pytest.mark.parametrize("option", FOLDERS)
@pytest.mark.parametrize("target", ["", "/dev/zero"])
def test_an_option_that_takes_a_folder_reads_regular_files_in_it(folder: Path, option: str, target: str) -> None:
    (folder / "own/inner").mkdir(parents=True)
    if target:
        (folder / "own/inner/x.yaml").symlink_to(target)
    else:
        os.mkfifo(folder / "own/inner/x.yaml")
    done = assay("scan", "pod.yaml", option, "own", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    said = "is a link to a file outside" if target else "not a regular file"
    assert f"own/inner/x.yaml: {said}" in fault(done)
    assert f"own/inner/x.yaml: {said}" in assay("rules", "test", "own", cwd=folder).stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("rules", "test", "own"),
        ("rules", "export", "--rules", "own"),
        ("rules", "export", "--config", "pipe.yaml"),
        ("rules", "list", "--framework", "own", "--framework-file", "pipe.yaml"),
        ("frameworks", "list", "--framework-file", "/dev/zero"),
        ("config", "show", "--config", "/dev/zero"),
        ("fix", "pod.yaml", "--rules", "own"),
        ("fix", "pod.yaml", "--values", "pipe.yaml"),
        ("hook", "pod.yaml", "--config", "pipe.yaml"),
    ],
    ids=" ".join,
)
def test_other_commands_take_regular_files_too(folder: Path, arguments: tuple[str, ...]) -> None:
    (folder / "own").mkdir()
    os.mkfifo(folder / "own/x.yaml")
    done = assay(*arguments, cwd=folder)
    assert done.returncode in {1, 2}
    assert "not a regular file" in fault(done)


@pytest.mark.parametrize("option", FILES)
def test_a_file_of_an_option_has_a_bounded_size(folder: Path, option: str) -> None:
    with (folder / "large.yaml").open("wb") as file:
        file.truncate(safe_read.NAMED_BYTES + 1)
    done = assay("scan", "pod.yaml", option, "large.yaml", cwd=folder)
    assert done.returncode == 2
    assert "large.yaml: larger than 16 MiB" in fault(done)


def test_a_configuration_that_is_found_is_a_regular_file(folder: Path) -> None:
    os.mkfifo(folder / "assay.yaml")
    done = assay("scan", "pod.yaml", cwd=folder)
    assert done.returncode == 2
    assert "assay.yaml: not a regular file" in fault(done)


def test_a_pipe_that_is_named_is_told_as_not_read(folder: Path) -> None:
    done = assay("scan", "pod.yaml", "pipe.yaml", "/dev/zero", "--explain-inputs", cwd=folder)
    assert done.returncode == 4
    assert done.stdout.count("not a regular file") == 2


def test_a_pipe_in_a_chart_holds_nothing_up(folder: Path) -> None:
    (folder / "chart/templates").mkdir(parents=True)
    (folder / "chart/Chart.yaml").write_text("apiVersion: v2\nname: web\nversion: 0.1.0\n")
    (folder / "chart/templates/pod.yaml").write_text(POD)
    for name in ("values.yaml", "templates/x.yaml", ".helmignore", "requirements.yaml"):
        os.mkfifo(folder / "chart" / name)
    assert assay("scan", "chart", cwd=folder).returncode == 1


@pytest.mark.parametrize("name", ["index", "HEAD", "config", "packed-refs", "info/attributes", "objects/pack/a.idx"])
@pytest.mark.parametrize("target", ["", pytest.param("/dev/zero", marks=pytest.mark.slow)])
def test_git_is_not_asked_about_a_repository_of_odd_files(folder: Path, name: str, target: str) -> None:
    subprocess.run(["git", "init", "--quiet", "."], cwd=folder, check=True)
    subprocess.run(["git", "add", "pod.yaml"], cwd=folder, check=True)
    odd = folder / ".git" / name
    odd.unlink(missing_ok=True)
    odd.parent.mkdir(exist_ok=True)
    if target:
        odd.symlink_to(target)
    else:
        os.mkfifo(odd)
    assert assay("scan", ".", "--output", "json", cwd=folder).returncode == 1
    done = assay("scan", ".", "--git-revision", "HEAD", cwd=folder)
    assert done.returncode == 2
    assert f".git/{name} is not a regular file, so Git is not used" in fault(done)


@pytest.mark.parametrize("setting", ["core.attributesFile", "core.excludesFile", "include.path"])
def test_a_setting_of_git_that_names_an_endless_file_holds_nothing_up(folder: Path, setting: str) -> None:
    subprocess.run(["git", "init", "--quiet", "."], cwd=folder, check=True)
    subprocess.run(["git", "config", setting, "/dev/zero"], cwd=folder, check=True)
    assert assay("scan", ".", "--output", "json", cwd=folder).returncode == 1
