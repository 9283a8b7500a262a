"""What documents of a format can state, where other formats can state more of the same kinds of subjects.

A rule that lacks anything else is silent about a subject of the format: it would ask for what nobody can write there.
"""

from __future__ import annotations

from collections.abc import Mapping

_CALM = (
    "atRest authentication availability backups boundary categories classification criticality crosses data dangling"
    " encrypted encryption from from_public from_type id interfaces interval kind name owner parent percent protocol"
    " recovery references regulated rpo rto to to_boundary_kind to_regulated to_type type"
)
_BACKSTAGE = "callers criticality found from from_type id lifecycle name named owner references to to_type type"
_STRUCTURIZR = (
    "authentication availability boundary criticality crosses dangling encrypted from from_public from_type id kind"
    " name owner parent percent protocol recovery references rpo rto to to_boundary_kind to_type type"
)
_STATED = {"calm": _CALM, "backstage": _BACKSTAGE, "structurizr": _STRUCTURIZR}
FIELDS: Mapping[str, frozenset[str]] = {name: frozenset(fields.split()) for name, fields in _STATED.items()}
"""By the name of a format: fields that it has, by name or by convention, and facts that follow from these."""
