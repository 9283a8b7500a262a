"""Files that change under the hands of a scan, and folders that would have their own code run."""

from __future__ import annotations

import os
import subprocess
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

from scanner.limits import Limits
from scanner.model import Input
from scanner.scan import Options, scan
from tests.hostile.row import HERE, POD

SMALL = Options(limits=Limits(bytes=1024 * 1024))
LARGER = "larger than 1 MiB (--limit bytes=SIZE raises this)"
PRIVILEGED = "kubernetes.container-not-privileged"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pod that something happens to, `x.yaml`, between two that are left alone."""
    for name in ("a.yaml", "x.yaml", "z.yaml"):
        (tmp_path / name).write_text(POD)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def grow() -> None:
    with open("x.yaml", "a", encoding="utf-8") as file:
        file.write("# " + "x" * 2_000_000)


def replace(make: Callable[[], object]) -> Callable[[], None]:
    def change() -> None:
        Path("x.yaml").unlink()
        make()

    return change


CHANGES: dict[str, tuple[Callable[[], object], str, str]] = {
    "it vanishes": (lambda: Path("x.yaml").unlink(), "unreadable", "no such file or directory"),
    "it becomes a link": (
        replace(lambda: Path("x.yaml").symlink_to("a.yaml")),
        "unreadable",
        "too many levels of symbolic links",
    ),
    "it becomes a pipe": (replace(lambda: os.mkfifo("x.yaml")), "unreadable", "the file changed while it was read"),
    "it becomes a folder": (replace(lambda: Path("x.yaml").mkdir()), "unreadable", "is a directory"),
    "it becomes empty": (lambda: Path("x.yaml").write_text(""), "skipped", "empty"),
    "it is cut off": (lambda: os.truncate("x.yaml", POD.index("odd\n  ann")), "assessed", ""),
    "it grows beyond all bounds": (grow, "unreadable", LARGER),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_changes_between_meeting_and_reading(
    change: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    happens, status, reason = CHANGES[change]
    real_open = os.open

    def opened(path: str, *rest: int, **named: int) -> int:
        if str(path).endswith("x.yaml") and os.path.lexists("x.yaml"):
            monkeypatch.setattr(os, "open", real_open)
            happens()
        return real_open(path, *rest, **named)

    monkeypatch.setattr(os, "open", opened)
    result = scan([str(folder)], SMALL)
    said = {item.path: (item.status.value, item.reason) for item in result.inputs}
    assert said == {"a.yaml": ("assessed", ""), "x.yaml": (status, reason), "z.yaml": ("assessed", "")}
    lines = {item.location.path: item.location.line for item in result.findings if item.rule == PRIVILEGED}
    assert lines == {"a.yaml": HERE, "z.yaml": HERE}


def test_a_file_that_grows_while_it_is_read_is_read_as_far_as_it_goes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_stat = os.fstat

    def stat(handle: int) -> os.stat_result:
        found = real_stat(handle)
        if found.st_size == len(POD):
            with open(folder / "x.yaml", "a", encoding="utf-8") as file:
                file.write("---\n" + POD)
        return found

    monkeypatch.setattr(os, "fstat", stat)
    result = scan(["x.yaml"])
    assert [item.location.line for item in result.findings if item.rule == PRIVILEGED] == [HERE, 2 * HERE + 1]


def test_a_file_of_the_kernel_that_has_no_size_is_bounded() -> None:
    (item,) = scan(["/proc/self/pagemap"], SMALL).inputs
    assert (item.status.value, item.reason) == ("unreadable", LARGER)


def test_a_file_that_vanishes_while_others_are_read(folder: Path) -> None:
    def watch(item: Input) -> None:
        if item.path == "a.yaml":
            (folder / "z.yaml").unlink(missing_ok=True)

    said = {item.path: item.status.value for item in scan(["."], Options(), watch).inputs}
    assert said["a.yaml"] == said["x.yaml"] == "assessed"
    assert set(said) == {"a.yaml", "x.yaml", "z.yaml"}


def test_nothing_in_the_folder_is_imported(folder: Path) -> None:
    for name in ("yaml", "json", "click", "sitecustomize", "usercustomize", "conftest", "scanner", "rich"):
        (folder / f"{name}.py").write_text(f"open({str(folder / 'started')!r}, 'w')\n")
    command = [os.path.join(sysconfig.get_path("scripts"), "assay"), "scan", ".", "--quiet"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert not (folder / "started").exists()


def test_what_is_no_text_is_lost_on_standard_input_too(folder: Path) -> None:
    command = [os.path.join(sysconfig.get_path("scripts"), "assay"), "scan", "-", "--explain-inputs"]
    done = subprocess.run(command, cwd=folder, input=POD.encode("utf-16-le"), capture_output=True, check=False)
    assert done.returncode == 4
    assert b"not text: a NUL byte at line 1" in done.stdout
