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
_LOCAL = (
    "boundary_kind categories classification crosses dangling flow.data from from_public from_type guesses id name"
    " references regulated to to_boundary_kind to_categories to_entry_point to_regulated to_type type undefined_data"
)
_THREAGILE = f"{_LOCAL} atRest data encrypted encryption fieldLevel flow.authentication flow.authorization kind owner"
_DRAWN = (
    "atRest boundary_kind categories crosses dangling encrypted encryption from from_type guesses id inferred_regulated"
    " name references regulated to to_boundary_kind to_categories to_entry_point to_regulated to_type type"
)
FIELDS: Mapping[str, frozenset[str]] = {
    "calm": frozenset(_CALM.split()),
    "backstage": frozenset(_BACKSTAGE.split()),
    "structurizr": frozenset(_STRUCTURIZR.split()),
    "threagile": frozenset(_THREAGILE.split()),
    "threagile-local": frozenset(_LOCAL.split()),
    "otm": frozenset(_LOCAL.split()),
    "threat-dragon": frozenset(_DRAWN.split()),
    "threat-dragon-outside": frozenset(("dangling", "from", "guesses", "id", "name", "to")),
    "tm-library": frozenset(f"{_LOCAL} {_DRAWN}".split()) - {"classification"},
}
"""By the name of a format: fields that it has, by name or by convention, and facts that follow from these.

A name with a dot is that of a field of one kind of subject alone.
"""


def can_state(form: str, focus: str, key: str) -> bool:
    """Whether documents of a format can state a field of a subject, by the binding of its kind."""
    return key in FIELDS[form] or f"{focus}.{key}" in FIELDS[form]
