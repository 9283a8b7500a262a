"""What Flux and Argo CD apply from a folder of the scanned files is in the namespace that they give it."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.model import Outcome, Profile
from scanner.scan import Options, scan

ISOLATED = "kubernetes.workload-selected-by-network-policy"
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web%s}\nspec: {containers: [{name: a, image: 'r.example/a:1.0'}]}\n"
POLICY = (
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: deny, namespace: shop}\n"
    "spec: {podSelector: {}, policyTypes: [Ingress, Egress]}\n"
)
FLUX = (
    "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a, namespace: flux-system}\n"
    "spec: {path: %s, targetNamespace: %s, interval: 1h, prune: true, sourceRef: {kind: GitRepository, name: a}}\n"
)
ARGO = (
    "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a, namespace: argocd}\n"
    "spec: {project: a, source: {repoURL: 'https://git.example/a', path: %s%s}, destination: {namespace: %s}}\n"
)
BUILT = {"apps/shop/kustomization.yaml": "resources: [pod.yaml]\n"}
OTHER = {"apps/other/kustomization.yaml": "resources: []\n"}
UNBUILT = {"apps/shop/kustomization.yaml": "resources: [pod.yaml, gone.yaml]\n"}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (BUILT, Outcome.UNKNOWN),
        ({**BUILT, "flux.yaml": FLUX % ("./apps/shop", "shop")}, Outcome.PASS),
        ({**BUILT, "flux.yaml": FLUX % ("./apps", "shop")}, Outcome.PASS),
        ({**BUILT, "flux.yaml": FLUX % ("./apps/shop", "other")}, Outcome.FAIL),
        ({**BUILT, "flux.yaml": FLUX % ("./apps/shop", "${SPACE}")}, Outcome.UNKNOWN),
        ({**BUILT, "a.yaml": FLUX % ("./apps/shop", "shop"), "b.yaml": FLUX % ("apps", "b")}, Outcome.UNKNOWN),
        ({**BUILT, "testdata/flux.yaml": FLUX % ("./apps/shop", "shop")}, Outcome.UNKNOWN),
        ({**BUILT, "argo.yaml": ARGO % ("apps/shop", "", "shop")}, Outcome.PASS),
        ({**BUILT, "argo.yaml": ARGO % ("apps", "", "shop")}, Outcome.UNKNOWN),
        ({**OTHER, "argo.yaml": ARGO % ("apps/shop", "", "shop")}, Outcome.PASS),
        ({**OTHER, "argo.yaml": ARGO % ("apps", ", directory: {recurse: true}", "shop")}, Outcome.PASS),
        ({**UNBUILT, "flux.yaml": FLUX % ("apps/shop", "shop")}, Outcome.PASS),
        ({**UNBUILT, "argo.yaml": ARGO % ("apps/shop", "", "shop")}, Outcome.PASS),
    ],
)
def test_an_object_gives_the_namespace(tmp_path: Path, files: dict[str, str], expected: Outcome) -> None:
    for name, text in {"apps/shop/pod.yaml": POD % "", "deny.yaml": POLICY, **files}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    found = scan([str(tmp_path)], Options(profile=Profile.STRICT, include_passes=True)).findings
    assert [each.outcome for each in found if each.rule == ISOLATED] == [expected]


def test_a_namespace_that_an_object_states_stays(tmp_path: Path) -> None:
    files = {**BUILT, "apps/shop/pod.yaml": POD % ", namespace: other", "argo.yaml": ARGO % ("apps/shop", "", "shop")}
    for name, text in {**files, "deny.yaml": POLICY}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    found = scan([str(tmp_path)], Options(profile=Profile.STRICT)).findings
    assert [each.outcome for each in found if each.rule == ISOLATED] == [Outcome.FAIL]


@pytest.mark.parametrize(("own", "expected"), [("shop", Outcome.PASS), ("other", Outcome.FAIL)])
def test_a_folder_below_a_kustomization_is_applied_by_what_names_it(
    tmp_path: Path, own: str, expected: Outcome
) -> None:
    root = FLUX.replace("targetNamespace: %s, ", "") % "./all"
    files = {"flux.yaml": root, "all/shop/ks.yaml": FLUX % ("./all/shop/app/base", own), "deny.yaml": POLICY}
    files |= {"all/shop/kustomization.yaml": "resources: [ks.yaml]\n", "all/shop/app/base/pod.yaml": POD % ""}
    for name, text in {**files, "all/shop/app/base/kustomization.yaml": "resources: [pod.yaml]\n"}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    found = scan([str(tmp_path)], Options(profile=Profile.STRICT, include_passes=True)).findings
    assert [each.outcome for each in found if each.rule == ISOLATED] == [expected]
