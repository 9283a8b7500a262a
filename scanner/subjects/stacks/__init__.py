"""Compose and stack files -> services, networks, volumes, secrets, configs and the whole.

Each is judged as whoever deploys the file applies it: `deployers` states what each makes of the keys, `target` who it
is. `service` and the other first bindings are the text as it is; `applied` is what is in force of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scanner.controls import ShownBy
from scanner.documents import Document
from scanner.documents.positions import Node
from scanner.marks import NOWHERE, line_of
from scanner.model import Subject
from scanner.rendering.compose_names import COMPOSE_FILE, MOUNT, named_in, path_of
from scanner.subjects.data_predicates import either, fits, some
from scanner.subjects.format import Format, KnownBy
from scanner.subjects.kind import Kind
from scanner.subjects.stacks.kinds import CONFIG, NETWORK, SECRET, SERVICE, SYSTEM, VOLUME

KINDS = {
    SYSTEM: Kind(("system", "file"), ShownBy.MANIFEST),
    **{
        kind: Kind((kind.partition(".")[2], "applied", "stack"), ShownBy.MANIFEST)
        for kind in (SERVICE, NETWORK, VOLUME, SECRET, CONFIG)
    },
}
IN_PLACE = (SERVICE, NETWORK, VOLUME, SECRET, CONFIG)
"""Kinds whose focus is the text as it is."""
IN_FILE = (SYSTEM,)
"""Kinds that hold their document."""
_RUNS = either({"image": str}, {"build": object}, {"extends": object}, {"provider": dict})
_ANY_SECTION = either(
    *({name: dict} for name in ("services", "networks", "volumes", "secrets", "configs")), {"include": list}
)
_OTHERS = frozenset(("pipeline", "steps", "jobs", "stages", "workspace"))
"""Top-level keys of CI services, which have `services` with images too."""


def recognise(document: Document, wanted: str = "") -> Iterator[Subject] | None:
    """The subjects of a Compose or stack file; None for any other document.

    `wanted` is who deploys it, where the caller says so.
    """
    if document.format not in ("yaml", "json") or not _is_compose(document):
        return None
    from scanner.subjects.stacks import reading  # most scans meet no such file

    return reading.subjects(document, wanted)


def _is_compose(document: Document) -> bool:
    value: Any = document.root.value
    if not isinstance(value, dict) or not _OTHERS.isdisjoint(value) or {"apiVersion", "kind"} <= value.keys():
        return False
    if fits(value, {"services": some(_RUNS)}):
        return "nodes" not in value
    if document.named_by:
        return fits(value, _ANY_SECTION)
    return bool(COMPOSE_FILE.search(document.origin.path)) and fits(
        value, either({"services": dict}, {"include": list})
    )


def _named(document: Document) -> Iterator[tuple[int, str, str]]:
    """The files of the tree that a Compose file names: 1-based line, path, and what they are."""
    from scanner.subjects.stacks.mounts import mounts  # most scans meet no such file

    for node, what in named_in(document.root):
        if isinstance(node.value, str) and (path := path_of(node.value, document.origin.path)):
            yield _line(document, node), path, what
    for service in (node for _, node in document.root.get("services").items()):
        for mount, mark in mounts(service.get("volumes")):
            source = str(mount.get("source") or "")
            if mount["type"] == "bind" and source.startswith(".") and "$" not in source:
                yield _line(document, Node(None, mark)), path_of(source, document.origin.path), MOUNT


def _addresses(document: Document) -> Iterator[tuple[int, str, str]]:
    """The Compose files that are not in the tree: 1-based line, what it is, and no folder."""
    for node, _ in named_in(document.root):
        if isinstance(node.value, str) and not path_of(node.value, document.origin.path):
            yield _line(document, node), f"the Compose file at {node.value}", ""


def _line(document: Document, node: Node) -> int:
    """The 1-based line of a value; 0 where several files are merged, of which another one may hold it."""
    return 0 if document.origin.parts else line_of(node.mark or NOWHERE) + 1


FORMAT = Format(
    "compose",
    "Docker Compose and stack files",
    KnownBy.CONTENT,
    recognise,
    KINDS,
    signs=r"""^["']?services["']?[ \t]*:""",
    recognise_for=recognise,
    elsewhere=_addresses,
    told_elsewhere="{} is outside of the scanned files; this file names it",
    named=_named,
)
