"""What shows that an object is not applied is not what an author of a change can add at will."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import Done, assay
from tests.gate_repository import Repository

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  hostPID: true
  containers:
    - name: web
      image: registry.example/web:1.4.2
      securityContext: {privileged: true}
"""
CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: shop}\ndata: {a: b}\n"
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: shop}\nstringData: {password: admin123}\n"
PRIVILEGED = "kubernetes.container-not-privileged"
LIMITED = "kubernetes.container-memory-limited"
DEFAULTS = "kubernetes.secret-string-data-not-committed"


@pytest.fixture
def kustomize() -> None:
    if not (shutil.which("kustomize") or shutil.which("kubectl")):
        pytest.skip("neither kustomize nor kubectl is there; .ci/run brings one and fails without it")


def lay(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def scanned(folder: Path, files: Mapping[str, str]) -> dict[str, Any]:
    """The results in JSON of a scan of some files."""
    lay(folder, files)
    found: dict[str, Any] = json.loads(assay("scan", ".", "--output", "json", cwd=folder).stdout)
    return found


def counts(found: dict[str, Any], rule: str) -> list[str]:
    """The outcome, or for a failure the severity that counts, of each finding of a rule."""
    return [
        each.get("counted_severity", each["severity"]) if each["outcome"] == "fail" else each["outcome"]
        for each in found["findings"]
        if each["rule"] == rule
    ]


def gate(folder: Path, before: Mapping[str, str], now: Mapping[str, str]) -> Done:
    """The gate for a change from some files to others."""
    tree = Repository(folder / "tree")
    lay(tree.folder, {"zz.yaml": CONFIG, **before})
    tree.commit("before")
    tree.is_base()
    for name in before.keys() - now.keys():
        (tree.folder / name).unlink()
    lay(tree.folder, now)
    tree.commit("now")
    return assay("gate", "--base", "HEAD~1", "--output", "concise", cwd=tree.folder)


BUILT = "resources: [{}]\n"
APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: a, namespace: argocd}}
spec:
  project: default
  source: {{repoURL: 'https://git.example/a', path: {}, targetRevision: HEAD}}
  destination: {{server: 'https://kubernetes.default.svc', namespace: shop}}
"""
STEPS = {
    "fixtures/k/chainsaw-test.yaml": """\
apiVersion: chainsaw.kyverno.io/v1alpha1
kind: Test
metadata: {name: a}
spec: {steps: [{try: [{apply: {file: web.yaml}}]}]}
"""
}
FLUX = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: a, namespace: flux-system}}
spec: {{interval: 10m, path: ./{}, prune: true, sourceRef: {{kind: GitRepository, name: a}}}}
"""


@pytest.mark.kustomize
@pytest.mark.usefixtures("kustomize")
@pytest.mark.parametrize(
    ("path", "marker", "expected"),
    [
        ("fixtures/web.yaml", "kustomization.yaml", "critical"),
        ("k8s/web.example.yaml", "k8s/kustomization.yaml", "critical"),
        ("k8s/old/web.yaml", "k8s/kustomization.yaml", "critical"),
        ("k8s/web.txt", "k8s/kustomization.yaml", "critical"),
        ("k8s/testdata/web.yaml", "k8s/testdata/kustomization.yaml", "high"),
    ],
)
def test_what_an_overlay_builds_counts_by_the_place_of_the_overlay(
    tmp_path: Path, path: str, marker: str, expected: str
) -> None:
    named = path.removeprefix(f"{marker.rpartition('/')[0]}/") if "/" in marker else path
    found = scanned(tmp_path, {path: POD, marker: BUILT.format(named)})
    assert counts(found, PRIVILEGED) == [expected]
    assert "unknown" not in counts(found, LIMITED)


@pytest.mark.kustomize
@pytest.mark.usefixtures("kustomize")
def test_a_credential_that_an_overlay_builds_counts_by_the_place_of_the_overlay(tmp_path: Path) -> None:
    alone = scanned(tmp_path / "a", {"fixtures/s.yaml": SECRET, "k/a.yaml": CONFIG})
    built = scanned(tmp_path / "b", {"fixtures/s.yaml": SECRET, "kustomization.yaml": BUILT.format("fixtures/s.yaml")})
    assert (counts(alone, DEFAULTS), counts(built, DEFAULTS)) == (["low"], ["medium"])


@pytest.mark.kustomize
@pytest.mark.usefixtures("kustomize")
def test_of_a_line_that_two_overlays_build_the_worse_severity_is_shown(tmp_path: Path) -> None:
    files = {
        "base/pod.yaml": POD,
        "base/kustomization.yaml": BUILT.format("pod.yaml"),
        "a/testdata/kustomization.yaml": BUILT.format("../../base"),
        "prod/kustomization.yaml": BUILT.format("../base"),
    }
    assert counts(scanned(tmp_path, files), PRIVILEGED) == ["critical"]


@pytest.mark.parametrize(
    ("application", "expected"),
    [
        ({}, "high"),
        ({"apps/a.yaml": APPLICATION.format("fixtures/k")}, "critical"),
        ({"apps/a.yaml": FLUX.format("fixtures/k")}, "critical"),
        ({"apps/a.yaml": APPLICATION.format("fixtures/other")}, "high"),
        ({"tests/a.yaml": APPLICATION.format("fixtures/k")}, "high"),
        ({"apps/a.yaml": APPLICATION.format("fixtures/k"), **STEPS}, "critical"),
    ],
)
def test_what_a_controller_applies_counts_fully(tmp_path: Path, application: dict[str, str], expected: str) -> None:
    found = scanned(tmp_path, {"fixtures/k/web.yaml": POD, **application})
    assert counts(found, PRIVILEGED) == [expected]


def test_a_page_in_a_folder_that_a_controller_applies_is_only_shown(tmp_path: Path) -> None:
    files = {"k/README.md": f"# How to\n\n```yaml\n{POD}```\n", "k/a.yaml": CONFIG, "a.yaml": APPLICATION.format("k")}
    assert counts(scanned(tmp_path, files), PRIVILEGED) == ["high"]


@pytest.mark.kustomize
@pytest.mark.usefixtures("kustomize")
def test_the_gate_sees_that_test_data_becomes_a_part_of_an_overlay(tmp_path: Path) -> None:
    before = {"fixtures/web.yaml": POD}
    done = gate(tmp_path, before, {**before, "kustomization.yaml": BUILT.format("fixtures/web.yaml")})
    assert done.returncode == 1
    assert "worse" in done.stdout
    why = "it counted high, because it is in a folder of tests, test data or installed packages"
    assert f"worse than on the base, where {why}" in done.stdout


CHAINSAW = "apiVersion: chainsaw.kyverno.io/v1alpha1\nkind: Test\nmetadata: {name: a}\nspec: {steps: []}\n"


def test_the_gate_sees_that_an_object_becomes_one_that_a_test_expects(tmp_path: Path) -> None:
    beside = {"test-cluster/chainsaw-test.yaml": CHAINSAW}
    done = gate(tmp_path, {"test-cluster/web.yaml": POD}, {**beside, "test-cluster/web-assert.yaml": POD})
    assert done.returncode == 1
    assert "is now in test-cluster/web-assert.yaml, where a test only expects an object" in done.stdout


def test_an_object_in_a_folder_of_tests_is_not_one_that_a_test_expects_by_its_name_alone(tmp_path: Path) -> None:
    done = gate(tmp_path, {"test-cluster/web.yaml": POD}, {"test-cluster/web-assert.yaml": POD})
    assert "moved" in done.stdout
    assert "fixed" not in done.stdout


@pytest.mark.parametrize(("folder", "code"), [("tests/web", 4), ("tests/other", 0)])
def test_what_a_test_expects_in_a_folder_that_a_controller_applies_is_not_passed_over(
    tmp_path: Path, folder: str, code: int
) -> None:
    files = {"tests/web/00-assert.yaml": POD, "tests/web/00-a.yaml": CONFIG, "a.yaml": APPLICATION.format(folder)}
    lay(tmp_path, files)
    assert assay("scan", ".", "--fail-on", "critical", cwd=tmp_path).returncode == code


@pytest.mark.parametrize("place", ["    - name: web\n      $patch: merge\n", "$patch: delete\n"])
def test_a_whole_pod_with_a_directive_of_a_patch_is_assessed(tmp_path: Path, place: str) -> None:
    text = POD.replace("    - name: web\n", place) if place.startswith(" ") else place + POD
    assert counts(scanned(tmp_path / "a", {"k8s/pod.yaml": text}), PRIVILEGED) == ["critical"]
    done = gate(tmp_path, {"k8s/pod.yaml": POD}, {"k8s/pod.yaml": text})
    assert "incomparable" not in done.stdout
    assert "fixed" not in done.stdout


def test_a_patch_of_a_pod_without_an_image_is_a_fragment(tmp_path: Path) -> None:
    text = POD.replace(
        "    - name: web\n      image: registry.example/web:1.4.2\n", "    - {name: web, $patch: delete}\n"
    )
    text = text.replace("      securityContext: {privileged: true}\n", "")
    lay(tmp_path, {"pod.yaml": text})
    assert "a fragment: a patch of a Pod" in assay("scan", ".", cwd=tmp_path).stdout


ROLE = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: <app>, namespace: shop}
rules: [{apiGroups: ['*'], resources: ['*'], verbs: ['*']}]
"""
CUSTOM = """\
apiVersion: shop.example/v1
kind: Shop
metadata: {name: web, namespace: shop}
spec: {template: {spec: {containers: [{name: <app>, image: 'a/b:1', securityContext: {privileged: true}}]}}}
"""


@pytest.mark.parametrize(
    ("text", "rule", "expected"),
    [
        (ROLE, "kubernetes.role-does-not-grant-all-permissions", "high"),
        (POD.replace("name: web, ", "name: <app>, "), PRIVILEGED, "high"),
        (POD.replace("- name: web", "- name: <app>"), PRIVILEGED, "high"),
        (CUSTOM, PRIVILEGED, "critical"),
        (CUSTOM.replace("name: web", "name: <app>"), PRIVILEGED, "high"),
    ],
)
def test_a_name_that_is_to_be_written_counts_lower_only_where_the_api_refuses_it(
    tmp_path: Path, text: str, rule: str, expected: str
) -> None:
    assert counts(scanned(tmp_path, {"a.yaml": text}), rule) == [expected]


COMMENTED = "resources:\n  - b/ks.yaml\n  # - a/ks.yaml\n"
IDLE = {
    "flux/ks.yaml": FLUX.format("apps").replace("name: a, namespace", "name: all, namespace"),
    "apps/kustomization.yaml": COMMENTED,
    "apps/a/ks.yaml": FLUX.format("apps/a/app"),
    "apps/b/ks.yaml": FLUX.format("apps/b/app").replace("name: a, namespace", "name: b, namespace"),
    "apps/a/app/pod.yaml": POD,
    "apps/a/app/kustomization.yaml": BUILT.format("pod.yaml"),
    "apps/b/app/config.yaml": CONFIG,
}
BY_ARGO = APPLICATION.replace("targetRevision", "directory: {{recurse: true}}, targetRevision")


@pytest.mark.kustomize
@pytest.mark.usefixtures("kustomize")
@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, "high"),
        ({"apps/kustomization.yaml": COMMENTED.replace("# - a", "- a")}, "critical"),
        ({"apps/b/ks.yaml": FLUX.format("apps/a/app")}, "critical"),
        ({"apps/b/ks.yaml": FLUX.format("apps/a")}, "critical"),
        ({"flux/ks.yaml": BY_ARGO.format("apps")}, "high"),
        ({"flux/ks.yaml": BY_ARGO.format("./")}, "critical"),
        ({"apps/kustomization.yaml": COMMENTED + "  - a/app\n"}, "critical"),
    ],
)
def test_a_folder_whose_only_kustomization_of_flux_is_in_a_comment_counts_lower(
    tmp_path: Path, changed: dict[str, str], expected: str
) -> None:
    found = scanned(tmp_path, {**IDLE, **changed})
    assert counts(found, PRIVILEGED) == [expected]


@pytest.mark.kustomize
@pytest.mark.usefixtures("kustomize")
def test_the_gate_sees_that_a_folder_is_applied_again(tmp_path: Path) -> None:
    done = gate(tmp_path, IDLE, {**IDLE, "apps/kustomization.yaml": COMMENTED.replace("# - a", "- a")})
    assert done.returncode == 1
    assert "worse than on the base, where it counted high, because only an object" in done.stdout
