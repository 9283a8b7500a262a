"""Objects that a test of an operator expects, as in KUTTL and Chainsaw: parts without a name, which nobody applies."""

from __future__ import annotations

import posixpath
import re

from scanner.documents import Document
from scanner.late import regex
from scanner.subjects.object_lists import is_object

_NAMED = regex(r"(?:^|[-_.])(?:assert|errors?)(?:[-_.]|$)", re.IGNORECASE)
"""The name of a file with what is expected, or with what must not be there."""
ASSERTION = "an object without a name that a test expects, which cannot be applied"
EXPECTED = "an object that a test expects, by the name of the file and the test beside it, and that is not applied"


def assertion(document: Document, *, expected: bool) -> str:
    """Why an object is only what a test expects; empty for any other document.

    `expected` is whether a test compares the objects of its file with a cluster.
    """
    value = document.root.value
    if (
        document.format not in ("yaml", "json")
        or not is_object(value)
        or value["kind"].endswith(("List", "Configuration"))
    ):
        return ""
    if expected:
        return EXPECTED
    metadata = value.get("metadata")
    if isinstance(metadata, dict) and (metadata.get("name") or metadata.get("generateName")):
        return ""
    name = posixpath.basename(posixpath.splitext(document.origin.path)[0])
    return ASSERTION if "status" in value or _NAMED.search(name) else ""
