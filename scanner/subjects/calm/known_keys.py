"""The keys of a CALM architecture: those of its schemas 1.0 to 1.2, and those that the reader takes beside them.

https://calm.finos.org/release/1.2/meta/core.json and flow.json. Drafts had `run-as`, `instance` and `authentication`.
"""

from __future__ import annotations

from scanner.documents import Document
from scanner.subjects.calm.nodes import is_node
from scanner.subjects.calm.quantities import AVAILABILITY, BACKUPS, GOALS, RETENTION
from scanner.subjects.calm.relationships import TYPES
from scanner.subjects.data_predicates import words
from scanner.subjects.unknown_keys import told_of_lists

_KNOWN = {
    "": words(
        "$schema $id $comment unique-id title name description nodes relationships flows metadata "
        "controls adrs decorators"
    ),
    "nodes": {
        *words("unique-id node-type name description details interfaces controls metadata run-as instance"),
        *words("data-classification owner team criticality business-criticality encryption-at-rest"),
        *(name for names in GOALS.values() for name in names),
        *(*AVAILABILITY, BACKUPS, RETENTION),
    },
    "relationships": {
        *words("unique-id description relationship-type protocol metadata controls authentication auth-method"),
        *TYPES,
    },
    "flows": words("unique-id name description requirement-url transitions controls metadata"),
}


def notes(document: Document) -> str:
    """The keys of a CALM architecture that are not known; empty for any other document."""
    if not any(map(is_node, document.root.get("nodes").elements())):
        return ""
    return told_of_lists(document.root, _KNOWN, ("nodes", "relationships", "flows"))
