"""Trouble with streams, folders and limits of the system: a clear error, exit code 2, and never a fault of ours."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests import output_formats
from tests.command_line import assay, assay_in_bytes

pytestmark = pytest.mark.slow

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  containers:
    - name: web
      securityContext: {privileged: true}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pod.yaml").write_text(POD)
    assay("scan", "pod.yaml", "--output", "json=/dev/null", cwd=tmp_path)  # compiles the rules
    return tmp_path


def in_a_shell(folder: Path, line: str) -> tuple[int, str, str]:
    """Exit code and what was said by a line of bash, in which `assay` is a process of its own."""
    itself = f'assay() {{ "{sys.executable}" -m scanner "$@"; }}\n'
    done = subprocess.run(["bash", "-c", itself + line], cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


FULL = "assay: cannot write standard output: no space left on device\n"
CLOSED = "assay: cannot write standard output: it is closed\n"
GONE = "assay: the current folder no longer exists\n  hint: change into a folder that exists\n"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        *((f"assay {command} {to}", said)
          for command in (
              "scan pod.yaml",
              "scan pod.yaml --output json",
              "scan pod.yaml --output html",
              "scan --help",
              "fix pod.yaml --diff --unsafe",
              "rules list",
              "config schema",
              "--version",
          )
          for to, said in ((">/dev/full", FULL), (">&-", CLOSED))),
        ("assay scan pod.yaml --output json=/dev/stdout >&-", "assay: cannot write /dev/stdout: bad file descriptor\n"),
        (
            "assay scan - <&-",
            "assay: cannot read standard input: it is closed\n  hint: connect it to a pipe or a file, or remove `-`\n",
        ),
        ("mkdir gone; cd gone; rmdir ../gone; assay scan .", GONE),
        ("mkdir gone; cd gone; rmdir ../gone; assay scan ../pod.yaml --output json=x", GONE),
        ("mkdir gone; cd gone; rmdir ../gone; assay fix .", GONE),
        (
            "mkdir gone; cd gone; rmdir ../gone; assay rules new a.x",
            "assay: cannot write rules/a/x.yaml: the current folder no longer exists\n",
        ),
        (
            "ulimit -n 6; assay scan pod.yaml",
            "assay: too many open files\n  hint: raise the limit of open files, such as by `ulimit -n 1024`\n",
        ),
        (
            "(ulimit -f 1; assay scan pod.yaml --output json) >out",
            "assay: cannot write standard output: file too large\n",
        ),
        ("assay scan nowhere 2>&-", ""),
        ("assay scan nowhere 2>/dev/full", ""),
        ("assay scan pod.yaml --output json=x.json 2>/dev/full", ""),
    ],
)  # fmt: skip
def test_trouble_is_told_and_exits_2(folder: Path, line: str, said: str) -> None:
    assert in_a_shell(folder, line) == (2, "", said)


@pytest.mark.parametrize("limit", [5, 6])
def test_too_few_open_files_are_told(folder: Path, limit: int) -> None:
    code, _, said = in_a_shell(folder, f"ulimit -n {limit}; assay scan pod.yaml --output json=x.json")
    assert (code, "too many open files" in said, "fault" in said) == (2, True, False)
    assert not (folder / "x.json").exists()


@pytest.mark.parametrize("arguments", ["--jobs 8", "--no-cache"])
def test_twelve_open_files_are_enough_or_told(folder: Path, arguments: str, repository: Path) -> None:
    line = f"ulimit -n 12; assay scan {repository}/examples/digital-bank --output json=x.json {arguments}"
    code, _, said = in_a_shell(folder, line)
    assert "fault" not in said
    assert code == 1 or (code == 2 and "too many open files" in said)


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-", "<&- >&-"])
def test_a_report_in_a_file_needs_no_streams(folder: Path, closed: str) -> None:
    code, said, _ = in_a_shell(folder, f"assay scan pod.yaml --output json=x.json {closed}")
    assert (code, said) == (1, "")
    assert json.loads((folder / "x.json").read_text())["format"] == "assay-results/2"


@pytest.mark.parametrize("command", ["scan pod.yaml", "scan pod.yaml --output html", "rules list"])
def test_a_closed_pipe_is_quiet(folder: Path, command: str) -> None:
    assert in_a_shell(folder, f"assay {command} | true") == (0, "", "")


FOR_TERMINAL = {"table", "concise", "inputs"}


@pytest.mark.parametrize("name", output_formats.TEXTS)
def test_only_what_is_for_a_terminal_is_in_its_encoding(folder: Path, name: str) -> None:
    (folder / "\u00e9.yaml").write_text(POD.replace("name: web\n", "name: \u00e9\n"), encoding="utf-8")
    done = assay_in_bytes("scan", ".", "--quiet", "--output", name, cwd=folder, encoding="ascii")
    assert done.returncode == 1
    assert done.stdout.isascii() == (name in FOR_TERMINAL)
    done.stdout.decode()  # raises where it is neither
