"""The action of GitHub: its steps are run here as a runner runs them, and what it is given is never a command."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import REPOSITORY
from tests.test_sources_git import commit, git

ACTION: dict[str, Any] = yaml.safe_load((REPOSITORY / "action.yml").read_text())
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {containers: [{name: web, image: "web:1", securityContext: {privileged: true}}]}
"""
GIVEN = {"COMMAND": "", "GITHUB_BASE_REF": "", "PATHS": ".", "FAIL_ON": "", "ARGS": "", "UPLOAD": "false"}
"""What a runner gives for the defaults of the inputs, for a push."""
HOSTILE = ("$(touch owned)", "`touch owned`", "; touch owned", "a b", "*", "--config=owned.yaml", "x' \" \\")


def step(name: str) -> dict[str, Any]:
    return next(each for each in STEPS if each.get("id") == name)


@pytest.fixture
def runner(tmp_path: Path) -> Path:
    """A runner with the Assay of this checkout installed, and a file to scan."""
    (tmp_path / "work").mkdir()
    (tmp_path / "work/pod.yaml").write_text(POD)
    program = tmp_path / "temp/assay/bin/assay"
    program.parent.mkdir(parents=True)
    words = f'printf "%s\\0" "$@" >{shlex.quote(str(tmp_path))}/words; exec {sys.executable} -m scanner "$@"'
    program.write_text(f"#!/bin/sh\n{words}\n")
    program.chmod(0o755)
    return tmp_path


def run(runner: Path, name: str, **given: str) -> subprocess.CompletedProcess[str]:
    files = {file: str(runner / file) for file in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "RUNNER_TEMP": str(runner / "temp"), **files, **given}
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step(name)["run"]]
    return subprocess.run(command, cwd=runner / "work", env=environment, capture_output=True, text=True, check=False)


def words(runner: Path) -> list[str]:
    """What the program was called with."""
    return (runner / "words").read_text().split("\0")[:-1]


def outputs(runner: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in (runner / "GITHUB_OUTPUT").read_text().splitlines())


def test_a_scan_annotates_and_summarises(runner: Path) -> None:
    done = run(runner, "assay", **GIVEN)
    assert done.returncode == 1
    assert "::error file=pod.yaml,line=4," in done.stdout
    assert (runner / "GITHUB_STEP_SUMMARY").read_text().startswith("## Assay: failed")
    assert outputs(runner) == {"exit-code": "1"}


def test_inputs_become_options(runner: Path) -> None:
    given = {
        "PATHS": "pod.yaml\n\n",
        "FAIL_ON": "critical",
        "ARGS": "--skip\nkubernetes.*privileged*\n",
        "UPLOAD": "true",
    }
    done = run(runner, "assay", **given)
    assert done.returncode == 0, done.stdout
    assert words(runner)[-5:] == ["--fail-on=critical", "--skip", "kubernetes.*privileged*", "--", "pod.yaml"]
    assert Path(outputs(runner)["sarif"]).read_text().startswith("{")


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("name", ["PATHS", "FAIL_ON", "ARGS"])
def test_an_input_is_a_word_and_never_a_command(runner: Path, name: str, text: str) -> None:
    done = run(runner, "assay", **{**GIVEN, name: text})
    assert done.returncode in (2, 3)
    assert any(word in (text, f"--fail-on={text}") for word in words(runner))
    assert not (runner / "work/owned").exists()
    assert outputs(runner)["exit-code"] == str(done.returncode)


def test_a_path_is_no_option(runner: Path) -> None:
    run(runner, "assay", **{**GIVEN, "PATHS": "--config=owned.yaml"})
    assert words(runner)[-2:] == ["--", "--config=owned.yaml"]


@pytest.fixture
def pull_request(runner: Path) -> Path:
    """The same for a pull request that adds a file, on a branch whose file has a finding."""
    work = runner / "work"
    git(work, "init", "--quiet", "--initial-branch", "main")
    commit(work)
    git(work, "update-ref", "refs/remotes/origin/main", "HEAD")
    (work / "new.yaml").write_text(POD.replace("name: web", "name: new"))
    commit(work)
    return runner


PULL_REQUEST = {**GIVEN, "GITHUB_BASE_REF": "main"}


def test_a_pull_request_fails_for_what_it_makes_worse_alone(pull_request: Path) -> None:
    done = run(pull_request, "assay", **PULL_REQUEST)
    assert done.returncode == 1
    assert words(pull_request)[0] == "gate"
    assert "::error file=new.yaml,line=4," in done.stdout
    assert "pod.yaml" not in done.stdout
    git(pull_request / "work", "revert", "--no-edit", "HEAD")
    assert run(pull_request, "assay", **PULL_REQUEST).returncode == 0


@pytest.mark.parametrize(
    ("command", "base", "started"),
    [("", "", "scan"), ("scan", "main", "scan"), ("gate", "main", "gate"), ("scan", "", "scan")],
)
def test_the_input_names_the_command(pull_request: Path, command: str, base: str, started: str) -> None:
    run(pull_request, "assay", **{**GIVEN, "COMMAND": command, "GITHUB_BASE_REF": base})
    assert words(pull_request)[0] == started


def test_a_shallow_checkout_is_told_how_to_get_the_history(pull_request: Path) -> None:
    work = pull_request / "work"
    (work / ".git/shallow").write_text(git(work, "rev-parse", "HEAD"))
    git(work, "update-ref", "-d", "refs/remotes/origin/main")
    done = run(pull_request, "assay", **PULL_REQUEST)
    assert done.returncode == 2
    assert "set fetch-depth: 0 for actions/checkout, or run: git fetch --unshallow origin" in done.stdout


@pytest.mark.parametrize("text", [*HOSTILE, "hook", "gate;x"])
def test_no_other_command_is_run(runner: Path, text: str) -> None:
    done = run(runner, "assay", **{**GIVEN, "COMMAND": text})
    assert (done.returncode, done.stdout) == (2, "::error title=Assay::the input command is neither gate nor scan\n")
    assert not (runner / "words").exists()


def test_nothing_is_put_into_a_script_and_every_action_is_held_to_a_commit() -> None:
    assert not [each["run"] for each in STEPS if "${{" in each.get("run", "")]
    used = re.findall(r"uses: (.*)", (REPOSITORY / "action.yml").read_text())
    assert len(used) == 2
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", each) for each in used)
    assert "token" not in str(ACTION["inputs"]) + str(STEPS)


def test_every_input_is_used_and_explained() -> None:
    used = re.findall(r"inputs\.([\w-]+)", str(STEPS))
    assert sorted(used) == sorted(ACTION["inputs"])
    assert all(each["description"] for each in ACTION["inputs"].values())


def test_a_pull_request_from_a_fork_uploads_nothing() -> None:
    upload = next(each for each in STEPS if "upload-sarif" in each.get("uses", ""))
    assert "github.event.pull_request.head.repo.fork != true" in upload["if"]
