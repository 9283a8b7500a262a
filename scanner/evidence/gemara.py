"""The scan of a pack as an evaluation log of Gemara (OpenSSF): each control with the rules that decide about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TypeAlias

from scanner.controls import Assessment, ControlStatus
from scanner.evidence.canonical import indented
from scanner.evidence.left_out import LEFT_OUT
from scanner.evidence.oscal.basis import TIMES, Basis, Json, is_address
from scanner.evidence.population import POPULATION
from scanner.evidence.run_record import PackSource
from scanner.evidence.totals import RESULTS
from scanner.finished_scan import DISCLAIMER, Accounts, Scan
from scanner.frameworks.uncounted import Why
from scanner.model import Finding, Outcome
from scanner.reports.safe_text import safe

NAME = "gemara/evaluation-log.json"
VERSION = "1.4.1"
"""Of Gemara's schema."""
_RULES = "assay-rules"
_FILES = "scanned-files"
_SHOWN = 5
"""Places of failures that an entry about a rule names; it counts the others."""
_CONTROLS = {
    ControlStatus.SATISFIED: "Passed",
    ControlStatus.PARTIAL: "Needs Review",
    ControlStatus.WEAKENED: "Failed",
    ControlStatus.NOT_SATISFIED: "Failed",
    ControlStatus.ERROR: "Unknown",
    ControlStatus.MANUAL: "Needs Review",
    ControlStatus.NOT_ASSESSED: "Not Run",
    ControlStatus.NOT_APPLICABLE: "Not Applicable",
}
_OUTCOMES = {Outcome.FAIL: "Failed", Outcome.ERROR: "Unknown", Outcome.UNKNOWN: "Needs Review", Outcome.PASS: "Passed"}
_ORDER = ("Failed", "Unknown", "Needs Review", "Not Run", "Passed", "Not Applicable")
"""Results, the one first that counts for the whole."""
_WITHOUT_RULES = {
    ControlStatus.MANUAL: "People assess this control; the scan did not.",
    ControlStatus.NOT_APPLICABLE: "The control does not apply.",
}
_Numbers: TypeAlias = dict[str, list[int]]


def documents(scan: Scan, source: PackSource) -> dict[str, bytes]:
    """The log under its name in the pack; nothing for a scan without controls, because a log has an evaluation."""
    basis = Basis(scan, source)
    if not basis.controls:
        return {}
    evaluations = [_evaluation(basis, control) for control in basis.controls]
    results = {each["result"] for each in evaluations}
    return {
        NAME: indented(
            {
                "metadata": _metadata(basis),
                "target": {
                    "id": "scanned-files",
                    "name": "The scanned files",
                    "type": "Software",
                    **({"version": source.commit} if source.commit else {}),
                    "description": f"population.jsonl lists them. {safe(scan.verdict.reason)}",
                },
                "result": next(each for each in _ORDER if each in results),
                "evaluations": evaluations,
            }
        )
    }


def _metadata(basis: Basis) -> Json:
    source = basis.source
    frameworks = [
        {
            "id": basis.group_id(each.id, each.edition),
            "title": each.title,
            "version": each.edition,
            "description": "Ids of controls are those of the publisher.",
            **({"url": each.source} if is_address(each.source) else {}),
        }
        for each in basis.frameworks
    ]
    rules = {
        "id": _RULES,
        "title": "Rules of Assay",
        "version": source.version,
        "description": "policy/rules of the pack",
    }
    files = {"id": _FILES, "title": "The scanned files", "version": source.commit or source.files.get(POPULATION, "")}
    return {
        "id": f"assay-{basis.uuid('gemara')}",
        "type": "EvaluationLog",
        "gemara-version": VERSION,
        "version": files["version"],
        "date": basis.time,
        "description": f"Results of a static scan. {DISCLAIMER} {TIMES}",
        "author": {"id": "assay", "name": "Assay", "type": "Software", "version": source.version},
        "mapping-references": [*frameworks, rules, files],
    }


def _evaluation(basis: Basis, control: Assessment) -> Json:
    reference = {
        "reference-id": basis.group_id(control.framework, control.edition),
        "entry-id": control.control,
    }
    numbers = _by_rule(basis, control)
    logs = [_log(basis, reference, rule, own) for rule, own in sorted(numbers.items())]
    logs += _beside(basis, control, reference)
    result = _CONTROLS[control.status]
    if (control.framework, control.edition) in basis.lists and result == "Passed":
        result = "Needs Review"
    return {
        "name": safe(control.title),
        "result": result,
        "message": safe(_message(control)),
        "control": reference,
        "assessment-logs": logs or [_without_rules(basis, reference, control)],
    }


def _message(control: Assessment) -> str:
    """The status of Assay, which has more of them than Gemara has results, and its reason."""
    why = control.reason or _WITHOUT_RULES.get(control.status, "")
    return f"Status {control.shown_status}; {why}" if why else f"Status {control.shown_status}"


def _by_rule(basis: Basis, control: Assessment) -> _Numbers:
    """Rule that counts for a control -> the numbers of its findings."""
    accounts = basis.scan.accounts
    found: _Numbers = {}
    key = control.framework, control.edition, control.control
    for number in accounts.of_controls.get(key, ()) if accounts else ():
        rule = basis.scan.findings[number].rule
        if basis.bears(rule, control):
            found.setdefault(rule, []).append(number)
    return found


def _log(basis: Basis, reference: Json, rule: str, numbers: list[int]) -> Json:
    """What one rule showed about a control."""
    findings = [basis.scan.findings[number] for number in numbers]
    more = sum(each.outcome is Outcome.FAIL for each in findings) - _SHOWN
    return _entry(basis, reference, rule, findings, f"{more} more failures are in {RESULTS}." if more > 0 else "")


def _entry(basis: Basis, reference: Json, rule: str, findings: list[Finding], further: str) -> Json:
    """What some findings of one rule show, with the places of the first failures."""
    info, counts = basis.scan.rules[rule], Counter(each.outcome for each in findings)
    failed = [each for each in findings if each.outcome is Outcome.FAIL]
    said = ", ".join(f"{counts[each]} {each}" for each in Outcome if counts[each])
    evidence = list(_evidence(basis, failed[:_SHOWN]))
    return {
        "requirement": reference,
        "plan": {"reference-id": _RULES, "entry-id": rule},
        "description": safe(info.title),
        "result": next(_OUTCOMES[each] for each in Outcome if counts[each]),
        "message": f"{said}. {further}" if further else said,
        "applicability": ["scanned-files"],
        "steps": [rule],
        "steps-executed": 1,
        "start": basis.time,
        "end": basis.time,
        **({"recommendation": safe(info.remediation)} if failed and info.remediation else {}),
        **({"evidence": evidence} if evidence else {}),
    }


def _beside(basis: Basis, control: Assessment, reference: Json) -> Iterator[Json]:
    """What counts for no control of the requested frameworks, at each control that its rule is mapped to."""
    accounts, known = basis.scan.accounts or Accounts(), len(basis.scan.findings)
    own: dict[tuple[str, str], list[Finding]] = {}
    for number, why in accounts.uncounted.get((control.framework, control.edition, control.control), ()):
        if number >= known:
            finding = accounts.left_out[number - known]
            own.setdefault((finding.rule, why), []).append(finding)
    for (rule, why), findings in sorted(own.items()):
        result = "Needs Review" if why == Why.STRENGTH else "Not Applicable"
        where = f"It does not count for this control: {why}. {LEFT_OUT} lists all."
        yield {**_entry(basis, reference, rule, findings, where), "result": result}


def _evidence(basis: Basis, failed: list[Finding]) -> Iterator[Json]:
    for each in failed:
        at = each.location
        yield {
            "id": f"{each.fingerprint}-{each.occurrence}",
            "type": "file",
            "collected-at": basis.time,
            "payload": {"path": safe(at.path), "line": at.line, "column": at.column, "waiver": safe(each.waiver)},
            "description": safe(each.message),
        }


def _without_rules(basis: Basis, reference: Json, control: Assessment) -> Json:
    """A log needs an assessment for each control: here one that says that there was none."""
    return {
        "requirement": reference,
        "description": "No rule had an outcome that counts for this control.",
        "result": "Not Run" if control.status is ControlStatus.NOT_ASSESSED else _CONTROLS[control.status],
        "message": safe(_message(control)),
        "applicability": ["scanned-files"],
        "steps": ["none"],
        "steps-executed": 0,
        "start": basis.time,
    }
