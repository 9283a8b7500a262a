"""What a workspace states of an element or a relationship in its properties and perspectives."""

from __future__ import annotations

from scanner.documents.positions import MISSING, Node
from scanner.late import regex
from scanner.subjects.subject_builder import SubjectBuilder, duration

_APART = regex(r"[^a-z0-9]+")
_GOALS = {"rto": ("rto", "recoverytimeobjective"), "rpo": ("rpo", "recoverypointobjective")}


def stated(node: Node, *names: str) -> Node:
    """A value under any of several names, without regard to case and hyphens; a perspective by its value."""
    for name, value in node.get("properties").items():
        if isinstance(value.value, str) and _plain(name) in names:
            return value
    for perspective in node.get("perspectives").elements():
        if _plain(str(perspective.get("name").value)) in names:
            return perspective.first("value", "description")
    return MISSING


def put_goals(shape: SubjectBuilder, node: Node) -> None:
    """The recovery objectives of an element, as the spec's own `recovery` block has them."""
    goals = SubjectBuilder()
    for name, names in _GOALS.items():
        found = stated(node, *names)
        goals.put(name, found, duration(found))
    if goals.data:
        shape.put("recovery", node, goals.data)
        shape.marks["recovery"] = goals.mark(node)


def _plain(name: str) -> str:
    return _APART.sub("", name.lower())
