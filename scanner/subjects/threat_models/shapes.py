"""Which format of threat models a document has, by the keys at its top; no document has two of them."""

from __future__ import annotations

from typing import Any

from scanner.subjects.data_predicates import Shape, either, every, fits, some, words

THREAGILE, OTM, THREAT_DRAGON, TM_LIBRARY = "threagile", "otm", "threat-dragon", "tm-library"

THREAGILE_KEYS = words(
    "threagile_version includes title date author contributors management_summary_comment business_criticality"
    " application_description business_overview technical_overview questions abuse_cases security_requirements"
    " tags_available data_assets technical_assets trust_boundaries shared_runtimes individual_risk_categories"
    " custom_risk_categories risk_tracking diagram_tweak_suppress_edge_labels diagram_tweak_layout_left_to_right"
    " diagram_tweak_edge_layout diagram_tweak_nodesep diagram_tweak_ranksep"
    " diagram_tweak_invisible_connections_between_assets diagram_tweak_same_rank_assets"
)
"""All keys at the top of a model of Threagile."""
_NAMED = either(every({"id": object}), [{"id": object}])
_PARTS = either({"data_assets": some({"id": object})}, {"trust_boundaries": some({"id": object})})
_RUNTIMES = {"shared_runtimes": some({"technical_assets_running": object})}
_ELSEWHERE = frozenset(("nodes", "services", "views"))
"""Keys at the top of other descriptions of architecture, which are read as these."""
_SHAPES: tuple[tuple[str, Shape], ...] = (
    (THREAGILE, {"threagile_version": object}),
    (OTM, {"otmVersion": object}),
    (THREAT_DRAGON, {"summary": dict, "detail": {"diagrams": list}}),
    (TM_LIBRARY, {"scope": dict, "trust_zones": list, "data_flows": list}),
    (THREAGILE, {"technical_assets": _NAMED}),
)


def format_of(value: Any) -> str:
    """The format of threat models that plain data has; empty where it has none."""
    if not isinstance(value, dict) or not _ELSEWHERE.isdisjoint(value) or {"apiVersion", "kind"} <= value.keys():
        return ""
    found = next((name for name, shape in _SHAPES if fits(value, shape)), "")
    return found or (THREAGILE if is_part(value) else "")


def is_part(value: dict[Any, Any]) -> bool:
    """Whether data is a part of a model of Threagile, which another file includes."""
    if "threagile_version" in value or not THREAGILE_KEYS.issuperset(value):
        return False
    if fits(value, either({"technical_assets": _NAMED}, _PARTS, _RUNTIMES)):
        return True
    names = value.get("includes")
    return isinstance(names, list) and bool(names) and all(str(each).endswith((".yaml", ".yml")) for each in names)
