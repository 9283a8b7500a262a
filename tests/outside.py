"""A work tree beside a folder with what nobody may see, for tests of the boundary that nothing is read outside of."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar, cast

import pytest

from tests import output_formats
from tests.command_line import Done, assay

MARKER = "outside-marker-51a7"
CHART = {
    "chart/Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\n",
    "chart/templates/pod.yaml": """\
apiVersion: v1
kind: Pod
metadata: {name: x}
spec:
  containers:
    - name: "a-{{ .Files.Get "files/word" | trim }}"
      image: a:1
      securityContext: {privileged: true}
""",
}
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: %s}
spec:
  containers:
    - {name: a, image: "a:1", securityContext: {privileged: true}}
"""
OVERLAY = {
    "overlays/prod/kustomization.yaml": "resources: [../../base]\nnamePrefix: prod-\n",
    "base/kustomization.yaml": "resources: [pod.yaml]\n",
    "base/pod.yaml": POD % "app",
}
NO_KUSTOMIZE = not (shutil.which("kustomize") or shutil.which("kubectl"))
Test = TypeVar("Test", bound=Callable[..., None])


def kustomize(test: Test) -> Test:
    """A test that builds an overlay."""
    skipped = pytest.mark.skipif(NO_KUSTOMIZE, reason="neither kustomize nor kubectl is there")
    return cast("Test", pytest.mark.kustomize(skipped(test)))


def work_tree(folder: Path) -> Path:
    """A work tree beside a folder with what nobody may see."""
    repository, outside = folder / "repository", folder / "outside"
    (repository / ".git").mkdir(parents=True)
    lay(outside, {"word": MARKER, "word.yaml": POD % MARKER, "kustomization.yaml": "resources: [word.yaml]\n"})
    lay(
        outside, {"values.yaml": f"word: {MARKER}\n", "Chart.yaml": f"apiVersion: v2\nname: {MARKER}\nversion: 1.0.0\n"}
    )
    lay(outside, {"templates/word.yaml": POD % MARKER, "values.schema.json": f'{{"required": ["{MARKER}"]}}'})
    return repository


def lay(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def told(done: Done, *files: Path) -> str:
    return (
        done.stdout
        + done.stderr
        + "".join(text for each in files for text in output_formats.texts_below(each).values())
    )


def everything(place: Path, *arguments: str) -> tuple[int, str]:
    """The exit code of a scan, and all that it says in all formats."""
    written = place.parent / "written"
    written.mkdir()
    outputs = [part for name in output_formats.ALL for part in ("--output", output_formats.asked(name, written))]
    done = assay("scan", *arguments, "--include-passes", *outputs, cwd=place)
    return done.returncode, told(done, written)


def scanned(place: Path, *arguments: str) -> tuple[int, str]:
    """The exit code of a scan, and all that it says in the format that says most."""
    done = assay("scan", *arguments, "--include-passes", "--output", "json", cwd=place)
    return done.returncode, done.stdout + done.stderr
