"""Structurizr workspaces in JSON -> the subjects of an architecture spec.

https://docs.structurizr.com/json. `elements` reads people, systems, containers and deployment nodes, `relationships`
what flows between them. Components are parts of their container. What a workspace states of an element in properties
or perspectives is read by the names of the native spec.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from scanner.documents import Document
from scanner.documents.positions import Node
from scanner.model import Subject
from scanner.places import Origin
from scanner.subjects import governance
from scanner.subjects.architecture import SYSTEM
from scanner.subjects.data_predicates import either, fits
from scanner.subjects.format import Format, KnownBy
from scanner.subjects.subject_builder import SubjectBuilder

_MODEL = {"model": either({"softwareSystems": list}, {"people": list})}
_NAMES = """
id name description version revision lastModifiedDate lastModifiedUser lastModifiedAgent properties model views
documentation configuration thumbnail scope
"""
_KEYS = frozenset(_NAMES.split())
"""All keys of a workspace, so that no document of another format counts as one."""


def recognise(document: Document) -> Iterator[Subject] | None:
    """The subjects of a workspace; None for any other document, and for an example in a text."""
    if document.format not in ("json", "yaml") or document.origin.first_line or not _is_workspace(document.root.value):
        return None
    return (replace(subject, format=FORMAT.name) for subject in _subjects(document.root, document.origin))


def losses(document: Document) -> Iterator[tuple[int, str]]:
    """Entries of the model that are neither elements nor relationships: 1-based line and why."""
    if not document.origin.first_line and _is_workspace(document.root.value):
        from scanner.subjects.structurizr.elements import Elements

        yield from Elements(document.root.get("model"), document.origin, "").losses()


def _is_workspace(value: Any) -> bool:
    return fits(value, _MODEL) and _KEYS.issuperset(value)


def _subjects(root: Node, origin: Origin) -> Iterator[Subject]:
    from scanner.subjects.structurizr.elements import Elements  # most scans meet no such file
    from scanner.subjects.structurizr.relationships import flows

    name = str(root.get("name").value or "workspace")
    shape = SubjectBuilder().say("name", name)
    yield governance.subject(SYSTEM, origin, "", "system", shape, root.get("model"))
    elements = Elements(root.get("model"), origin, name)
    yield from elements.subjects()
    yield from flows(elements)


FORMAT = Format(
    "structurizr",
    "Structurizr workspaces in JSON",
    KnownBy.CONTENT,
    recognise,
    signs=r"""(?:^|[{,])[ \t]*["']?softwareSystems["']?\s*:""",
    losses=losses,
)
