"""A pack is written whole or not at all: through no link, on a full disk, and however the run ends."""

from __future__ import annotations

import os
import random
import re
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scanner.errors import AssayError, UsageError
from scanner.evidence.packing import write_pack
from scanner.evidence.reading import opened
from tests.command_line import assay, fault
from tests.evidence_repository import SELECT, build, make_repository

pytestmark = pytest.mark.slow

CONTENT = {f"folder/{number}/{number}.txt": b"x" * 5000 for number in range(30)} | {"MANIFEST.sha256": b"last"}
_WRITER = """
import os, signal, sys
from pathlib import Path
from scanner.errors import UsageError
from scanner.evidence.packing import write_pack

content = {f"folder/{number}/{number}.txt": b"x" * 5000 for number in range(30)} | {"MANIFEST.sha256": b"last"}
left, number = int(sys.argv[2]), getattr(signal, sys.argv[3])

def ended(event, given):
    global left
    if event in ("open", "os.mkdir", "os.rename", "os.listdir", "os.chmod", "os.rmdir", "os.scandir"):
        left -= 1
        if left == -1:
            os.kill(os.getpid(), number)

sys.addaudithook(ended)
write_pack(Path(sys.argv[1]), content.items())
"""
"""Writes a pack, and is ended from outside before one of the steps in which it writes."""


_KILLER = """
import os, random, shutil, signal, sys, time
from pathlib import Path
from scanner.cli import main
from scanner.cli.evidence_build import command
from scanner.evidence.reading import opened
from scanner.evidence.verifying import verify

target, seed, longest = Path(sys.argv[1]), random.Random(20), 0.0
for moment in range(52):
    started = time.monotonic()
    child = os.fork()
    if not child:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        sys.argv = ["assay", *sys.argv[2:]]
        main()
    killed = moment > 1
    if killed:
        time.sleep(seed.uniform(0, longest))
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    if not killed:
        longest = time.monotonic() - started
    if target.exists() or not killed:
        if faults := verify(opened(target)).faults:
            sys.exit(f"run {moment}: {faults}")
        shutil.rmtree(target)
"""
"""Builds a pack twice, then 50 times with SIGKILL at a seeded moment; what is there is a whole pack, or it fails."""


def ended_at(moment: int, target: Path, by: str) -> int:
    run = [sys.executable, "-c", _WRITER, str(target), str(moment), by]
    return subprocess.run(run, check=False, capture_output=True).returncode


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return make_repository(tmp_path / "bank")


def command(target: Path) -> list[str]:
    chosen = [part for rule in SELECT for part in ("--select", rule)]
    own = ["evidence", "build", ".", "--framework", "soc2", *chosen, "--out", str(target)]
    return [sys.executable, "-m", "scanner", *own]


@pytest.mark.parametrize("target", ["pack", "pack.zip", "there"])
def test_a_full_disk_is_one_clear_error(repository: Path, tmp_path: Path, target: str) -> None:
    out = tmp_path / "out"
    (out / "there").mkdir(parents=True)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        done = build(repository, out / target)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert done.returncode == 2
    assert fault(done).splitlines()[-1] == f"assay: cannot write {out / target}: file too large"
    assert {path.name for path in out.rglob("*")} == {"there"}


@pytest.mark.parametrize("target", ["pack", "there", "pack.zip"])
def test_a_run_that_is_killed_leaves_no_half_pack(tmp_path: Path, target: str) -> None:
    """Before 50 steps or more, until one run ends by itself."""
    code, moment, there = -signal.SIGKILL, 0, False
    while code == -signal.SIGKILL:
        (tmp_path / str(moment) / "there").mkdir(parents=True)
        path = tmp_path / str(moment) / target
        code = ended_at(moment, path, "SIGKILL")
        found = opened(path).content if path.exists() else {}
        assert found in ({}, CONTENT)
        assert found == CONTENT or not there, "a later step takes nothing away"
        there = bool(found)
        moment += 1 if target == "pack.zip" else 4
    assert (code, there) == (0, True)


def test_a_build_that_is_killed_at_any_moment_leaves_no_half_pack_and_the_next_one_works(
    repository: Path, tmp_path: Path
) -> None:
    target = tmp_path / "out" / "pack"
    run = [sys.executable, "-c", _KILLER, str(target), *command(target)[3:]]
    done = subprocess.run(run, cwd=repository, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    left = {path.name for path in target.parent.iterdir()}
    assert all(re.fullmatch(r"\.assay-[0-9a-f]{32}\.tmp", name) for name in left), left
    assert build(repository, target).returncode == 0
    assert assay("evidence", "verify", str(target), cwd=tmp_path).returncode == 0
    assert left == {path.name for path in target.parent.iterdir()} - {"pack"}


@pytest.mark.parametrize("moment", [0, 1, 7, 60, 100])
def test_a_run_that_is_ended_leaves_nothing(tmp_path: Path, moment: int) -> None:
    (tmp_path / "there").mkdir()
    assert ended_at(moment, tmp_path / "there", "SIGTERM") == -signal.SIGTERM
    assert {path.name for path in tmp_path.rglob("*")} == {"there"}


def test_of_two_runs_at_once_one_writes_the_pack(repository: Path, tmp_path: Path) -> None:
    runs = [
        subprocess.Popen(command(tmp_path / "out" / "pack"), cwd=repository, stderr=subprocess.DEVNULL)
        for _ in range(2)
    ]
    assert sorted(run.wait() for run in runs) == [0, 2]
    assert assay("evidence", "verify", str(tmp_path / "out" / "pack"), cwd=tmp_path).returncode == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"pack"}


@pytest.mark.parametrize("target", ["link", "linked/pack", "linked/pack.zip"])
def test_nothing_is_written_through_a_link_out_of_the_working_directory(
    repository: Path, tmp_path: Path, target: str
) -> None:
    (tmp_path / "outside").mkdir()
    (repository / "link").symlink_to("../outside/new")
    (repository / "linked").symlink_to("../outside")
    done = build(repository, Path(target))
    assert (done.returncode, "leads out of the working directory" in done.stderr) == (2, True), done.stderr
    assert not [*(tmp_path / "outside").iterdir()]


def test_an_empty_folder_keeps_its_mode_and_a_new_one_has_the_usual(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir(mode=0o711)
    before = os.umask(0o027)
    try:
        for name in ("there", "new"):
            write_pack(tmp_path / name, CONTENT.items())
    finally:
        os.umask(before)
    modes = [(tmp_path / name).stat().st_mode & 0o777 for name in ("there", "new", "new/folder", "new/folder/1/1.txt")]
    assert modes == [0o711, 0o750, 0o750, 0o640]


@pytest.fixture
def volume(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Mounts a volume of some size; only root can."""
    folder = tmp_path / "volume"
    folder.mkdir()

    def mount(size: str) -> Path:
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
        if os.geteuid() or subprocess.run(command, check=False, capture_output=True).returncode:
            pytest.xfail("only root mounts a volume")
        return folder

    yield mount
    subprocess.run(["umount", str(folder)], check=False, capture_output=True)


def test_a_mounted_volume_gets_the_files(volume: Callable[[str], Path]) -> None:
    folder = volume("1m")
    write_pack(folder, CONTENT.items())
    assert opened(folder).content == CONTENT


@pytest.mark.parametrize("target", ["", "pack", "pack.zip"])
def test_a_full_volume_is_one_clear_error(volume: Callable[[str], Path], target: str) -> None:
    folder = volume("64k")
    content = CONTENT | {"random": random.Random(20).randbytes(100_000)}
    with pytest.raises(UsageError) as error:
        write_pack(folder / target, content.items())
    assert error.value.message == f"cannot write {folder / target}: no space left on device"
    assert not [*folder.iterdir()]


class _Files:
    """Files that look for the ones before them when they are made, of which the last cannot be made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __iter__(self) -> Iterator[tuple[str, bytes]]:
        for number in range(3):
            assert len([*self.folder.rglob("*.txt")]) == number
            yield f"{number}.txt", b"x"
        raise AssayError("the key was refused")


def test_each_file_is_written_before_the_next_is_made_and_an_error_leaves_none(tmp_path: Path) -> None:
    with pytest.raises(AssayError, match="the key was refused"):
        write_pack(tmp_path / "pack", _Files(tmp_path))
    assert not [*tmp_path.iterdir()]
