"""Findings in files that a test of Chainsaw or KUTTL applies from its own folder count one severity lower."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.options import Options
from scanner.scan import scan

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      env: [{name: DB_PASSWORD, value: Zx9kqPlain7word}]
"""
TEST = """\
apiVersion: chainsaw.kyverno.io/v1alpha1
kind: Test
metadata: {name: pods}
spec:
  steps:
    - try:
        - apply: {file: %s}
        - assert: {file: other.yaml}
"""
STATUS = "apiVersion: v1\nkind: Pod\nstatus: {phase: Running}\n"
RULE = "kubernetes.container-runs-as-non-root"
WHY = "a test of Chainsaw in its folder applies it"
KUTTL = "a test of KUTTL in its folder applies it"
CASES: list[tuple[dict[str, str], str, str, str]] = [
    ({"chainsaw-test.yaml": TEST % "pod.yaml"}, "pod.yaml", "low", WHY),
    ({"a/chainsaw-test.yaml": TEST % "./pod.yaml"}, "a/pod.yaml", "low", WHY),
    ({"a/chainsaw-test.yaml": TEST % "../pod.yaml"}, "pod.yaml", "medium", ""),
    ({"chainsaw-test.yaml": TEST % "a/pod.yaml"}, "a/pod.yaml", "medium", ""),
    ({"chainsaw-test.yaml": TEST % "pod.yaml"}, "other.yaml", "medium", ""),
    ({"test.yaml": TEST % "pod.yaml"}, "pod.yaml", "medium", ""),
    ({"chainsaw-test.yaml": TEST % '"p*.yaml"'}, "pod.yaml", "low", WHY),
    ({"chainsaw-test.yaml": TEST % '"r*.yaml"'}, "pod.yaml", "medium", ""),
    ({"chainsaw-test.yaml": TEST % '"*.yaml"'}, "a/pod.yaml", "medium", ""),
    ({"steps/a/00-assert.yaml": STATUS}, "steps/a/00-install.yaml", "low", KUTTL),
    ({"steps/a/01-errors.yml": STATUS}, "steps/a/00-install.yaml", "low", KUTTL),
    ({"steps/a/00-assert.yaml": STATUS}, "steps/a/pod.yaml", "medium", ""),
    ({"steps/a/00-assert.yaml": STATUS}, "steps/b/00-install.yaml", "medium", ""),
    ({"chainsaw-test.yaml": (TEST % "pod.yaml").replace("chainsaw.kyverno.io", "a.example")}, "pod.yaml", "medium", ""),
    ({"chainsaw-test.yaml": "a: [\n"}, "pod.yaml", "medium", ""),
]


@pytest.mark.parametrize(("files", "path", "severity", "why"), CASES)
def test_what_a_test_applies_from_its_folder_counts_lower(
    files: dict[str, str], path: str, severity: str, why: str, tmp_path: Path
) -> None:
    for name, text in {**files, path: POD}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    found = scan([str(tmp_path)], Options()).findings
    assert [(each.severity.value, each.counted_because) for each in found if each.rule == RULE] == [(severity, why)]
    secrets = [each for each in found if each.rule == "kubernetes.container-env-without-secrets"]
    assert [(each.severity.value, each.counted_because) for each in secrets] == [("high", "")]
