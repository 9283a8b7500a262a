"""Charts and paths that objects name and no scanned file holds: told and counted, and nothing that is missing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from scanner import reports
from scanner.finished_scan import Scan
from scanner.loss import OUTSIDE
from scanner.scan import Options, scan
from tests.output_formats import ALL
from tests.test_subjects_kubernetes import thing

GIT = "https://git.example/shop"
NAMED: list[tuple[str, str, dict[str, Any], str]] = [
    (
        "helm.toolkit.fluxcd.io/v2",
        "HelmRelease",
        {"chart": {"spec": {"chart": "web", "sourceRef": {"kind": "HelmRepository", "name": "shop"}}}},
        "the chart web of HelmRepository shop",
    ),
    (
        "helm.toolkit.fluxcd.io/v2",
        "HelmRelease",
        {"chartRef": {"kind": "OCIRepository", "name": "web"}},
        "the chart of OCIRepository web",
    ),
    (
        "kustomize.toolkit.fluxcd.io/v1",
        "Kustomization",
        {"path": "./elsewhere/web", "sourceRef": {"kind": "GitRepository", "name": "shop"}},
        "the path ./elsewhere/web of GitRepository shop",
    ),
    (
        "argoproj.io/v1alpha1",
        "Application",
        {"source": {"chart": "web", "repoURL": GIT}},
        f"the chart web of {GIT}",
    ),
    (
        "argoproj.io/v1alpha1",
        "ApplicationSet",
        {"template": {"spec": {"sources": [{"path": "web", "repoURL": GIT}]}}},
        f"the path web of {GIT}",
    ),
    ("helm.cattle.io/v1", "HelmChart", {"chart": "web", "repo": GIT}, f"the chart web of {GIT}"),
]


def write(path: Path, version: str, kind: str, spec: dict[str, Any]) -> None:
    path.write_text(yaml.safe_dump(thing(kind, version=version, spec=spec), sort_keys=False), encoding="utf-8")


@pytest.mark.parametrize(("version", "kind", "spec", "what"), NAMED)
def test_what_an_object_names_is_told_and_the_scan_is_complete(
    version: str, kind: str, spec: dict[str, Any], what: str, tmp_path: Path
) -> None:
    write(tmp_path / "a.yaml", version, kind, spec)
    found = scan([str(tmp_path)], Options(strict_documents=True))
    ((loss,),) = [item.losses for item in found.inputs]
    assert (loss.kind, loss.reason) == (OUTSIDE, f"{what} is outside of the scanned files; this object has it applied")
    assert loss.line > 4
    assert found.verdict.exit_code == 0


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"patches": [{"patch": "{}"}], "images": [{"name": "web", "newTag": "2"}]},
            "`spec.images`, `spec.patches` are not applied to the objects at its path",
        ),
        ({"postBuild": {"substitute": {"A": "b"}}}, "`spec.postBuild` is not applied to the objects at its path"),
        ({"prune": True, "patches": []}, ""),
    ],
)
def test_what_flux_changes_in_what_it_deploys_is_told(changes: dict[str, Any], told: str, tmp_path: Path) -> None:
    spec = {"path": "./", "sourceRef": {"kind": "GitRepository", "name": "shop"}, **changes}
    write(tmp_path / "a.yaml", "kustomize.toolkit.fluxcd.io/v1", "Kustomization", spec)
    (one,) = scan([str(tmp_path)], Options(strict_documents=True)).inputs
    assert (one.reason, one.losses) == (told, ())


@pytest.mark.parametrize("path", ["./apps/web", "apps/web/", "/apps", "./"])
def test_a_path_among_the_files_is_not_outside(path: str, tmp_path: Path) -> None:
    inside = tmp_path / "apps" / "web"
    inside.mkdir(parents=True)
    write(inside / "a.yaml", "v1", "ConfigMap", {})
    write(tmp_path / "b.yaml", "kustomize.toolkit.fluxcd.io/v1", "Kustomization", {"path": path})
    assert [item.losses for item in scan([str(tmp_path)]).inputs] == [(), ()]


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Scan:
    folder = tmp_path_factory.mktemp("named")
    for number, (version, kind, spec, _) in enumerate(NAMED):
        write(folder / f"{number}.yaml", version, kind, spec)
    return scan([str(folder)])


@pytest.mark.parametrize("name", ALL)
def test_every_output_tells_and_counts_it(name: str, named: Scan) -> None:
    text = "".join(reports.render(name, named)).lower()
    assert "outside" in text
    assert re.search(rf"\b{len(NAMED)}\b", text)


def test_the_summary_counts_it(named: Scan) -> None:
    assert json.loads("".join(reports.render("json", named)))["summary"]["outside"] == len(NAMED)
