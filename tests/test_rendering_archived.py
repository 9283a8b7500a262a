"""Objects of a dependency in an archive stand at the entry of the Chart.yaml that names the dependency."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from tests.command_line import assay

CHART = """\
apiVersion: v2
name: web
version: 0.1.0
maintainers:
  - name: sub
dependencies:
  - name: other
    version: 0.1.0
  - version: 0.1.0
    name: sub # of the team
{alias}"""
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: {{ .Chart.Name }}, namespace: shop}
spec: {containers: [{name: a, image: "registry.example/a:1.2", securityContext: {privileged: true}}]}
"""


@pytest.mark.parametrize(("alias", "line"), [("", 10), ("    alias: second\n", 11)])
def test_objects_out_of_an_archive_stand_at_the_dependency(alias: str, line: int, tmp_path: Path) -> None:
    (tmp_path / "charts").mkdir()
    (tmp_path / "Chart.yaml").write_text(CHART.replace("{alias}", alias))
    for name in ("other", "sub"):
        about = f"apiVersion: v2\nname: {name}\nversion: 0.1.0\n"
        with tarfile.open(tmp_path / f"charts/{name}-0.1.0.tgz", "w:gz") as archive:
            for path, text in {"Chart.yaml": about, "templates/pod.yaml": POD}.items():
                member = tarfile.TarInfo(f"{name}/{path}")
                member.size = len(text)
                archive.addfile(member, io.BytesIO(text.encode()))
    only = ("--select", "kubernetes.container-not-privileged")
    told = assay("scan", ".", "--output", "concise", *only, cwd=tmp_path).stdout
    assert {part for part in told.split() if part.startswith("Chart.yaml:")} == {
        "Chart.yaml:7:5:",
        f"Chart.yaml:{line}:5:",
    }
