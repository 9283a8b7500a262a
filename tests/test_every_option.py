"""Every option and argument of every command, as click knows them: no pipe or endless device holds one up."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from scanner.cli import assay as program
from tests.command_line import assay

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: 'a:1'}]}\n"
BASELINE = f"""\
{{"format": "assay-baseline/1", "tool": {{"name": "Assay", "version": "1"}}, "ruleset_digest": "{"0" * 64}",
"findings": [], "unread": [], "subjects": []}}
"""
SECONDS = 30
ODD = ("pipe.yaml", "/dev/zero", "folder", "linked", ".")
"""A pipe, an endless device, a folder of pipes and links to such, a link to a pipe, and the folder of all these."""
NEEDED = {"identity": "a.x", "rule": "a.x", "framework": "soc2", "name": "a", "file": "base.json"}
"""What is given for an argument that a command needs beside the one that is tried."""
Tried = tuple[tuple[str, ...], click.Command, click.Parameter]


def tried(command: click.Command = program, path: tuple[str, ...] = ()) -> Iterator[Tried]:
    """(words, command, parameter) of each one that takes a text."""
    context = click.Context(command)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from tried(inner, (*path, name))
        return
    for parameter in command.params:
        if not getattr(parameter, "is_flag", False) and isinstance(
            parameter.type, click.types.StringParamType | click.Path
        ):
            yield path, command, parameter


def names_a_file(parameter: click.Parameter) -> bool:
    return (
        isinstance(parameter, click.Argument)
        or isinstance(parameter.type, click.Path)
        or parameter.metavar in {"FILE", "FOLDER", "DIR", "PATH", "FORMAT[=FILE]"}
    )


EACH = [
    pytest.param(
        each,
        id=f"{' '.join(each[0])} {each[2].opts[0]}",
        marks=[] if each[0] == ("scan",) and names_a_file(each[2]) else [pytest.mark.slow],
    )
    for each in tried()
]


def arguments(each: Tried, value: str) -> list[str]:
    """A command line in which a parameter has a value, and the rest is as short as it can be."""
    words, command, parameter = each
    rest = [
        value if other is parameter else NEEDED.get(str(other.name), "pod.yaml")
        for other in command.params
        if isinstance(other, click.Argument) and (other is parameter or other.required or other.name == "paths")
    ]
    if isinstance(parameter, click.Argument):
        return [*words, "--", *rest]
    value = f"json={value}" if parameter.metavar == "FORMAT[=FILE]" else value
    return [*words, *rest, parameter.opts[0], value]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of odd files, in which nobody reads a pipe."""
    (tmp_path / "folder/inner").mkdir(parents=True)
    (tmp_path / "pod.yaml").write_text(POD)
    (tmp_path / "base.json").write_text(BASELINE)
    for name in ("pipe.yaml", "folder/x.yaml", "folder/inner/y.yaml", "folder/kustomization.yaml", "folder/Chart.yaml"):
        os.mkfifo(tmp_path / name)
    (tmp_path / "linked").symlink_to("pipe.yaml")
    (tmp_path / "folder/zero.yaml").symlink_to("/dev/zero")
    return tmp_path


def test_every_option_that_names_a_file_is_tried() -> None:
    found = {(*words, parameter.opts[0]) for words, _, parameter in tried()}
    assert {("scan", "--framework-file"), ("scan", "--root"), ("scan", "paths"), ("scan", "--output")} < found
    assert {("gate", "--baseline"), ("baseline", "write", "file"), ("baseline", "prune", "paths")} < found
    assert {("rules", "test", "paths"), ("rules", "export", "--output"), ("fix", "--values")} & found
    assert len(found) > 50


@pytest.mark.parametrize("each", EACH)
def test_nothing_that_is_named_holds_a_run_up(each: Tried, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def late(*_: object) -> None:
        raise TimeoutError

    monkeypatch.setattr("scanner.safe_write._PATIENCE", 0.1)
    before = signal.signal(signal.SIGALRM, late)
    try:
        for value in ODD:
            signal.alarm(SECONDS)
            done = assay(*arguments(each, value), cwd=folder)
            assert done.returncode in range(5), done.stderr
            assert "internal error of Assay" not in done.stderr
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def test_a_pipe_is_written_when_somebody_reads_it(folder: Path) -> None:
    reader = os.open(folder / "pipe.yaml", os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert assay("scan", "pod.yaml", "--output", "json=pipe.yaml", cwd=folder).returncode in {0, 1}
        assert b'"format":"assay-results/2"' in os.read(reader, 100)
    finally:
        os.close(reader)
