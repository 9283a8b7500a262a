"""An object that Flux merges into another one: what it leaves out is not known, what it states is assessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.model import Outcome
from scanner.options import Options
from scanner.scan import scan

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: coredns
  namespace: kube-system
  annotations: {kustomize.toolkit.fluxcd.io/ssa: %s}
spec:
  selector: {matchLabels: {app: dns}}
  template:
    metadata: {labels: {app: dns}}
    spec:
      containers:
        - name: coredns
          image: registry.example/coredns:1.4.2
          securityContext: {privileged: true}
"""
LEFT_OUT = ("container-capabilities-dropped", "pod-service-account-own", "container-memory-limited")
STATED = "container-not-privileged"
OF_OTHERS = "workload-selected-by-network-policy"


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("merge", Outcome.UNKNOWN),
        ("Merge", Outcome.UNKNOWN),
        ("Override", Outcome.FAIL),
        ("IfNotPresent", Outcome.FAIL),
    ],
)
def test_what_a_merged_object_leaves_out_is_unknown(tmp_path: Path, policy: str, expected: Outcome) -> None:
    (tmp_path / "deployment.yaml").write_text(DEPLOYMENT % policy)
    found = scan([str(tmp_path)], Options()).findings
    told = {each.rule.removeprefix("kubernetes."): each for each in found}
    assert {told[rule].outcome for rule in LEFT_OUT} == {expected}
    assert {told[rule].outcome for rule in (STATED, OF_OTHERS)} == {Outcome.FAIL}
    if expected is Outcome.UNKNOWN:
        assert told[LEFT_OUT[0]].provide.startswith("state it in this object, or scan the merged one")
        assert "Flux merges this object into one that may state it" in told[LEFT_OUT[0]].message
