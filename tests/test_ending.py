"""Runs that are ended from outside: nothing of them works on, nothing half done is left, and no traceback is said."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

SPINNING = "{{range until 100000}}{{range until 100000}}{{end}}{{end}}"
MARK = "ASSAY_TEST_RUN"
PATIENCE = 20.0
"""Seconds for what takes a fraction of one on an idle machine."""
ENDS = {
    signal.SIGTERM: -signal.SIGTERM,
    signal.SIGHUP: -signal.SIGHUP,
    signal.SIGKILL: -signal.SIGKILL,
    signal.SIGINT: 130,
}


def members(mark: str, folder: Path) -> set[int]:
    """The processes that have a mark in their environment, or a folder: a program that renders has nothing of ours."""
    found = set()
    for entry in Path("/proc").iterdir():
        try:
            if not entry.name.isdecimal():
                continue
            told = (entry / "environ").read_bytes().split(b"\0")
            if f"{MARK}={mark}".encode() in told or any(f"HOME={folder}/".encode() in item for item in told):
                found.add(int(entry.name))
        except OSError:
            continue
    return found


def seconds(process: int) -> float:
    """What a process took of a processor."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def eventually(holds: Callable[[], bool], patience: float = PATIENCE) -> bool:
    end = time.monotonic() + patience
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    """A chart that is never done."""
    (tmp_path / "chart" / "templates").mkdir(parents=True)
    (tmp_path / "chart" / "Chart.yaml").write_text("apiVersion: v2\nname: web\nversion: 1.0.0\n")
    (tmp_path / "chart" / "templates" / "a.yaml").write_text(SPINNING)
    (tmp_path / "temporary").mkdir()
    return tmp_path


def _heed_signals() -> None:
    """What started the tests may have them ignore these, as nohup and a shell's `&` do, and a child inherits that."""
    for number in (signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


@pytest.fixture
def started(chart: Path, request: pytest.FixtureRequest) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts a scan whose processes have a mark, which is the name of the test."""
    running: list[subprocess.Popen[str]] = []

    def start(*arguments: str, cwd: Path = chart) -> subprocess.Popen[str]:
        environment = {**os.environ, MARK: request.node.name, "TMPDIR": str(chart / "temporary")}
        command = [sys.executable, "-m", "scanner", "scan", *arguments]
        running.append(
            subprocess.Popen(
                command,
                cwd=cwd,
                env=environment,
                stderr=subprocess.PIPE,
                text=True,
                preexec_fn=_heed_signals,  # noqa: PLW1509 - no thread of ours runs here
            )
        )
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.communicate()
    for left in members(request.node.name, chart / "temporary"):
        os.kill(left, signal.SIGKILL)


@pytest.mark.parametrize("number", ENDS, ids=lambda number: number.name)
def test_a_run_that_is_ended_takes_its_processes_along(
    number: signal.Signals, chart: Path, started: Callable[..., subprocess.Popen[str]], request: pytest.FixtureRequest
) -> None:
    mark, temporary = request.node.name, chart / "temporary"
    main = started("chart", "--output", "html=report.html")
    assert eventually(lambda: any(seconds(each) > 0.5 for each in members(mark, temporary) - {main.pid}), 60)
    main.send_signal(number)
    assert main.wait(PATIENCE) == ENDS[number]
    assert eventually(lambda: not members(mark, temporary))
    assert main.stderr is not None
    assert main.stderr.read().strip() == ""
    assert sorted(path.name for path in chart.iterdir()) == ["chart", "temporary"]
    if number is not signal.SIGKILL:  # after which nobody can clear up
        assert list((chart / "temporary").iterdir()) == []


def started_by(program: Path) -> set[int]:
    """The processes of a program, which has none of our environment."""
    found = set()
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdecimal() and str(program).encode() in (entry / "cmdline").read_bytes().split(b"\0"):
                found.add(int(entry.name))
        except OSError:
            continue
    return found


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
def test_a_program_and_what_it_started_end_too(
    number: signal.Signals, chart: Path, started: Callable[..., subprocess.Popen[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    program = chart / "bin" / "checkov"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\nimport os\nos.fork()\nwhile True: pass\n")
    program.chmod(0o755)
    (chart / "main.tf").write_text('resource "aws_s3_bucket" "x" {}\n')
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    main = started("main.tf", "--engine", "checkov")
    assert eventually(lambda: len([each for each in started_by(program) if seconds(each)]) == 2, 60)
    main.send_signal(number)
    assert main.wait(PATIENCE) == ENDS[number]
    assert eventually(lambda: not started_by(program))


INTERRUPTING = """\
import os, signal
class Interrupting:
    def __set_name__(self, owner, name):
        os.kill(os.getpid(), signal.SIGINT)
class Interrupted:
    attribute = Interrupting()
"""
"""An interrupt while a module is loaded, where Python makes another error of what a handler raises."""


def ways(repository: Path) -> dict[str, list[str]]:
    """How the program is started: by the module, and by the script that is installed for the entry point."""
    script = tomllib.loads((repository / "pyproject.toml").read_text())["project"]["scripts"]["assay"]
    module, _, function = script.partition(":")
    return {
        "module": ["-m", "scanner"],
        "script": ["-c", f"import sys\nfrom {module} import {function} as run\nsys.exit(run())"],
    }


@pytest.mark.parametrize("loaded", ["click", "msgspec"])
@pytest.mark.parametrize("way", ["module", "script"])
def test_an_interrupt_while_the_program_is_loaded(way: str, loaded: str, tmp_path: Path, repository: Path) -> None:
    (tmp_path / f"{loaded}.py").write_text(INTERRUPTING)
    done = subprocess.run(
        [sys.executable, *ways(repository)[way], "scan", "."],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(tmp_path), str(repository)))},
        preexec_fn=_heed_signals,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_terminal_is_left_as_it_was(number: signal.Signals) -> None:
    code = (
        "import os\nfrom scanner.cleanup import exit_when_interrupted\nfrom scanner.cli import progress\n"
        "progress._PATIENCE = 0\nexit_when_interrupted()\n"
        f"with progress.Progress(shown=True) as each:\n    each(None)\n    os.kill(os.getpid(), {int(number)})\n"
    )
    reader, writer = os.openpty()
    command = [sys.executable, "-c", code]
    environment = {**os.environ, "TERM": "xterm"}
    done = subprocess.run(command, stderr=writer, env=environment, preexec_fn=_heed_signals, check=False)
    os.close(writer)
    shown = b""
    with suppress(OSError):  # that nobody writes any more
        while part := os.read(reader, 65536):
            shown += part
    os.close(reader)
    assert done.returncode == ENDS[number]
    assert b"1 inputs" in shown
    assert shown.rindex(b"\x1b[?25h") > shown.rindex(b"\x1b[?25l")
    assert shown.rindex(b"\x1b[2K") > shown.rindex(b"1 inputs")


@pytest.mark.slow
@pytest.mark.parametrize("number", ENDS, ids=lambda number: number.name)
def test_at_any_moment(
    number: signal.Signals,
    tmp_path: Path,
    repository: Path,
    started: Callable[..., subprocess.Popen[str]],
    request: pytest.FixtureRequest,
) -> None:
    mark, draw = request.node.name, Random(number)
    outputs = [part for name in ("json", "html", "sarif") for part in ("--output", f"{name}={tmp_path / name}")]
    whole = 3.0
    for moment in range(50 // len(ENDS) + 1):
        main = started(str(repository / "examples"), "chart", *outputs, "--jobs", "2")
        time.sleep(draw.uniform(0.3, whole))  # the moment is what is tested
        main.send_signal(number)
        main.wait(PATIENCE)
        assert eventually(lambda: not members(mark, tmp_path / "temporary"), 2), moment
        assert main.stderr is not None
        said = main.stderr.read()
        assert "Traceback" not in said, (moment, said)
        left = [path.name for path in tmp_path.iterdir() if path.name.endswith(".tmp")]
        assert not left or number is signal.SIGKILL, moment
