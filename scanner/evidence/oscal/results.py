"""The assessment results: what was concluded about each control, from what was observed.

A control that only people can show, that does not apply or that nothing in the files decides has no finding. OSCAL has
two states. `satisfied` means completely satisfied, so a control of which files show only a part without a failure is
`not-satisfied` with the reason `other`, and it has no risk.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from scanner.controls import Assessment, ControlStatus
from scanner.evidence.left_out import LEFT_OUT
from scanner.evidence.oscal.basis import OF_COMMIT, PLAN, Basis, Json, props, some, text
from scanner.evidence.oscal.beside import Beside
from scanner.evidence.oscal.catalog import OBJECTIVE
from scanner.evidence.oscal.observed import Observed, RiskKey
from scanner.evidence.population import POPULATION, SUBJECTS
from scanner.evidence.run_record import RUN
from scanner.evidence.totals import RESULTS
from scanner.finished_scan import DISCLAIMER
from scanner.model import InputStatus, Outcome

STATES = {
    ControlStatus.SATISFIED: ("satisfied", "pass"),
    ControlStatus.PARTIAL: ("not-satisfied", "other"),
    ControlStatus.WEAKENED: ("not-satisfied", "fail"),
    ControlStatus.NOT_SATISFIED: ("not-satisfied", "fail"),
    ControlStatus.ERROR: ("not-satisfied", "other"),
}
"""Status of a control -> state and reason of its finding; the others have none."""
_REMARKS = {
    ControlStatus.SATISFIED: "Files can show this control in full, and every rule that decides its status passed.",
    ControlStatus.PARTIAL: "No rule that decides the status failed. The rules that passed show a part of the control, "
    "and the state satisfied would mean that it is completely satisfied. So the state is not-satisfied for the reason "
    "other, without a risk: whoever has the rest of the evidence decides.",
    ControlStatus.WEAKENED: "Failures weaken the control. None of them contradicts it by itself.",
    ControlStatus.NOT_SATISFIED: "Failures contradict the control.",
    ControlStatus.ERROR: "A rule could not be evaluated, so nothing was determined. That is not a pass.",
}
_LEFT_OUT = {
    ControlStatus.MANUAL: "only people or run time can show them",
    ControlStatus.NOT_APPLICABLE: "they do not apply",
    ControlStatus.NOT_ASSESSED: "nothing that was scanned decides them",
}
_REFERENCES = 30_000
"""References of all findings to observations of failures."""


def is_finding(basis: Basis, control: Assessment) -> bool:
    """Whether something is concluded about a control; nothing satisfies an item of a list of risks."""
    return control.status in STATES and (control.framework, control.edition) not in basis.lists


def results(basis: Basis, observed: Observed, beside: Beside) -> Json:
    """The document."""
    remarks = (
        "The statuses of Assay are the properties `status` of the findings; OSCAL has two states only. " + DISCLAIMER
    )
    return {
        "assessment-results": {
            "uuid": basis.uuid("assessment-results"),
            "metadata": basis.metadata("Results of a static scan", remarks),
            "import-ap": {"href": PLAN},
            "results": [_result(basis, observed, beside)],
            "back-matter": basis.back_matter((RESULTS, LEFT_OUT, SUBJECTS, POPULATION, RUN)),
        }
    }


def _result(basis: Basis, observed: Observed, beside: Beside) -> Json:
    found = [each for each in basis.controls if is_finding(basis, each)]
    statuses = Counter(each.status for each in basis.controls)
    inputs = Counter(item.status for item in basis.scan.inputs)
    inventory = observed.inventory(beside.subjects())
    failed = [each for each in basis.scan.findings if each.outcome is Outcome.FAIL]
    return {
        "uuid": basis.uuid("result"),
        "title": "Static scan",
        "description": "What the scanned files show about the controls of the requested frameworks. "
        "A finding here is about one control, and its property `failures` counts the failures that decide its status; "
        "the verdict counts failures of rules that no waiver accepts. The verdict: " + text(basis.scan.verdict.reason),
        "start": basis.time,
        "end": basis.time,
        "props": props(
            *(("commit", basis.source.commit), ("tree", basis.source.tree), ("profile", basis.scan.run.profile)),
            ("files-differ-from-commit", "yes" if basis.scan.run.git_dirty else ""),
            OF_COMMIT,
            *(("controls-with-finding", len(found)), ("failures", len(failed))),
            ("failures-that-count-for-no-control", beside.failures),
            ("failures-waived", sum(bool(each.waiver) for each in failed)),
            *((f"controls-{each}", statuses[each]) for each in ControlStatus if statuses[each]),
            *((f"inputs-{each}", inputs[each]) for each in InputStatus if inputs[each]),
        ),
        "links": [{"href": f"#{basis.resource(name)}", "rel": "reference"} for name in (RUN, POPULATION)],
        "local-definitions": {**some("inventory-items", inventory), "assessment-assets": basis.assets()},
        "reviewed-controls": _reviewed(basis, found),
        **some("observations", [*observed.observations(observed.rules), *beside.observations()]),
        **some("risks", [observed.risk(key) for key in observed.risks]),
        **some("findings", [_finding(basis, observed, each, max(10, _REFERENCES // len(found))) for each in found]),
    }


def _reviewed(basis: Basis, found: list[Assessment]) -> Json:
    """The controls that findings are about; the remarks list the others with the reason."""
    if found:
        selection: Json = {"include-controls": [{"control-id": basis.control_id(each)} for each in found]}
    else:
        every = [{"control-id": basis.control_id(each)} for each in basis.controls]
        selection = {"include-all": {}, **some("exclude-controls", every)}
    return {
        "description": "The controls about which the files show something.",
        "control-selections": [selection],
        **({"remarks": said} if (said := "\n\n".join(_others(basis))) else {}),
    }


def _others(basis: Basis) -> Iterator[str]:
    for status, why in _LEFT_OUT.items():
        own = [basis.control_id(each) for each in basis.controls if each.status is status]
        if own:
            yield f"No finding, because {why} ({status}): {', '.join(own)}."
    listed = [each for each in basis.controls if each.status in STATES and not is_finding(basis, each)]
    if listed:
        names = ", ".join(map(basis.control_id, listed))
        yield f"No finding, because they are items of a list of risks or steps, which nothing satisfies: {names}."


def _finding(basis: Basis, observed: Observed, control: Assessment, most: int) -> Json:
    state, reason = STATES[control.status]
    key = control.framework, control.edition, control.control
    bearing = [rule for rule in control.rules if basis.bears(rule, control) and rule in observed.rules]
    failures = _failures(basis, control)
    shown = observed.of(failures)
    related = [*map(observed.of_rule, bearing), *shown[:most]]
    risks = sorted({(basis.scan.findings[number].rule, basis.scan.findings[number].waiver) for number in failures})
    more = len(failures) - len(shown[:most])
    return {
        "uuid": basis.uuid("finding", *key),
        "title": text(f"{control.framework} {control.edition} {control.control}: {control.title}"),
        "description": text(control.reason or control.title),
        "props": props(
            *(("framework", control.framework), ("edition", control.edition), ("control", control.control)),
            *(("status", control.status), ("waived", "yes" if control.waived else ""), ("failures", len(failures))),
        ),
        **some("links", _page(basis, key)),
        "origins": basis.origins,
        "target": {
            "type": "objective-id",
            "target-id": f"{basis.control_id(control)}{OBJECTIVE}",
            "status": {
                "state": state,
                "reason": reason,
                "remarks": _remarks(control, list(dict.fromkeys(rule for rule, _ in risks)), more),
            },
            **({"implementation-status": {"state": "partial"}} if control.status is ControlStatus.PARTIAL else {}),
        },
        **some("related-observations", [{"observation-uuid": each} for each in related]),
        **some("related-risks", [{"risk-uuid": observed.of_risk(each)} for each in risks]),
    }


def _failures(basis: Basis, control: Assessment) -> list[int]:
    """The numbers of the failures that count for a control."""
    accounts, findings = basis.scan.accounts, basis.scan.findings
    key = control.framework, control.edition, control.control
    numbers = accounts.of_controls.get(key, ()) if accounts else ()
    return [
        number
        for number in numbers
        if findings[number].outcome is Outcome.FAIL and basis.bears(findings[number].rule, control)
    ]


def _remarks(control: Assessment, rules: Sequence[str], more: int) -> str:
    failing = f"Rules that fail: {', '.join(rules)}." if rules else ""
    waived = (
        "Waivers accept all failures that count for it; the state is the one without them." if control.waived else ""
    )
    rest = f"{more} more failures are in the related risks and in {RESULTS}." if more else ""
    return " ".join(filter(None, (_REMARKS[control.status], failing, waived, rest)))


def _page(basis: Basis, key: tuple[str, str, str]) -> list[Json]:
    name = basis.source.control_files.get(key)
    return [{"href": f"../{name}.html", "rel": "reference", "text": "The page of the control"}] if name else []


def controls_of_risk(basis: Basis, key: RiskKey) -> list[Assessment]:
    """The controls that a risk counts for."""
    return [each for each in basis.controls_of(key[0]) if is_finding(basis, each)]
