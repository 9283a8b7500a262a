"""Settings of OpenCode: permissions by tool, MCP servers.

https://opencode.ai/docs/permissions/
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.documents import Document
from scanner.documents.positions import Node
from scanner.model import Subject
from scanner.subjects.agents import other_rules
from scanner.subjects.agents.building import Place, place, subject, with_file
from scanner.subjects.agents.kinds import SETTINGS
from scanner.subjects.agents.permission_grammar import Rule
from scanner.subjects.agents.permissions import LISTS, permission
from scanner.subjects.agents.servers import servers
from scanner.subjects.subject_builder import SubjectBuilder


def read(document: Document) -> Iterator[Subject]:
    """The subjects of a settings file."""
    where, root = place(document, "opencode"), document.root
    shape = SubjectBuilder().say("name", where.origin.path.rpartition("/")[2]).say("asksNothing", False)
    yield with_file(subject(SETTINGS, where, "", "settings in", shape, root), root)
    allowed = root.get("permission")
    if isinstance(allowed.value, str):
        yield from _permission(where, "*", allowed, other_rules.everything("*"))
    for tool, node in allowed.items():
        if isinstance(node.value, str):
            yield from _permission(where, tool, node, _rule(tool, "*"))
        for pattern, inner in node.items():
            yield from _permission(where, f"{tool}: {pattern}", inner, _rule(tool, pattern))
    yield from servers(where, root.get("mcp"))


def _permission(where: Place, text: str, node: Node, rule: Rule) -> Iterator[Subject]:
    if node.value in LISTS:
        named = Rule(text, rule.tool, rule.specifier, rule.why, rule.reach)
        yield permission(where, node.value, node, named)


def _rule(tool: str, pattern: str) -> Rule:
    if tool == "*":
        return other_rules.everything(tool)
    if tool == "bash":
        return other_rules.commands(tool, tool, pattern)
    if tool == "external_directory" and pattern in ("*", "**"):
        return Rule(tool, tool, None, "", "whole-file-system")
    return other_rules.other(tool)
