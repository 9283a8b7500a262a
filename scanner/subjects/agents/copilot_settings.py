"""Settings of VS Code that say what GitHub Copilot runs without a question.

https://code.visualstudio.com/docs/copilot/chat/chat-tools
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.documents import Document
from scanner.model import Subject
from scanner.subjects.agents import other_rules
from scanner.subjects.agents.building import place, subject, with_file
from scanner.subjects.agents.kinds import SETTINGS
from scanner.subjects.agents.mcp_servers import lists_of
from scanner.subjects.agents.permissions import permission
from scanner.subjects.agents.servers import servers
from scanner.subjects.subject_builder import SubjectBuilder

_ALL = ("chat.tools.global.autoApprove", "chat.tools.autoApprove")


def read(document: Document) -> Iterator[Subject]:
    """The subjects of a settings file."""
    where, root = place(document, "vscode"), document.root
    shape = SubjectBuilder().say("name", where.origin.path.rpartition("/")[2])
    stated = root.first(*_ALL)
    shape.say("modeField", next((name for name in _ALL if root.get(name)), ""))
    shape.put("mode", stated, "autoApprove" if stated.value is True else "asks")
    shape.say("asksNothing", stated.value is True)
    yield with_file(subject(SETTINGS, where, "", "settings in", shape, root), root)
    for name, node in root.get("chat.tools.terminal.autoApprove").items():
        answer = node.get("approve") or node
        if isinstance(answer.value, bool):
            rule = other_rules.commands(name, "terminal", name)
            yield permission(where, "allow" if answer.value else "deny", node, rule)
    for servers_of in lists_of(root):
        if servers_of.value is not root.value:
            yield from servers(where, servers_of)
