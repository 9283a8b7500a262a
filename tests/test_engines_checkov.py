"""The real Checkov as a second engine, once, over a folder that would steer it if it could.

ASSAY_CHECKOV names the program; otherwise one on PATH is taken.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from scanner import library
from scanner.finished_scan import Scan
from scanner.frameworks import checks
from scanner.model import InputStatus, Outcome
from scanner.scan import Options, scan
from tests.test_engines import POD

pytestmark = pytest.mark.checkov

FILES = {
    ".checkov.yaml": "check: [CKV_AWS_18]\nexternal-checks-dir: [own]\nframework: [terraform]\n",
    "own/__init__.py": "open('{mark}', 'w').close()\n",
    "main.tf": """\
resource "aws_db_instance" "data" {
  engine              = "mysql"
  publicly_accessible = true
  #checkov:skip=CKV_AWS_16:there is nothing in it
}

module "far" {
  source = "git::https://example.org/far.git"
}
""",
    "broken.tf": 'resource "aws_db_instance" "data" {\n',
    "Dockerfile": "FROM alpine:3.20\nEXPOSE 22\n",
    ".github/workflows/ci.yml": """\
on: issues
jobs:
  say:
    runs-on: ubuntu-latest
    steps:
      - run: echo ${{ github.event.issue.title }}
""",
    "stack.yaml": """\
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Queue:
    Type: AWS::SQS::Queue
""",
    "pod.yaml": POD,
}


@pytest.fixture(scope="module")
def program() -> str:
    """The path of the real Checkov."""
    found = os.environ.get("ASSAY_CHECKOV") or shutil.which("checkov")
    if not found:
        pytest.skip("the program checkov is not there; .ci/run brings it and fails without it")
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("work")
    for name, text in FILES.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(text.replace("{mark}", str(path / "imported")), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def result(program: str, folder: Path) -> Scan:
    """One scan of the folder, for all tests: Checkov takes its time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{os.path.dirname(program)}{os.pathsep}{os.environ['PATH']}")
        patch.chdir(folder)
        return scan((".",), Options(engines=("checkov",), include_passes=True))


def outcome(result: Scan, rule: str, path: str) -> tuple[Outcome, int, int]:
    found = next(
        item
        for item in result.findings
        if (item.rule, item.location.path) == (rule, path) and item.outcome is not Outcome.PASS
    )
    return found.outcome, found.location.line, found.location.end_line


@pytest.mark.parametrize(
    ("rule", "path", "lines"),
    [
        ("CKV_AWS_17", "main.tf", (3, 3)),
        ("CKV_TF_1", "main.tf", (7, 9)),
        ("CKV_DOCKER_1", "Dockerfile", (2, 2)),
        ("CKV_GHA_2", ".github/workflows/ci.yml", (6, 6)),
        ("CKV_AWS_27", "stack.yaml", (3, 4)),
        ("CKV_K8S_29", "pod.yaml", (1, 8)),
    ],
)
def test_each_format_gives_its_findings_at_their_places(
    result: Scan, rule: str, path: str, lines: tuple[int, int]
) -> None:
    assert outcome(result, f"checkov.{rule}", path) == (Outcome.FAIL, *lines)


def test_what_the_folder_says_of_checkov_is_not_obeyed(result: Scan, folder: Path) -> None:
    assert len({finding.rule for finding in result.findings if finding.rule.startswith("checkov.CKV_AWS")}) > 5
    assert not (folder / "imported").exists()


def test_inline_comments_are_shown_and_decide_nothing(result: Scan) -> None:
    assert outcome(result, "checkov.CKV_AWS_16", "main.tf")[0] is Outcome.UNKNOWN


def test_every_input_is_accounted_for(result: Scan) -> None:
    became = {item.path: (item.status, item.formats) for item in result.inputs}
    assert became == {
        ".checkov.yaml": (InputStatus.SKIPPED, ()),
        ".github/workflows/ci.yml": (InputStatus.ASSESSED, ("github_actions",)),
        "Dockerfile": (InputStatus.ASSESSED, ("dockerfile",)),
        "broken.tf": (InputStatus.UNREADABLE, ()),
        "main.tf": (InputStatus.ASSESSED, ("terraform",)),
        "own/__init__.py": (InputStatus.SKIPPED, ()),
        "pod.yaml": (InputStatus.ASSESSED, ("kubernetes",)),
        "stack.yaml": (InputStatus.ASSESSED, ("cloudformation",)),
    }
    assert result.verdict.exit_code == 4


def test_modules_from_elsewhere_are_said_to_be_missing(result: Scan) -> None:
    reasons = [item.reason for item in result.inputs if item.path == "main.tf"]
    assert reasons[0].endswith(", without modules that are not in the scanned files: far")


def test_rules_of_ours_are_not_repeated(result: Scan) -> None:
    rules = {finding.rule for finding in result.findings if finding.location.path == "pod.yaml"}
    assert "kubernetes.container-not-privileged" in rules
    assert not {"checkov.CKV_K8S_16", "checkov.CKV_K8S_8", "checkov.CKV_K8S_20"} & rules


def test_every_check_that_was_judged_is_one_of_checkovs(program: str, tmp_path: Path) -> None:
    told = subprocess.run(
        (program, "--list", "--skip-download"),
        cwd=tmp_path,
        env={"HOME": str(tmp_path), "PATH": str(tmp_path), "HTTPS_PROXY": "http://127.0.0.1:9"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    known = set(re.findall(r"\| (CKV2?_\w+_\d+) ", told))
    judged = checks.load("checkov", library.Cache())
    assert judged.keys() - known == set()
    whole = {name for name in known if re.match(r"CKV2?_(K8S|DOCKER|GHA)_", name)}
    assert whole - judged.keys() == set()
