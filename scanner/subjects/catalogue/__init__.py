"""Catalogues of software by Backstage (`catalog-info.yaml`) -> their entities, as services, stores and flows too.

https://backstage.io/docs/features/software-catalog/descriptor-format. An entity refers to others as
`[kind:][namespace/]name`, without regard to case; each may stand in another repository.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from scanner.controls import ShownBy
from scanner.documents import Document
from scanner.late import regex
from scanner.model import Subject
from scanner.subjects.catalogue.kinds import ENTITY, KINDS_OF_ENTITIES
from scanner.subjects.format import Format, KnownBy
from scanner.subjects.kind import Kind

_VERSION = regex(r"(?:[\w.-]+\.)?backstage\.io/v\w+")
GROUP = "catalogue"
"""What the entities of all files of a scan share."""


def recognise(document: Document) -> Iterator[Subject] | None:
    """The subjects of an entity; None for any other document, such as a template of the scaffolder."""
    if document.format not in ("yaml", "json") or not is_entity(document.root.value):
        return None
    from scanner.subjects.catalogue import entities  # most scans meet no such file

    group = f"{document.origin.path}:{document.origin.first_line}" if document.origin.first_line else GROUP
    return (
        replace(subject, group=group, format=FORMAT.name) for subject in entities.read(document.root, document.origin)
    )


def is_entity(value: Any) -> bool:
    """Whether data is an entity of a kind that Backstage defines."""
    if not isinstance(value, dict) or not isinstance(value.get("apiVersion"), str):
        return False
    kind = value.get("kind")
    return bool(_VERSION.fullmatch(value["apiVersion"])) and isinstance(kind, str) and kind in KINDS_OF_ENTITIES


def losses(document: Document) -> Iterator[tuple[int, str]]:
    """The line of an entity without a name, and of a `spec` or a list of references that is none."""
    if is_entity(document.root.value):
        from scanner.subjects.catalogue import entities

        yield from entities.losses(document.root, document.origin)


FORMAT = Format(
    "backstage",
    "Backstage catalogues",
    KnownBy.HEADER,
    recognise,
    {ENTITY: Kind(("entity",), ShownBy.DECLARED)},
    losses=losses,
)
