"""Settings of Gemini CLI, in the nested form of 2025-09 and the flat one before it, and manifests of its extensions.

https://google-gemini.github.io/gemini-cli/docs/get-started/configuration.html,
https://geminicli.com/docs/extensions/reference/ as of 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.documents import Document
from scanner.documents.positions import MISSING, Node
from scanner.late import regex
from scanner.model import Subject
from scanner.subjects.agents import other_rules
from scanner.subjects.agents.building import Place, place, subject, with_file
from scanner.subjects.agents.hooks import hooks
from scanner.subjects.agents.kinds import SETTINGS
from scanner.subjects.agents.permission_grammar import Rule
from scanner.subjects.agents.permissions import permission
from scanner.subjects.agents.servers import servers
from scanner.subjects.subject_builder import SubjectBuilder

_RULE = regex(r"(\w+)(?:\((.*)\))?")
_SHELLS = ("run_shell_command", "ShellTool", "Shell")


def read(document: Document) -> Iterator[Subject]:
    """The subjects of a settings file."""
    where, root = place(document, "gemini"), document.root
    yield _settings(where, root)
    for name, nodes in (
        ("allow", (root.get("tools", "allowed"), root.get("allowedTools"))),
        ("deny", (root.get("tools", "exclude"), root.get("excludeTools"))),
    ):
        for item in (item for node in nodes for item in node.elements()):
            if isinstance(item.value, str) and item.value.strip():
                yield permission(where, name, item, _rule(item.value))
    yield from hooks(where, root.get("hooks") if isinstance(root.get("hooks").value, dict) else MISSING)
    yield from servers(where, root.get("mcpServers"))


def _settings(where: Place, root: Node) -> Subject:
    shape = SubjectBuilder().say("name", where.origin.path.rpartition("/")[2])
    mode = root.get("general", "defaultApprovalMode") or root.get("approvalMode")
    shape.put("mode", mode).say("modeField", "general.defaultApprovalMode")
    shape.say("asksNothing", mode.value == "yolo")
    sandbox = root.get("tools", "sandbox") or root.get("sandbox")
    if isinstance(sandbox.value, bool):
        shape.put("sandbox", sandbox, {"enabled": sandbox.value})
        shape.put("sandboxFault", sandbox, None if sandbox.value else "it is switched off")
    return with_file(subject(SETTINGS, where, "", "settings in", shape, root), root)


def _rule(text: str) -> Rule:
    found = _RULE.fullmatch(text.strip())
    if not found:
        return other_rules.other(text)
    if found[1] in _SHELLS:
        return other_rules.commands(text, found[1], found[2] or "*")
    return other_rules.other(text)
