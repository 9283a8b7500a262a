"""The component definition: Assay as a component that validates, with the rules for each control.

The names of the properties of rules are those of compliance-trestle, which other programs read.
"""

from __future__ import annotations

from scanner.evidence.oscal.basis import PROFILE, Basis, Json, props, some, text
from scanner.evidence.oscal.observed import Observed
from scanner.reports.safe_text import safe

_TRESTLE = "https://oscal-compass.github.io/compliance-trestle/schemas/oscal/cd"


def definition(basis: Basis, observed: Observed) -> Json:
    """The document."""
    rules = [each for rule in observed.rules for each in _rule(basis, rule)]
    component: Json = {
        "uuid": basis.uuid("component"),
        "type": "validation",
        "title": "Assay",
        "description": "A static scanner: it reads files and evaluates rules on what they state.",
        "props": [{"name": "version", "value": basis.source.version}, *rules],
        **some("control-implementations", _implementations(basis, observed)),
    }
    return {
        "component-definition": {
            "uuid": basis.uuid("component-definition"),
            "metadata": basis.metadata(
                "Rules of a static scan, by control",
                "The component examines controls; it does not implement them. A requirement lists the rules whose "
                "outcome counts for the control.",
            ),
            "components": [component],
        }
    }


def _rule(basis: Basis, rule: str) -> list[Json]:
    info = basis.scan.rules[rule]
    values = {"Rule_Id": rule, "Rule_Description": info.title, "Check_Id": rule, "Check_Description": info.title}
    return [_named(name, value, rule) for name, value in values.items()]


def _named(name: str, value: str, rule: str) -> Json:
    return {"name": name, "ns": _TRESTLE, "value": safe(value).strip(), "remarks": safe(rule)}


def _implementations(basis: Basis, observed: Observed) -> list[Json]:
    ran = set(observed.rules)
    by_control: dict[str, list[str]] = {}
    for rule in sorted(ran):
        for control in basis.controls_of(rule):
            by_control.setdefault(basis.control_id(control), []).append(rule)
    requirements = []
    for control in basis.controls:
        identity = basis.control_id(control)
        if rules := by_control.get(identity):
            requirements.append(
                {
                    "uuid": basis.uuid("requirement", identity),
                    "control-id": identity,
                    "description": f"Rules that examine this control: {len(rules)}. {text(control.evidence)}",
                    "props": [
                        *props(("checkable", control.checkable)),
                        *({"name": "Rule_Id", "ns": _TRESTLE, "value": safe(rule).strip()} for rule in rules),
                    ],
                }
            )
    if not requirements:
        return []
    return [
        {
            "uuid": basis.uuid("control-implementation"),
            "source": PROFILE,
            "description": "The rules that examine each control.",
            "implemented-requirements": requirements,
        }
    ]
