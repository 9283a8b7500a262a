"""The whole scan as data, in the format `assay-results/2` (docs/results.md, docs/results.schema.json).

Nothing is repeated: the data of a rule is under `rules`, and findings name the rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from scanner.baseline import BaselineState
from scanner.controls import Assessment, ControlLink, FrameworkSummary
from scanner.finished_scan import Run, Scan
from scanner.loss import Loss
from scanner.model import SEVERITIES, Finding, Input, InputStatus, Outcome
from scanner.places import Fix, Location, Related
from scanner.reports.configuration import as_data
from scanner.reports.tally import tally
from scanner.reports.unassessed import gaps
from scanner.reports.waivers import as_data as waiver_data
from scanner.reports.waivers import run_data

Json: TypeAlias = dict[str, Any]

VERSION = "assay-results/2"
"""The value of `format`."""


def tool(scan: Scan) -> Json:
    """The program, and what it judged by."""
    return {
        "name": "Assay",
        "version": scan.run.version,
        "pack_digest": scan.run.pack_digest,
        "ruleset_digest": scan.run.ruleset_digest,
    }


def run(scan: Scan) -> Json:
    """The circumstances."""
    own: Run = scan.run
    return {
        "started": own.started,
        "ended": own.ended,
        "arguments": own.arguments,
        "profile": own.profile,
        "kubernetes_version": own.kubernetes_version,
        "fail_on": own.fail_on,
        "frameworks": own.asked,
        "git": {"commit": own.git_commit, "dirty": own.git_dirty} if own.git_commit else None,
        **({"pack": {"record": own.pack.record, "signature": own.pack.signature}} if own.pack else {}),
        **({"configuration": as_data(own.configuration)} if own.configuration else {}),
        **({"waivers": run_data(scan.waivers)} if scan.waivers else {}),
    }


def card_scopes(scan: Scan) -> list[Json]:
    """The components of each system with card data by their scope."""
    return [
        {
            "system": system.name,
            "components": [
                {
                    "scope": each.scope,
                    "kind": each.kind,
                    "id": each.name,
                    "reason": each.reason,
                    "path": each.path,
                    "line": each.line,
                }
                for each in system.components
            ],
        }
        for system in scan.card_scopes
    ]


def verdict(scan: Scan) -> Json:
    """The exit code and its reason."""
    return {"exit_code": scan.verdict.exit_code, "reason": scan.verdict.reason}


def inputs(scan: Scan) -> Iterator[Json]:
    """Every file, whatever became of it."""
    return map(_input, scan.inputs)


def waivers(scan: Scan) -> Iterator[Json]:
    """Every waiver, and what became of it."""
    return map(waiver_data, scan.waivers.results)


def rules(scan: Scan) -> Iterator[tuple[str, Json]]:
    """Every rule that was evaluated: of one without findings only the counts."""
    listed = {finding.rule for finding in scan.findings}
    own = _own_severities(scan)
    for name, info in scan.rules.items():
        counts = {outcome.value: number for outcome, number in scan.counts.get(name, {}).items() if number}
        if name not in listed:
            yield name, {"counts": counts}
            continue
        links = scan.links.get(name, ()) if tells_controls(scan) else ()
        yield (
            name,
            {
                "title": info.title,
                "severity": own.get(name, info.severity),
                "why": info.why,
                "remediation": info.remediation,
                "objectives": info.objectives,
                "controls": _links(links),
                "counts": counts,
                **({"formerly": info.formerly} if info.formerly else {}),
            },
        )


def findings(scan: Scan) -> Iterator[Json]:
    """Failures, errors and unknowns, and passes where they were requested."""
    own = _own_severities(scan)
    return (_finding(scan, finding, own) for finding in scan.findings)


def comparison(scan: Scan) -> Json | None:
    """How the scan compares with the base of a change; None where it is not a comparison."""
    made, own = scan.comparison, _own_severities(scan)
    if made is None:
        return None
    return {
        "base": made.base,
        **({"commit": made.commit} if made.commit else {}),
        "states": {state: made.states.get(state, 0) for state in BaselineState},
        "gone": [_finding(scan, finding, own) for finding in made.gone],
        "notes": made.notes,
    }


def tells_controls(scan: Scan) -> bool:
    """Whether controls are listed: those of requested frameworks are."""
    return bool(scan.run.asked or scan.run.all_frameworks)


def controls(scan: Scan) -> Iterator[Json]:
    """The status of every control of the requested frameworks."""
    return map(_control, scan.assessments if tells_controls(scan) else ())


def frameworks(scan: Scan) -> Iterator[Json]:
    """The figures of each framework."""
    return map(_framework, scan.frameworks)


def summary(scan: Scan) -> Json:
    """Numbers of inputs, of outcomes, and of failures by severity."""
    failed = (finding.severity for finding in scan.findings if finding.outcome is Outcome.FAIL)
    return {
        "inputs": tally((item.status for item in scan.inputs), InputStatus),
        "outcomes": {outcome: scan.outcomes.get(outcome, 0) for outcome in Outcome},
        "severities": tally(failed, SEVERITIES),
        **({"waived": waived} if (waived := sum(bool(finding.waiver) for finding in scan.findings)) else {}),
        **({"outside": len(found)} if (found := gaps(scan).outside) else {}),
    }


def _own_severities(scan: Scan) -> dict[str, str]:
    """Rule -> its own severity, of the rules that a configuration counts with another."""
    return {each.rule: each.own for each in scan.run.configuration.rules.severities}


def _input(item: Input) -> Json:
    return {
        "path": item.path,
        "sha256": item.sha256,
        "bytes": item.bytes,
        "status": item.status,
        "reason": item.reason,
        "context": item.context,
        "formats": item.formats,
        "subjects": item.subjects,
        **({"kinds": item.kinds} if item.kinds else {}),
        **({"losses": [_loss(loss) for loss in item.losses]} if item.losses else {}),
        **({"accepted": item.accepted} if item.accepted else {}),
    }


def _loss(loss: Loss) -> Json:
    return {"line": loss.line, "kind": loss.kind, "reason": loss.reason}


def _links(links: tuple[ControlLink, ...]) -> list[Json]:
    """Each control once, also where several objectives lead to it in the same way."""
    keys = ("framework", "edition", "control", "relation", "strength")
    rows = dict.fromkeys((link.framework, link.edition, link.control, link.relation, link.strength) for link in links)
    return [dict(zip(keys, row, strict=True)) for row in rows]


def _finding(scan: Scan, finding: Finding, own: Mapping[str, str]) -> Json:
    """Keys without a value are left out: they were a fifth of a large file."""
    severity = own.get(finding.rule) or scan.rules[finding.rule].severity
    told: dict[str, Any] = {
        "rule": finding.rule,
        "outcome": finding.outcome,
        "severity": severity,
        "message": finding.message,
        "subject": {"kind": finding.subject_kind, "id": finding.subject_id, "name": finding.subject_name},
        "location": _location(finding.location),
        "fingerprint": finding.fingerprint,
        "occurrence": finding.occurrence,
    }
    if finding.severity != severity:
        told["counted_severity"] = finding.severity
    if finding.related:
        told["related"] = list(map(_related, finding.related))
    for name in _FURTHER:
        if value := getattr(finding, name):
            told[name] = value
    if finding.fix:
        told["fix"] = _fix(finding.fix)
    return told


_FURTHER = (
    *("counted_because", "steps", "observed", "expected", "evidence", "waiver", "provide"),
    *("built_by", "baseline_state", "cause"),
)
"""Fields of a finding that are left out where they are empty."""


def _fix(fix: Fix) -> Json:
    named = ("line", "column", "end_line", "end_column", "text")
    edits = [{name: getattr(edit, name) for name in named} for edit in fix.edits]
    return {
        "safe": fix.safe,
        "words": fix.words,
        **({"edits": edits} if edits else {}),
        **({"why_not": fix.why_not} if fix.why_not else {}),
    }


def _location(location: Location) -> Json:
    return {
        "path": location.path,
        "line": location.line,
        "column": location.column,
        "end_line": location.end_line,
        "end_column": location.end_column,
        **({"field": location.field} if location.field else {}),
    }


def _related(related: Related) -> Json:
    return {"location": _location(related.location), "message": related.message}


def _control(assessment: Assessment) -> Json:
    return {
        "framework": assessment.framework,
        "edition": assessment.edition,
        "control": assessment.control,
        "status": assessment.status,
        "waived": assessment.waived,
        "reason": assessment.reason,
        "rules": assessment.rules,
        "not_run": assessment.not_run,
        "findings": assessment.findings,
        "shown_by": assessment.shown_by,
    }


def _further_figures(framework: FrameworkSummary) -> Json:
    """Further figures, which are left out where they are 0 or false."""
    rests_on = {"manifest": framework.covered, "declared": framework.declared, "low": framework.low}
    return {
        "evidence": {name: number for name, number in rests_on.items() if number},
        "uncontradicted": framework.uncontradicted,
        "by_word": framework.by_word,
        "full": framework.full,
        "incomplete": framework.incomplete,
        "waived": framework.waived,
    }


def _framework(framework: FrameworkSummary) -> Json:
    return {
        "id": framework.id,
        "edition": framework.edition,
        "measure": framework.measure,
        "controls": framework.controls,
        "applicable": framework.applicable,
        "counts": {status.value: number for status, number in framework.counts.items() if number},
        "coverage": framework.coverage,
        "conformity": framework.conformity,
        "not_run": framework.not_run,
        **{name: number for name, number in _further_figures(framework).items() if number},
        **({"scope": {"paths": framework.scope, "inputs": framework.scope_inputs}} if framework.scope else {}),
    }
