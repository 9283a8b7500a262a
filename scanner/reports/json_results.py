"""The `json` report: the whole scan as data, in the format `assay-results/1` (docs/results.schema.json)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from scanner.controls import Assessment, ControlLink, FrameworkSummary
from scanner.model import (
    DISCLAIMER,
    SEVERITIES,
    Finding,
    Fix,
    Input,
    InputStatus,
    Location,
    Outcome,
    Related,
    Run,
    Scan,
)
from scanner.reports.configuration import as_data
from scanner.reports.format import TextFormat
from scanner.reports.json_text import json_text
from scanner.reports.tally import tally

Json: TypeAlias = dict[str, Any]

VERSION = "assay-results/1"
"""What `format` says; docs/results.schema.json describes it."""


def render(scan: Scan) -> Iterator[str]:
    """Return the scan as JSON, piece by piece; equal scans give equal bytes."""
    return json_text(
        {
            "format": VERSION,
            "tool": {
                "name": "Assay",
                "version": scan.run.version,
                "pack_digest": scan.run.pack_digest,
                "ruleset_digest": scan.run.ruleset_digest,
            },
            "run": _run(scan.run),
            "inputs": map(_input, scan.inputs),
            "findings": _findings(scan),
            "controls": map(_control, scan.assessments),
            "frameworks": [_framework(framework) for framework in scan.frameworks],
            "summary": _summary(scan),
            "disclaimer": DISCLAIMER,
        }
    )


def _run(run: Run) -> Json:
    return {
        "started": run.started,
        "ended": run.ended,
        "arguments": run.arguments,
        "profile": run.profile,
        "kubernetes_version": run.kubernetes_version,
        "git": {"commit": run.git_commit, "dirty": run.git_dirty} if run.git_commit else None,
        **({"configuration": as_data(run.configuration)} if run.configuration else {}),
    }


def _input(item: Input) -> Json:
    return {
        "path": item.path,
        "sha256": item.sha256,
        "bytes": item.bytes,
        "status": item.status,
        "reason": item.reason,
        "formats": item.formats,
        "subjects": item.subjects,
    }


def _findings(scan: Scan) -> Iterator[Json]:
    controls = {rule: _controls(links) for rule, links in scan.links.items()}
    return (_finding(scan, finding, controls.get(finding.rule, [])) for finding in scan.findings)


def _finding(scan: Scan, finding: Finding, controls: list[Json]) -> Json:
    rule = scan.rules[finding.rule]
    return {
        "rule": finding.rule,
        "outcome": finding.outcome,
        "severity": finding.severity,
        "message": finding.message,
        "subject": {"kind": finding.subject_kind, "id": finding.subject_id, "name": finding.subject_name},
        "location": _location(finding.location),
        "related": [_related(related) for related in finding.related],
        "objectives": rule.objectives,
        "controls": controls,
        "remediation": rule.remediation,
        "fingerprint": finding.fingerprint,
        "waiver": None,
        **({"fix": _fix(finding.fix)} if finding.fix else {}),
    }


def _fix(fix: Fix) -> Json:
    return {
        "safe": fix.safe,
        "words": fix.words,
        "edits": [
            {
                "line": edit.line,
                "column": edit.column,
                "end_line": edit.end_line,
                "end_column": edit.end_column,
                "text": edit.text,
            }
            for edit in fix.edits
        ],
        "why_not": fix.why_not,
    }


def _location(location: Location) -> Json:
    return {
        "path": location.path,
        "line": location.line,
        "column": location.column,
        "end_line": location.end_line,
        "end_column": location.end_column,
        "field": location.field,
    }


def _related(related: Related) -> Json:
    return {"location": _location(related.location), "message": related.message}


def _controls(links: tuple[ControlLink, ...]) -> list[Json]:
    """Return each control once, also where several objectives lead to it in the same way."""
    keys = ("framework", "edition", "control", "relation", "strength")
    rows = dict.fromkeys((link.framework, link.edition, link.control, link.relation, link.strength) for link in links)
    return [dict(zip(keys, row, strict=True)) for row in rows]


def _control(assessment: Assessment) -> Json:
    return {
        "framework": assessment.framework,
        "edition": assessment.edition,
        "control": assessment.control,
        "status": assessment.status,
        "rules": assessment.rules,
        "findings": assessment.findings,
        "not_run": assessment.not_run,
        "shown_by": assessment.shown_by,
        "reason": assessment.reason,
    }


def _framework(framework: FrameworkSummary) -> Json:
    return {
        "id": framework.id,
        "edition": framework.edition,
        "title": framework.title,
        "measure": framework.measure,
        "controls": framework.controls,
        "applicable": framework.applicable,
        "counts": framework.counts,
        "covered": framework.covered,
        "declared": framework.declared,
        "low": framework.low,
        "uncontradicted": framework.uncontradicted,
        "by_word": framework.by_word,
        "full": framework.full,
        "coverage": framework.coverage,
        "conformity": framework.conformity,
        "not_run": framework.not_run,
        "incomplete": framework.incomplete,
        **({"scope": {"paths": framework.scope, "inputs": framework.scope_inputs}} if framework.scope else {}),
    }


def _summary(scan: Scan) -> Json:
    failed = (finding.severity for finding in scan.findings if finding.outcome is Outcome.FAIL)
    return {
        "inputs": tally((item.status for item in scan.inputs), InputStatus),
        "outcomes": {outcome: scan.outcomes.get(outcome, 0) for outcome in Outcome},
        "severities": tally(failed, SEVERITIES),
    }


FORMAT = TextFormat(
    media_type="application/json", for_terminal=False, shows_fixes=True, tells_commit=True, render=render
)
