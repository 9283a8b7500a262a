"""Keys of a model of Threagile that Threagile does not define."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.documents.positions import Node
from scanner.subjects.data_predicates import words
from scanner.subjects.threat_models.building import entries
from scanner.subjects.threat_models.shapes import THREAGILE_KEYS
from scanner.subjects.unknown_keys import unknown_keys

_WRITTEN = words(
    "communication_links incoming_technical_communication_links_mapped_by_target_id"
    " direct_containing_trust_boundary_mapped_by_technical_asset_id generated_risks_by_category"
    " built_in_risk_categories generated_risks_by_synthetic_id all_supported_tags"
)
"""Keys that Threagile adds when it writes a model."""
_COMMON = "id title description tags justification_cia_rating confidentiality integrity availability usage owner"
_OF_ENTRIES = {
    "data_assets": words(f"{_COMMON} origin quantity"),
    "technical_assets": words(
        f"{_COMMON} type used_as_client_by_human out_of_scope justification_out_of_scope size technology technologies"
        " internet machine encryption multi_tenant redundant custom_developed_parts data_assets_processed"
        " data_assets_stored data_formats_accepted diagram_tweak_order communication_links raa"
    ),
    "trust_boundaries": words("id title description type tags technical_assets_inside trust_boundaries_nested"),
    "shared_runtimes": words("id title description tags technical_assets_running"),
}
_OF_LINKS = words(
    "id title source_id target target_id description protocol authentication authorization tags vpn ip_filtered"
    " readonly usage data_assets_sent data_assets_received diagram_tweak_weight diagram_tweak_constraint"
)


def unknown(root: Node) -> Iterator[str]:
    """Each key that is not known, with what it is a key of."""
    yield from unknown_keys(root, THREAGILE_KEYS | _WRITTEN, "")
    for key, known in _OF_ENTRIES.items():
        for _, entry in entries(root.get(key)):
            yield from unknown_keys(entry, known, f" in {key}")
            for _, link in entries(entry.get("communication_links")):
                yield from unknown_keys(link, _OF_LINKS, " in communication_links")
