"""How a scan looks to a person: width, colours, what is listed and what is counted; and what a pipe gets of it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import assay, fault

PODS = """\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  containers:
    - name: web
      image: registry.example.org/web
      securityContext: {privileged: true}
---
apiVersion: v1
kind: Pod
metadata: {name: api, namespace: shop}
spec: {containers: [{name: api, image: "registry.example.org/api:1"}]}
"""
UNKNOWN = "kubernetes.workload-selected-by-network-policy"
COLOUR = "\x1b["


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pods.yaml").write_text(PODS)
    return tmp_path


def test_what_is_unknown_is_one_entry_for_each_rule_with_what_to_provide(folder: Path) -> None:
    shown = assay("scan", "pods.yaml", cwd=folder).stdout
    head = f"     2  Every workload is isolated by a NetworkPolicy\n        {UNKNOWN}\n"
    entry = shown.partition(head)[2].partition("\n     ")[0]
    assert " ".join(entry.split()).startswith("to decide, scan the folder that holds every NetworkPolicy")
    assert "Pod web" not in entry
    assert "is not stated" not in entry


def test_places_of_what_is_unknown_are_listed_where_they_are_asked_for(folder: Path) -> None:
    shown = assay("scan", "pods.yaml", "--show", "unknown", cwd=folder).stdout.splitlines()
    assert "        pods.yaml:3:12  Pod web" in shown
    assert "        pods.yaml:12:12  Pod api" in shown


def test_statistics_count_by_rule_in_place_of_the_findings(folder: Path) -> None:
    shown = assay("scan", "pods.yaml", "--statistics", cwd=folder, COLUMNS="150").stdout
    assert re.search(r"^ +1 +- +critical +kubernetes.container-not-privileged +Containers do not", shown, re.MULTILINE)
    assert re.search(rf"^ +- +2 +medium +{UNKNOWN}", shown, re.MULTILINE)
    assert "pods.yaml:" not in shown
    assert "outcomes  " in shown
    concise = assay("scan", "pods.yaml", "--statistics", "--output", "concise", cwd=folder).stdout
    assert "kubernetes.container-not-privileged" in concise
    assert "pods.yaml:" not in concise


def test_concise_is_one_line_a_finding(folder: Path) -> None:
    *found, unknown, verdict = assay("scan", "pods.yaml", "--output", "concise", cwd=folder).stdout.splitlines()
    privileged = (
        "pods.yaml:8:25: critical kubernetes.container-not-privileged Pod web, container web runs in privileged mode"
    )
    assert privileged in found
    assert all(
        re.match(r"pods\.yaml:\d+:\d+: (?:critical|high|medium|low|info) [a-z-]+\.[a-z-]+ \S", each) for each in found
    )
    assert re.fullmatch(r"\d+ unknown: --show unknown lists them", unknown)
    assert verdict.startswith("Failed: ")
    listed = assay("scan", "pods.yaml", "--output", "concise", "--show", "unknown", cwd=folder).stdout
    assert f"pods.yaml:3:12: unknown {UNKNOWN} Pod web: unknown whether" in listed


def test_what_was_not_assessed_stands_in_concise_too(folder: Path) -> None:
    (folder / "broken.yaml").write_text("kind: Pod\nspec: {\n")
    shown = assay("scan", ".", "--output", "concise", cwd=folder)
    assert shown.returncode == 4
    assert re.search(r"^broken\.yaml:\d+: not assessed not valid YAML", shown.stdout, re.MULTILINE)


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": ""}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": ""}, True),
    ],
)
def test_a_pipe_has_colours_where_they_are_asked_for(folder: Path, environment: dict[str, str], coloured: bool) -> None:
    assert (COLOUR in assay("scan", "pods.yaml", cwd=folder, **environment).stdout) is coloured


def test_the_width_is_that_of_columns_else_the_same_for_everyone(folder: Path) -> None:
    def widest(**environment: str) -> int:
        lines = assay("scan", "pods.yaml", cwd=folder, **environment).stdout.splitlines()
        return max(len(line) for line in lines if line.startswith(("  why  ", "           ")))

    assert 55 < widest(COLUMNS="60") <= 60
    assert widest(COLUMNS="80") <= 80
    assert widest(COLUMNS="") == widest(COLUMNS="many") == widest(COLUMNS="100")


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
)
def test_a_terminal_has_colours_and_is_told_the_time(folder: Path, environment: dict[str, str], coloured: bool) -> None:
    shown = on_a_terminal(folder, "scan", "pods.yaml", **environment)
    assert (COLOUR in shown) is coloured
    assert re.search(r"rules that apply, Kubernetes 1\.\d+, in \d+\.\d s", shown)


def on_a_terminal(folder: Path, *arguments: str, **environment: str) -> str:
    """What a command shows on a terminal."""
    reader, writer = os.openpty()
    known = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")}
    given = {**known, "TERM": "xterm", "COLUMNS": "120", **environment}
    shown = b""
    command = [sys.executable, "-m", "scanner", *arguments]
    with subprocess.Popen(command, cwd=folder, stdout=writer, stderr=subprocess.DEVNULL, env=given):
        os.close(writer)
        while part := _read(reader):
            shown += part
    os.close(reader)
    return shown.decode()


def _read(reader: int) -> bytes:
    try:
        return os.read(reader, 1 << 20)
    except OSError:  # the other side is closed
        return b""


def test_the_time_stands_in_no_report_and_on_standard_error_where_every_report_is_a_file(folder: Path) -> None:
    done = assay("scan", "pods.yaml", "--output", "table=out.txt", cwd=folder)
    assert re.search(r"^assay: Failed: .+ \(1 input, \d+ rules, \d+\.\d s\)$", done.stderr, re.MULTILINE)
    assert (
        re.search(r"in \d+\.\d s", (folder / "out.txt").read_text() + assay("scan", "pods.yaml", cwd=folder).stdout)
        is None
    )


def test_the_last_line_says_what_to_do_next(folder: Path) -> None:
    shown = assay("scan", "pods.yaml", cwd=folder).stdout.partition("\nnext      ")[2]
    assert " ".join(shown.split()) == (
        "`assay fix pods.yaml --diff --unsafe` shows edits that may change the behaviour of a working system"
    )
    piped = assay("scan", "-", cwd=folder, stdin=PODS).stdout.partition("\nnext      ")[2]
    assert re.fullmatch(r"`assay explain kubernetes\.[a-z-]+` explains a rule and names its controls", piped.strip())


@pytest.mark.parametrize("version", ["1.99", "v1.38", "1.15"])
def test_a_version_that_the_rules_do_not_know_is_refused(folder: Path, version: str) -> None:
    done = assay("scan", "pods.yaml", "--kubernetes-version", version, cwd=folder)
    assert done.returncode == 2
    known = version.removeprefix("v")
    assert fault(done).strip() == (
        f"assay: the rules do not know Kubernetes {known} (the rules know 1.16 to 1.37; name the nearest of these)"
    )


def test_a_version_of_the_configuration_is_refused_with_its_place(folder: Path) -> None:
    (folder / "assay.yaml").write_text("kubernetes-version: '1.99'\n")
    done = assay("scan", "pods.yaml", cwd=folder)
    assert done.returncode == 2
    assert done.stderr.startswith("assay: assay.yaml:1: the rules do not know Kubernetes 1.99")
