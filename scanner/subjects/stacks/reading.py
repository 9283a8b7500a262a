"""Compose and stack files -> their subjects, as whoever deploys them applies them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from scanner.documents import Document
from scanner.documents.positions import Node
from scanner.marks import NOWHERE
from scanner.model import Subject
from scanner.subjects.stacks import resources, services
from scanner.subjects.stacks.applied import Applied
from scanner.subjects.stacks.dropped_keys import refused
from scanner.subjects.stacks.kinds import CONFIG, NETWORK, SECRET, SERVICE, STACK, SYSTEM, VOLUME
from scanner.subjects.stacks.target import Target, target_of

_SECTIONS: dict[str, tuple[str, Callable[[Node, str], Applied]]] = {
    SERVICE: ("services", services.applied),
    NETWORK: ("networks", resources.network),
    VOLUME: ("volumes", resources.volume),
    SECRET: ("secrets", resources.secret),
    CONFIG: ("configs", resources.config),
}
"""Kind -> where its subjects stand, and what is in force of each."""


def subjects(document: Document, wanted: str) -> Iterator[Subject]:
    """The subjects of a Compose or stack file; `wanted` is who deploys it, where the caller says so."""
    root, target = document.root, target_of(document, wanted)
    stack = {"target": target.name}
    yield _system(document, target)
    for kind, (section, read) in _SECTIONS.items():
        for name, node in root.get(section).items():
            if isinstance(node.value, dict) or node.value is None:
                stated = {key: value for key, value in (node.value or {}).items() if value is not None}
                whole = Node(stated if document.has_null else node.value, node.mark)
                yield _subject(document, kind, str(name), whole, read(node, target.name), stack)


def _system(document: Document, target: Target) -> Subject:
    root = document.root
    shape = Applied().text("name", root.get("name")).text("version", root.get("version"))
    shape.say("target", target.name).say("decided_by", target.why).say("undecided", target.undecided)
    if root.get("include"):
        shape.say("included", True)
    shape.listed("refused", refused(root) if target.name == STACK else ())
    name = shape.data.get("name", "")
    identity = f"{SYSTEM}/{name}" if name else SYSTEM
    title = f"{'stack' if target.name == STACK else 'Compose project'} {name}".strip()
    marks = {"system": shape.mark(root)}
    bindings = {"system": shape.data}
    return Subject(SYSTEM, identity, title, document.origin, bindings, marks, "system", frozenset(shape.unknowns))


def _subject(document: Document, kind: str, name: str, node: Node, shape: Applied, stack: dict[str, Any]) -> Subject:
    focus = kind.partition(".")[2]
    shape.say("name", name)
    bindings = {focus: node.value, "applied": shape.data, "stack": stack}
    marks = {focus: node.mark or NOWHERE, "applied": shape.mark(node)}
    identity, unknowns = f"{kind}/{name}", frozenset(shape.unknowns)
    return Subject(kind, identity, f"{focus} {name}", document.origin, bindings, marks, focus, unknowns)
