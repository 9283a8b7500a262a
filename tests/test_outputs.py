"""Where outputs go, and what an output says to type."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command_line import assay, fault

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {containers: [{name: web, image: "web:1", securityContext: {privileged: true}}]}
"""


@pytest.mark.parametrize("second", ["html=x", "json=x", "html=./x", "html=sub/../x"])
def test_two_outputs_do_not_share_a_file(tmp_path: Path, second: str) -> None:
    (tmp_path / "pod.yaml").write_text(POD)
    done = assay("scan", "pod.yaml", "--output", "json=x", "--output", second, cwd=tmp_path)
    assert (done.returncode, fault(done)) == (2, "assay: two outputs go to x (give each a file of its own)\n")
    assert [path.name for path in tmp_path.iterdir()] == ["pod.yaml"]


def test_two_outputs_may_go_to_a_device(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(POD)
    both = ("--output", "json=/dev/null", "--output", "html=/dev/null")
    assert assay("scan", "pod.yaml", *both, cwd=tmp_path).returncode == 1


@pytest.mark.parametrize("name", ["--config=evil.yaml", "-", "--unsafe", "-x; touch y"])
def test_a_command_to_type_takes_no_name_for_an_option(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(POD)
    (tmp_path / "pod.yaml").write_text(POD)
    given = f"./{name}" if name == "-" else name
    said = assay("scan", "--", given, "pod.yaml", cwd=tmp_path).stdout
    (command,) = (line for line in said.splitlines() if "`assay fix " in line)
    assert command.split("`assay fix ")[1].startswith(("./", "'./"))
