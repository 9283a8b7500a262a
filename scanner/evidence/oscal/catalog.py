"""The catalog of the ids of the requested frameworks, and the profile that selects them all.

Few of these frameworks are published in OSCAL, and a finding needs a control that exists.
"""

from __future__ import annotations

from scanner.controls import Assessment, Checkable, FrameworkSummary
from scanner.evidence.oscal.basis import CATALOG, Basis, Json, is_address, props, some, text

STATEMENT, OBJECTIVE, GUIDANCE = "_smt", "_obj", "_gdn"
"""How the ids of the parts of a control end."""
_OBJECTIVES = {
    Checkable.FULL: "Determine if the control is satisfied. Files can show it in full.",
    Checkable.PARTIAL: "Determine if the control is satisfied. Files can show a part of it; people and records have to "
    "show the rest.",
}
"""Controls that only people or run time can show have no objective here, so that no finding can name one."""


def catalog(basis: Basis) -> Json:
    """The catalog."""
    return {
        "catalog": {
            "uuid": basis.uuid("catalog"),
            "metadata": basis.metadata(
                "Controls of the requested frameworks",
                "The catalog lists ids and titles so that other documents can refer to them. It does not contain the "
                "text of a framework; its publisher's text counts.",
            ),
            **some("groups", [_group(basis, each) for each in basis.frameworks]),
        }
    }


def profile(basis: Basis) -> Json:
    """The profile: every control of the catalog."""
    return {
        "profile": {
            "uuid": basis.uuid("profile"),
            "metadata": basis.metadata("All controls of the requested frameworks"),
            "imports": [{"href": CATALOG, "include-all": {}}],
            "merge": {"as-is": True},
        }
    }


def _group(basis: Basis, framework: FrameworkSummary) -> Json:
    own = [each for each in basis.controls if (each.framework, each.edition) == (framework.id, framework.edition)]
    return {
        "id": basis.group_id(framework.id, framework.edition),
        "class": framework.measure.value,
        "title": text(f"{framework.title} {framework.edition}"),
        "props": props(("framework", framework.id), ("edition", framework.edition), ("licence", framework.licence)),
        **some("links", [{"href": framework.source, "rel": "reference"}] if is_address(framework.source) else []),
        **some("controls", [_control(basis.control_id(each), each) for each in own]),
    }


def _control(identity: str, control: Assessment) -> Json:
    title = text(control.title)
    parts = [{"id": f"{identity}{STATEMENT}", "name": "statement", "prose": title}]
    if objective := _OBJECTIVES.get(control.checkable):
        parts.append({"id": f"{identity}{OBJECTIVE}", "name": "assessment-objective", "prose": objective})
    if control.evidence:
        parts.append({"id": f"{identity}{GUIDANCE}", "name": "guidance", "prose": text(control.evidence)})
    return {
        "id": identity,
        "title": title,
        "props": [
            {"name": "label", "value": control.control},
            *props(("checkable", control.checkable), ("parent", control.parent)),
        ],
        "parts": parts,
    }
