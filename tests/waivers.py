"""A folder with one privileged Deployment, and files of waivers for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.command_line import Done, assay

RULE = "kubernetes.container-not-privileged"
TODAY = "2026-11-29"
POD = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  template:
    spec:
      containers:
        - name: app
          image: registry.example/app:1
          securityContext:
            privileged: true
"""
ENTRY: dict[str, Any] = {
    "id": "W-1",
    "rule": RULE,
    "resource": {"kind": "Deployment", "namespace": "shop", "name": "web", "container": "app"},
    "type": "risk-accepted",
    "reason": "The driver needs it until its successor is there.",
    "residual-risk": "A fault in the driver reaches the node.",
    "requester": "@ana",
    "approver": "@ben",
    "approved": "2026-11-01",
    "expires": "2027-02-28",
}
"""A waiver of the one critical failure, valid on TODAY."""


def waivers_file(*entries: dict[str, Any], **head: Any) -> str:
    """A file of waivers, as JSON, which YAML contains."""
    data = {"apiVersion": "assay.dev/v1", "kind": "Waivers", "approvers": ["@ben"], **head, "waivers": entries}
    return json.dumps(data, indent=1, ensure_ascii=False)


def without(key: str) -> dict[str, Any]:
    """The waiver without one of its keys."""
    return {name: value for name, value in ENTRY.items() if name != key}


def run(folder: Path, *arguments: str, today: str = TODAY) -> Done:
    """A scan of the folder that fails at critical alone, so that the waiver decides."""
    return assay("scan", ".", "--fail-on", "critical", "--today", today, *arguments, cwd=folder)


def results(folder: Path, *arguments: str, today: str = TODAY) -> Any:
    """The results of such a scan, with its exit code."""
    done = run(folder, "--output", "json", *arguments, today=today)
    assert done.returncode in {0, 1}, done.stderr
    return json.loads(done.stdout)


def state_of(found: Any) -> tuple[str, int, str]:
    """State, number of findings and reason of the one waiver."""
    (waiver,) = found["waivers"]
    return waiver["state"], waiver["matched"], waiver["why"]
