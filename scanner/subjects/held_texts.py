"""Texts in custom resources that are YAML or JSON themselves: values of charts, patches of pods, manifests."""

from __future__ import annotations

from collections.abc import Iterator

from scanner import documents
from scanner.documents import Document
from scanner.documents.positions import Node
from scanner.late import regex
from scanner.marks import Mark, all_at, end_of, key_start_of, line_of, moved

FIELDS = frozenset({"manifest", "podSpecPatch", "values", "valuesContent"})
"""Fields of custom resources (a workflow of Argo, an Argo CD application, a HelmChart) that hold such texts."""
_INDENT = 2
"""Columns by which a text is commonly indented below its key; the text that is read does not tell it."""
_CONTAINERS = regex(r"""(?:^|[\s{,"'])(?:initC|c)ontainers["']?\s*:\s*(?:-\s|\[)""")


def read(text: Node) -> Iterator[Node]:
    """The documents in a text as nodes of the document that holds it; none where one of them cannot be read."""
    if text.mark is None or not isinstance(text.value, str):
        return
    found = list(documents.read("text.yaml", text.value))
    for each in found:
        if isinstance(each, Document) and isinstance(each.root.value, dict) and each.root.mark:
            yield Node(each.root.value, _placed(each.root.mark, text))


def is_unread(text: str) -> bool:
    """Whether a text holds containers and cannot be read."""
    parts = documents.read("text.yaml", text) if _CONTAINERS.search(text) else ()
    return any(not isinstance(each, Document) for each in parts)


def _placed(mark: Mark, text: Node) -> Mark:
    """The mark of a value in a text in the document: the whole text where its lines are not those of the file."""
    place: Mark = text.mark  # type: ignore[assignment]
    if "\n" in text.value and len(text.value.splitlines()) <= end_of(place)[0] - line_of(place):
        return moved(mark, line_of(place) + 1, key_start_of(place)[1] + _INDENT)
    return all_at(mark, place)
