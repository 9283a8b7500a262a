"""The tutorial's files and commands, run as they stand, print what the tutorial prints."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

PAGE = REPOSITORY / "docs" / "tutorial.md"
_BLOCK = re.compile(
    r'^```(?P<language>\w+)(?: title="(?P<title>[^"]+)")?\n(?P<text>.*?)^```$', re.MULTILINE | re.DOTALL
)
_ANYTHING = "…"
_INSTALLATION = 3
"""Commands that make the virtual environment and install Assay into it; the first of all."""


@dataclass(frozen=True)
class Command:
    """A command of the tutorial and the lines that it prints."""

    text: str
    prints: tuple[str, ...]


@dataclass(frozen=True)
class Made:
    """A file that the tutorial has its reader write."""

    name: str
    text: str


def steps(page: str) -> Iterator[Made | Command]:
    """What a reader does, in the order of the page."""
    for block in _BLOCK.finditer(page):
        if block["title"]:
            yield Made(block["title"], block["text"])
        elif block["language"] == "console":
            for part in re.split(r"^\$ ", block["text"], flags=re.MULTILINE)[1:]:
                command, *lines = part.splitlines()
                yield Command(command, tuple(lines))


class Shell:
    """A shell that runs commands one after the other, and says what each printed on both streams."""

    def __init__(self, folder: Path, path: str) -> None:
        environment = {
            "PATH": path,
            "HOME": str(folder / "home"),
            "COLUMNS": "100",
            "LC_ALL": "C.UTF-8",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        }
        self._process = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        self.folder = folder

    def run(self, command: str) -> list[str]:
        """Lines that a command printed."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{command}\n__code=$?; pwd; echo ---; (exit $__code)\n")
        self._process.stdin.flush()
        printed: list[str] = []
        for line in self._process.stdout:
            if line == "---\n":
                self.folder = Path(printed.pop())
                return printed
            printed.append(line.rstrip("\n").rstrip())
        raise AssertionError(f"the shell ended at {command}: {printed}")

    def close(self) -> None:
        """End the shell."""
        self._process.communicate("exit\n", timeout=60)


def renewed(prints: tuple[str, ...], printed: list[str]) -> list[str]:
    """What a page says of an output: as many lines as before where the rest is left out, otherwise all."""
    if prints and prints[-1] == _ANYTHING:
        return [*printed[: len(prints) - 1], _ANYTHING]
    return list(prints) if matches(prints, printed) else printed


def matches(expected: tuple[str, ...], printed: list[str]) -> bool:
    """Whether lines are those expected; a line `…` stands for any lines, and `…` in a line for any text."""
    pattern = "".join(
        r"(?:.*\n)*" if line == _ANYTHING else re.escape(line).replace(re.escape(_ANYTHING), ".*") + r"\n"
        for line in expected
    )
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in printed)) is not None


def lay_checkout(folder: Path) -> None:
    """Copy the tracked files of this repository into a folder."""
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, check=True).stdout
    for name in filter(None, tracked.decode().split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(REPOSITORY / name, folder / name)


def follow(shell: Shell, todo: list[Made | Command]) -> Iterator[tuple[Command, list[str]]]:
    """Do all steps, and give each command with what it printed."""
    for step in todo:
        if isinstance(step, Command):
            yield step, shell.run(step.text)
        else:
            path = shell.folder / step.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(step.text, encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("installed", [False, True])
def test_the_tutorial_prints_what_it_says(tmp_path: Path, request: pytest.FixtureRequest, *, installed: bool) -> None:
    page = PAGE.read_text(encoding="utf-8")
    todo = list(steps(page))
    (tmp_path / "home").mkdir()
    if installed:
        lay_checkout(tmp_path / "assay")
        shell = Shell(tmp_path, f"{Path(sys.base_exec_prefix, 'bin')}:/usr/bin:/bin")
    else:
        todo = todo[_INSTALLATION:]
        shell = Shell(tmp_path, f"{Path(sys.executable).parent}:/usr/bin:/bin")
    wrong = []
    for command, printed in follow(shell, todo):
        if not matches(command.prints, printed):
            wrong.append("\n".join((f"$ {command.text}", *printed)))
        new = "\n".join((f"$ {command.text}", *renewed(command.prints, printed), ""))
        page = page.replace("\n".join((f"$ {command.text}", *command.prints, "")), new, 1)
    shell.close()
    assert len(todo) > _INSTALLATION
    if request.config.getoption("--regold") and not installed:
        PAGE.write_text(page, encoding="utf-8")
        return
    assert not wrong, "\n\n".join(wrong)
