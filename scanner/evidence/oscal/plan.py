"""The assessment plan: which rules examine what, for which controls."""

from __future__ import annotations

from collections.abc import Sequence

from scanner.evidence.oscal.basis import METHOD, Basis, Json, prop, props, some, text
from scanner.evidence.run_record import RUN

_SUBJECTS = {
    "type": "inventory-item",
    "description": "Every subject, such as a container or a flow, in the scanned files: subjects.jsonl lists them.",
    "include-all": {},
}


def plan(basis: Basis, rules: Sequence[str]) -> Json:
    """The document."""
    ssp, resource = basis.no_ssp()
    remarks = (
        "The plan is derived from the scan: it lists the rules that had an outcome. There was no plan before the scan."
    )
    return {
        "assessment-plan": {
            "uuid": basis.uuid("assessment-plan"),
            "metadata": basis.metadata("Plan of a static scan", remarks),
            "import-ssp": ssp,
            **({"local-definitions": {"activities": own}} if (own := _activities(basis, rules)) else {}),
            "reviewed-controls": {
                "description": "All controls of the requested frameworks. For each control, the catalog says what "
                "files can show of it.",
                "control-selections": [{"include-all": {}}],
            },
            "assessment-subjects": [_SUBJECTS],
            "assessment-assets": basis.assets(),
            "tasks": [_task(basis, rules)],
            "back-matter": basis.back_matter((RUN,), [resource]),
        }
    }


def _activities(basis: Basis, rules: Sequence[str]) -> list[Json]:
    found = []
    for rule in rules:
        info = basis.scan.rules[rule]
        related = [{"control-id": basis.control_id(each)} for each in basis.controls_of(rule)]
        limits = f" Limits: {text(info.limits)}" if info.limits else ""
        activity: Json = {
            "uuid": _activity(basis, rule),
            "title": text(info.title),
            "description": f"{text(info.why or info.title)}{limits}",
            "props": [{"name": "method", "value": METHOD}, prop("rule", rule), *props(("severity", info.severity))],
        }
        if related:
            activity["related-controls"] = {"control-selections": [{"include-controls": related}]}
        found.append(activity)
    return found


def _activity(basis: Basis, rule: str) -> str:
    return basis.uuid("activity", rule)


def _task(basis: Basis, rules: Sequence[str]) -> Json:
    activities = [
        {"activity-uuid": _activity(basis, rule), "subjects": [{"type": "inventory-item", "include-all": {}}]}
        for rule in rules
    ]
    return {
        "uuid": basis.uuid("task"),
        "type": "action",
        "title": "Read the files and evaluate the rules",
        **some("associated-activities", activities),
    }
