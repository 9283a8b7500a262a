"""Settings of Cursor: permissions of its command line, hooks, lists of what runs without a question, sandbox.

https://cursor.com/docs/cli/reference/permissions, https://cursor.com/docs/agent/hooks
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.documents import Document
from scanner.documents.positions import Node
from scanner.late import regex
from scanner.model import Subject
from scanner.subjects.agents import other_rules
from scanner.subjects.agents.building import place, subject, with_file
from scanner.subjects.agents.hooks import hooks
from scanner.subjects.agents.kinds import SETTINGS
from scanner.subjects.agents.permission_grammar import Rule
from scanner.subjects.agents.permissions import permission
from scanner.subjects.subject_builder import SubjectBuilder

_RULE = regex(r"(\w+)\((.*)\)", 16)


def read(document: Document) -> Iterator[Subject]:
    """The subjects of one of its files."""
    where, root = place(document, "cursor"), document.root
    shape = SubjectBuilder().say("name", where.origin.path.rpartition("/")[2]).say("asksNothing", False)
    kind = root.get("type")
    if isinstance(kind.value, str):
        shape.put("sandbox", kind, {"enabled": kind.value != "insecure_none"})
        shape.put("sandboxFault", kind, "its type is insecure_none" if kind.value == "insecure_none" else None)
    yield with_file(subject(SETTINGS, where, "", "settings in", shape, root), root)
    for name in ("allow", "deny"):
        for item in _texts(root.get("permissions", name)):
            yield permission(where, name, item, _rule(item.value))
    for item in _texts(root.get("terminalAllowlist")):
        yield permission(where, "allow", item, other_rules.commands(item.value, "terminal", item.value))
    for item in _texts(root.get("mcpAllowlist")):
        yield permission(where, "allow", item, other_rules.servers(item.value, "mcp", item.value))
    yield from hooks(where, root.get("hooks"))


def _texts(node: Node) -> Iterator[Node]:
    return (item for item in node.elements() if isinstance(item.value, str) and item.value.strip())


def _rule(text: str) -> Rule:
    found = _RULE.fullmatch(text.strip())
    if not found:
        return other_rules.other(text)
    tool, rest = found[1], found[2]
    if tool == "Shell":
        return other_rules.commands(text, tool, rest.removesuffix(":*"))
    if tool in ("Read", "Write"):
        return other_rules.files(text, tool, rest, writing=tool == "Write")
    return other_rules.servers(text, tool, rest) if tool == "Mcp" else other_rules.other(text)
