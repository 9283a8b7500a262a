"""Results of runs, and ledgers of them, for the tests of the ledger."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from scanner.evidence.ledger.appending import extended
from scanner.evidence.ledger.recording import entry_of

RULESET = "41b4e00b9087b27c9e644049955ee64c47dff8b134a954dda791c285fd3561b7"


def failure(number: int = 1, **more: Any) -> dict[str, Any]:
    """A failing finding."""
    return {
        "rule": "kubernetes.container-not-privileged",
        "outcome": "fail",
        "severity": "high",
        "message": "container api is privileged",
        "subject": {"kind": "kubernetes.container", "id": "x", "name": "x"},
        "location": {"path": "deploy/pod.yaml", "line": number, "column": 1, "end_line": 1, "end_column": 2},
        "fingerprint": f"{number:032x}",
        "occurrence": 1,
        **more,
    }


def weakening(**more: Any) -> dict[str, Any]:
    """What a gate finds where a change weakens the configuration."""
    kind = {"kind": "gate.configuration-change", "id": "y", "name": "fail-on in assay.yaml"}
    told = {"rule": "gate.configuration-not-weakened", "message": "fail-on is critical instead of low"}
    return failure(9, **told, subject=kind, baseline_state="new", **more)


def results(*findings: dict[str, Any], code: int = 0, at: str = "2026-11-30T08:00:00Z", **more: Any) -> dict[str, Any]:
    """What `assay gate --output json` writes, as far as a ledger reads it."""
    run: dict[str, Any] = {
        "started": at,
        "ended": at,
        "profile": "default",
        "kubernetes_version": "1.37",
        "fail_on": "medium",
        "frameworks": [],
        "git": None,
    }
    return {
        "format": "assay-results/2",
        "tool": {"name": "Assay", "version": "0.1.0", "pack_digest": RULESET, "ruleset_digest": RULESET},
        "run": run,
        "verdict": {"exit_code": code, "reason": "Told."},
        "findings": list(findings),
        "waivers": [],
        "frameworks": [],
        "summary": {"inputs": {"assessed": 1}, "severities": {"high": len(findings)}},
        "comparison": {"base": "main", "commit": "c" * 40},
        **more,
    }


def write(folder: Path, name: str, data: dict[str, Any]) -> Path:
    """A file of results."""
    path = folder / f"{name}.json"
    path.write_text(json.dumps(data))
    return path


def ledger(folder: Path, number: int) -> bytes:
    """A ledger of several runs."""
    data = b""
    for each in range(1, number + 1):
        found = results(failure(each), code=1, at=f"2026-11-{each:02}T08:00:00Z")
        data = extended(data, entry_of(write(folder, "run", found), folder, "ada")).data
    return data
