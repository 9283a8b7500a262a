"""Equal files give equal bytes: with any number of processes, with and without a cache, and in any order."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scanner import reports
from scanner.scan import Options, scan
from scanner.workers import Workers
from tests.cached import empty_cache, entries, read_anew
from tests.conftest import REPOSITORY
from tests.outside import kustomize, lay

pytestmark = pytest.mark.slow

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: app}
spec:
  containers:
    - name: app
      image: registry.example/app
      securityContext: {privileged: true}
"""
BUILT = {
    "a/base/kustomization.yaml": "resources: [pod.yaml]\n",
    "a/base/pod.yaml": POD,
    "a/live/kustomization.yaml": "resources: [../base]\nnamePrefix: live-\n",
    "b/live/kustomization.yaml": "resources: [../../a/base]\nnamePrefix: other-\nnamespace: other\n",
    "b/test/kustomization.yaml": "resources: [../../a/base]\nnamePrefix: test-\npatches: [{path: patch.yaml}]\n",
    "b/test/patch.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: app}\nspec: {hostNetwork: true}\n",
    "b/chart/Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\n",
    "b/chart/templates/pod.yaml": POD.replace("name: app}", "name: {{ .Release.Name }}}"),
}
"""Two overlays in different folders build on the same base, and a chart."""
MANIFESTS = 120
FILLING = ("# " + "x" * 98 + "\n") * 500
"""Makes a file so large that six of them are worth more than one process."""
SEVERAL = 3


def generated_tree(folder: Path) -> None:
    """Manifests that refer to each other, in two folders, with copies, specs, swarms, overlays, a chart and a fault."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(REPOSITORY / "bench"))
        import generated
    files: dict[str, str] = {}
    for number, (name, text) in enumerate(generated.manifests(MANIFESTS)):
        here, there = ("a", "b") if number % 2 else ("b", "a")
        files[f"{here}/{name}"] = text + FILLING * (number % 15 == 0)
        if number % 12 == 0:
            files[f"{there}/copies/{number}.yaml"] = text
    for number, here in enumerate("ab"):
        files[f"{here}/architecture.yaml"] = generated.architecture(30, number)
        files[f"{here}/broken.yaml"] = "apiVersion: v1\nkind: [\n"
        files[f"{here}/swarm.md"] = (REPOSITORY / "examples/digital-bank/swarm.md").read_text()
        files |= {f"{here}/formats/{each.name}": each.read_text() for each in (REPOSITORY / "tests/formats").iterdir()}
    lay(folder, files | BUILT)


def copied_example(folder: Path) -> None:
    """The example three times, so that it has enough files for a cache."""
    for name in ("a/one", "a/two", "b"):
        shutil.copytree(REPOSITORY / "examples" / "digital-bank", folder / name)


TREES: dict[str, tuple[Callable[[Path], None], int]] = {
    "generated": (generated_tree, SEVERAL),
    "example": (copied_example, 1),
}
"""What writes a tree, and the processes that read its files where several may."""


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "tree").mkdir()
    monkeypatch.chdir(tmp_path / "tree")
    return tmp_path / "tree"


class Scans:
    """Scans of one tree, each in a process of its own, and their reports by format."""

    def __init__(self, tree: Path) -> None:
        self._tree = tree
        self.forked: list[int] = []

    def __call__(self, seed: int, **settings: Any) -> dict[str, str]:
        out = self._tree.parent / f"out-{len(self.forked)}"
        out.mkdir()
        usual = {"paths": ["a", "b"], "jobs": 1, "cache": None, "shuffle": None}
        done = subprocess.run(
            [sys.executable, "-m", "tests.repeated_scan", str(out), json.dumps(usual | settings)],
            cwd=self._tree, env={**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONHASHSEED": str(seed)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        self.forked.append(int(done.stdout))
        return {name: (out / name).read_text("utf-8") for name in reports.FORMATS}


@pytest.mark.parametrize(("write", "processes"), TREES.values(), ids=TREES)
def test_every_report_is_equal_byte_for_byte(tree: Path, write: Callable[[Path], None], processes: int) -> None:
    """Each scan differs from the first in its processes, its cache, its hash seed and the order of files or paths."""
    write(tree)
    cache = empty_cache(tree.parent / "cache")
    run = Scans(tree)
    expected = run(1)
    assert {"json", "sarif", "table"} <= expected.keys()
    assert run(2, jobs=SEVERAL, shuffle=1, paths=["b", "a"]) == expected
    assert run.forked[1] - run.forked[0] == processes - 1
    assert run(3, jobs=SEVERAL, shuffle=2, cache=str(cache)) == expected
    assert entries(cache) > len(json.loads(expected["json"])["inputs"]) / 2
    assert run(4, cache=str(cache), paths=["b", "a"]) == expected
    (tree / "b" / "new.yaml").write_text(POD)
    changed = run(5, jobs=SEVERAL, shuffle=3, cache=str(cache), paths=["./b/", "a", "b"])
    assert changed != expected
    assert changed == run(6)


def test_a_scan_of_the_generated_tree_does_all_that_might_differ(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    generated_tree(tree)
    made: list[int] = []

    def counted(*arguments: Any) -> Any:
        made.append(1)
        return Workers(*arguments)

    monkeypatch.setattr("scanner.joined_stage.Workers", counted)
    options = Options(cache_folder=empty_cache(tree.parent / "cache"))
    found = scan(["a", "b"], options)
    assert made == [1], "facts and the rules that use them run in a process of their own"
    assert len(found.inputs) > MANIFESTS
    assert len(read_anew(options, "a", "b")) < len(found.inputs) / 10
    rules = {finding.rule.partition(".")[0] for finding in found.findings}
    assert {"architecture", "kubernetes", "swarm"} <= rules
    assert max(finding.occurrence for finding in found.findings) > 1


@kustomize
def test_overlays_in_two_folders_are_built_in_any_order(tree: Path) -> None:
    lay(tree, BUILT)
    one, other = scan(["a", "b"]), scan(["b", "a"])
    assert one == other
    built_by = {finding.built_by for finding in one.findings if finding.location.path == "a/base/pod.yaml"}
    assert ("a/live/kustomization.yaml", "b/live/kustomization.yaml", "b/test/kustomization.yaml") in built_by
