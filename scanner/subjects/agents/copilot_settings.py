"""Settings of VS Code that say what GitHub Copilot runs without a question.

https://code.visualstudio.com/docs/agents/approvals
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.documents import Document
from scanner.late import regex
from scanner.model import Subject
from scanner.subjects.agents import other_rules
from scanner.subjects.agents.building import place, subject, with_file
from scanner.subjects.agents.kinds import SETTINGS
from scanner.subjects.agents.mcp_servers import lists_of
from scanner.subjects.agents.permission_grammar import Rule
from scanner.subjects.agents.permissions import permission
from scanner.subjects.agents.servers import servers
from scanner.subjects.subject_builder import SubjectBuilder

_LEVEL = "chat.permissions.default"
_UNASKED = ("autoApprove", "autopilot")
"""Levels at which all tools run without a question."""
_ANY = regex(r"(?:https?://)?\*+(?:/\**)?")
"""A pattern of addresses that covers all of them."""
_ALL = ("chat.tools.global.autoApprove", "chat.tools.autoApprove")


def read(document: Document) -> Iterator[Subject]:
    """The subjects of a settings file."""
    where, root = place(document, "vscode"), document.root
    shape = SubjectBuilder().say("name", where.origin.path.rpartition("/")[2])
    stated = root.first(*_ALL)
    level = root.get(_LEVEL)
    shape.say("modeField", next((name for name in (*_ALL, _LEVEL) if root.get(name)), ""))
    if stated or not level:
        shape.put("mode", stated, "autoApprove" if stated.value is True else "asks")
    else:
        shape.put("mode", level)
    shape.say("asksNothing", stated.value is True or level.value in _UNASKED)
    yield with_file(subject(SETTINGS, where, "", "settings in", shape, root), root)
    for name, node in root.get("chat.tools.terminal.autoApprove").items():
        answer = node.get("approve") or node
        if isinstance(answer.value, bool):
            rule = other_rules.commands(name, "terminal", name)
            yield permission(where, "allow" if answer.value else "deny", node, rule)
    for name, node in root.get("chat.tools.urls.autoApprove").items():
        answer = node.get("approveRequest") or node
        if isinstance(answer.value, bool):
            rule = Rule(name, "fetch", name, "", "any-domain" if _ANY.fullmatch(name) else "narrow")
            yield permission(where, "allow" if answer.value else "deny", node, rule)
    for servers_of in lists_of(root):
        if servers_of.value is not root.value:
            yield from servers(where, servers_of)
