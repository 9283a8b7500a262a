"""Inputs in which everything is about everything else: the work grows with their size, not with its square."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow
SECONDS = 10
"""Of a processor, for each process: several times what one takes on an idle machine, and less than a square takes."""
POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: policy-NUMBER, namespace: shop}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
---
"""
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: pod-NUMBER, namespace: shop, labels: {app: web, number: "NUMBER"}}
spec: {containers: [{name: web, image: registry.example/web:1.4.2}]}
---
"""
SERVICE = "  - {id: s-NUMBER, availability: 99.9%, recovery: {rto: 1h, rpo: 5m}}\n"
FLOW = "  - {id: f-NUMBER, from: s-NUMBER, to: s-NEXT, protocol: https}\n"
SPEC = "apiVersion: assay.dev/v1\nkind: Architecture\nmetadata: {name: shop}\nspec:\n  services:\n"


def each(text: str, number: int) -> str:
    return "".join(text.replace("NUMBER", str(index)).replace("NEXT", str(index + 1)) for index in range(number))


def found(text: str, folder: Path) -> dict[str, Any]:
    """The result of a scan whose processes have so many seconds of a processor each."""
    (folder / "large.yaml").write_text(text)
    assay = f"{sys.executable} -m scanner scan large.yaml --quiet --jobs 1 --output json=result.json"
    command = ["sh", "-c", f"ulimit -t {SECONDS} && exec {assay}"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    result: dict[str, Any] = json.loads((folder / "result.json").read_text())
    return result


def test_2000_network_policies_that_select_each_of_2000_pods(tmp_path: Path) -> None:
    result = found(each(POLICY, 2000) + each(POD, 2000), tmp_path)
    assert result["inputs"][0]["subjects"] >= 4000
    unselected = {"kubernetes.network-policy-selects-workload", "kubernetes.workload-selected-by-network-policy"}
    assert not unselected & {item["rule"] for item in result["findings"]}


def test_4000_services_in_a_chain(tmp_path: Path) -> None:
    text = f"{SPEC}{each(SERVICE, 4000)}  flows:\n{each(FLOW, 3999)}"
    result = found(text, tmp_path)
    assert result["inputs"][0]["subjects"] > 4000
    promises = {"architecture.service-availability-achievable", "architecture.service-availability-within-weakest"}
    assert not promises & {item["rule"] for item in result["findings"]}  # each figure stands for what is behind it
