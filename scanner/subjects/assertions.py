"""Objects that a test of an operator expects, as in KUTTL and Chainsaw: parts without a name, which nobody applies."""

from __future__ import annotations

import posixpath
import re

from scanner.documents import Document
from scanner.late import regex
from scanner.subjects.object_lists import is_object

_NAMED = regex(r"(?:^|[-_.])(?:assert|errors?)(?:[-_.]|$)", re.IGNORECASE)
"""The name of a file with what is expected, or with what must not be there."""
_EXPECTED = regex(
    r"(?:^|/)(?:tests?|e2e|kuttl|chainsaw)(?:[-_][^/]*)?/(?:.*/)?(?:(?:[^/]*[-_.])?assert(?:[-_.][^/]*)?|\d+-errors?)$",
    re.IGNORECASE,
)
"""The path, without suffix, of a file that KUTTL and Chainsaw compare with the cluster; its objects may have names."""
ASSERTION = "an object without a name that a test expects, which cannot be applied"
EXPECTED = "an object that a test expects, by the name of the file, and that is not applied"


def assertion(document: Document) -> str:
    """Why an object is only what a test expects; empty for any other document."""
    value = document.root.value
    if (
        document.format not in ("yaml", "json")
        or not is_object(value)
        or value["kind"].endswith(("List", "Configuration"))
    ):
        return ""
    path = posixpath.splitext(document.origin.path)[0]
    if _may_be_expected(path) and _EXPECTED.search(path):
        return EXPECTED
    metadata = value.get("metadata")
    if isinstance(metadata, dict) and (metadata.get("name") or metadata.get("generateName")):
        return ""
    return ASSERTION if "status" in value or _NAMED.search(posixpath.basename(path)) else ""


def _may_be_expected(path: str) -> bool:
    """Whether a path holds a word that the pattern looks for, which most paths do not."""
    folded = path.casefold()
    return "assert" in folded or "error" in folded
