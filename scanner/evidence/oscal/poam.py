"""The plan of action and milestones: an item for each rule that fails, with its failures."""

from __future__ import annotations

from scanner.evidence.left_out import LEFT_OUT
from scanner.evidence.oscal.basis import Basis, Json, props, text
from scanner.evidence.oscal.observed import Observed, RiskKey
from scanner.evidence.oscal.results import controls_of_risk
from scanner.evidence.population import SUBJECTS
from scanner.evidence.totals import RESULTS


def poam(basis: Basis, observed: Observed) -> Json | None:
    """The document; None where nothing fails, because OSCAL allows no plan without an item."""
    if not observed.risks:
        return None
    ssp, resource = basis.no_ssp()
    rules = list(dict.fromkeys(rule for rule, _ in observed.risks))
    remarks = (
        "An item for each rule that fails, and one more for its failures that a waiver accepts. Milestones, owners and "
        "dates are not in it: people set them. A control that files show only in part has no item unless a rule "
        f"failed. Failures that count for no control of the requested frameworks have no item: {LEFT_OUT} lists them."
    )
    return {
        "plan-of-action-and-milestones": {
            "uuid": basis.uuid("poam"),
            "metadata": basis.metadata("Failures of a static scan to be mended", remarks),
            "import-ssp": ssp,
            "local-definitions": {"inventory-items": observed.inventory(), "assessment-assets": basis.assets()},
            "observations": observed.observations(rules),
            "risks": [observed.risk(key) for key in observed.risks],
            "poam-items": [_item(basis, observed, key) for key in observed.risks],
            "back-matter": basis.back_matter((RESULTS, SUBJECTS), [resource]),
        }
    }


def _item(basis: Basis, observed: Observed, key: RiskKey) -> Json:
    rule, waiver = key
    info = basis.scan.rules[rule]
    concerned = [("control", basis.control_id(each)) for each in controls_of_risk(basis, key)]
    return {
        "uuid": basis.uuid("poam-item", *key),
        "title": text(info.title),
        "description": text(info.remediation or info.title),
        "props": props(("rule", rule), ("severity", info.severity), ("waiver", waiver), *concerned),
        "origins": basis.origins,
        "related-observations": [{"observation-uuid": observed.of_rule(rule)}],
        "related-risks": [{"risk-uuid": observed.of_risk(key)}],
    }
